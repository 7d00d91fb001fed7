"""What a file is, by its content."""

import io
import struct

import pytest

from common.errors import Invalid
from common.files.kinds import CSV, DOCX, JPEG, ODS, PDF, PNG, TEXT, WEBP, XLSX, FileKind, NotTaken, kind_of
from common.files.uploads import MOST_BYTES, read_upload
from tests.common.files import samples
from tests.common.files.samples import archive, picture, sent

ODS_MARK = b"application/vnd.oasis.opendocument.spreadsheet"


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (picture(), "heap.png", JPEG),
        (picture(form="PNG"), "heap.jpg", PNG),
        (picture(form="WEBP"), "heap", WEBP),
        (samples.PDF, "analysis.txt", PDF),
        (archive("[Content_Types].xml", "xl/workbook.xml"), "x", XLSX),
        (archive("[Content_Types].xml", "word/document.xml"), "x.zip", DOCX),
        (archive("content.xml", mimetype=ODS_MARK), "x", ODS),
        (b"loi;4.1\nmoisture;0.4\n", "a.CSV", CSV),
        ("Feuchte 0,4 %, Gl\u00fchverlust".encode("cp1252"), "a.txt", TEXT),
        ("Feuchte 0,4 %".encode("utf-16"), "a.txt", TEXT),
    ],
)
def test_file_is_what_its_content_says(content: bytes, name: str, kind: FileKind) -> None:
    assert kind_of(io.BytesIO(content), name) == kind


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (samples.HTML, "chimney.png", NotTaken.MARKUP),
        (samples.SVG, "logo.svg", NotTaken.MARKUP),
        (b"\xef\xbb\xbf" + samples.SVG, "logo.txt", NotTaken.MARKUP),
        ("<svg onload=alert(1)>".encode("utf-16"), "a.csv", NotTaken.MARKUP),
        (samples.HEIC, "IMG_0001.jpg", NotTaken.HEIC),
        (archive("readme.txt"), "all.xlsx", NotTaken.ARCHIVE),
        (b"PK\x03\x04 cut off", "a.xlsx", NotTaken.ARCHIVE),
        (archive("xl/workbook.xml", "xl/vbaProject.bin"), "a.xlsx", NotTaken.MACROS),
        (b"MZ\x90\x00\x03", "analysis.pdf", NotTaken.OTHER),
        (b"MZ", "ash.exe", NotTaken.OTHER),
        (b"loi\x00;4.1", "a.csv", NotTaken.OTHER),
        (b"GIF89a", "a.gif", NotTaken.OTHER),
    ],
)
def test_file_that_is_something_else_is_not_taken_whatever_its_name(
    content: bytes, name: str, code: str
) -> None:
    with pytest.raises(NotTaken) as refusal:
        kind_of(io.BytesIO(content), name)
    assert refusal.value.code == code


def test_archive_whose_list_alone_would_fill_the_memory_is_not_read() -> None:
    bomb = archive("xl/workbook.xml")
    end = bomb.rindex(b"PK\x05\x06")
    with pytest.raises(NotTaken):
        kind_of(io.BytesIO(bomb[: end + 12] + struct.pack("<L", 400_000_000) + bomb[end + 16 :]), "a.xlsx")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../heap.png", "heap.jpg"),
        ("C:\\photos\\heap.JPEG", "heap.JPEG"),
        ("heap", "heap.jpg"),
        ("heap\u202egpj.exe", "heapgpj.jpg"),
        ("h" * 300 + ".jpg", "h" * 196 + ".jpg"),
    ],
)
def test_name_is_kept_without_folders_with_the_ending_of_what_it_is(given: str, kept: str) -> None:
    upload = sent("x", picture())
    setattr(upload, "_name", given)  # noqa: B010 - as a client that does not clean names would say it
    found = read_upload(upload)
    assert (found.name, found.kind) == (kept, JPEG)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("chimney.png", samples.HTML, "a web page or an SVG"),
        ("IMG.heic", samples.HEIC, "Send it as JPEG"),
        ("all.zip", archive("a"), "Send each file by itself"),
        ("a.xlsm", archive("xl/workbook.xml", "xl/vbaProject.bin"), "macros"),
        ("a.exe", b"MZ", "Only these kinds of files: .pdf, .jpg"),
        ("a.pdf", b"", "This file is empty."),
        ("a.pdf", samples.PDF + bytes(MOST_BYTES), "larger than 20 MB"),
    ],
)
def test_refusal_says_what_would_be_right(name: str, content: bytes, words: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read_upload(sent(name, content))
    assert words in refusal.value.fields["file"][0]
