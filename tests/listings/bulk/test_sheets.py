"""Files of every kind: each is a table, or gets a clear answer before it costs memory."""

import io
import zipfile
import zlib
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import Workbook

from common.errors import Invalid
from listings.bulk.sheets import MOST_COLUMNS, MOST_ROWS, Reading, Sheet, read_sheet
from tests.listings.bulk.files import HEAD, ROW, as_csv, as_xlsx


def refusal(content: bytes, reading: Reading | None = None) -> str:
    with pytest.raises(Invalid) as error:
        read_sheet(content, reading or Reading())
    return error.value.fields["file"][0]


def archive(**parts: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as found:
        for name, content in parts.items():
            found.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return buffer.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_csv_is_read_in_whatever_way_it_was_saved(delimiter: str, encoding: str) -> None:
    found = read_sheet(as_csv([HEAD, ROW], encoding=encoding, delimiter=delimiter))
    assert found.headings == list(HEAD)
    assert found.rows == [(2, list(ROW))]
    assert found.reading == Reading(encoding.removesuffix("-sig"), delimiter)


def test_latin_1_with_semicolons_and_decimal_commas_is_read() -> None:
    content = "Stoff;Menge (t/a);Preis;Standort\r\nBodenasche;12,5;-8,50;Asnæsværket\r\n".encode("latin-1")
    found = read_sheet(content)
    assert found.reading == Reading("cp1252", ";")
    assert found.rows == [(2, ["Bodenasche", "12,5", "-8,50", "Asnæsværket"])]


def test_first_line_that_names_the_delimiter_is_obeyed_and_counted() -> None:
    found = read_sheet(b"sep=|\r\nresource|quantity\r\nCoal fly ash|5;6,7\r\n")
    assert found.rows == [(3, ["Coal fly ash", "5;6,7"])]


def test_headings_are_found_below_a_title_and_empty_rows_are_passed_over() -> None:
    rows: list[Sequence[str]] = [["Waste register 2026"], [], HEAD, [], ROW, [], ROW]
    for content in (as_csv(rows), as_xlsx(rows)):
        found = read_sheet(content)
        assert found.heading_row == 3
        assert [number for number, _cells in found.rows] == [5, 7]


def test_workbook_is_read_as_somebody_would_type_it() -> None:
    rows: list[list[Any]] = [
        ["a", "b", "c", "d", "e", "f"],
        [1.234, 12000, True, date(2026, 3, 31), datetime(2026, 4, 1), 0.1 + 0.2],  # noqa: DTZ001 - as a cell
    ]
    assert read_sheet(as_xlsx(rows)).rows == [
        (2, ["1.2340", "12000", "yes", "2026-03-31", "2026-04-01", "0.3"])
    ]


def test_other_sheet_of_a_workbook_can_be_chosen() -> None:
    book = Workbook()
    for name in ("Notes", "Waste"):
        page = book.create_sheet(name)
        page.append(["resource", "quantity"])
        page.append([name, 5])
    del book["Sheet"]
    buffer = io.BytesIO()
    book.save(buffer)
    found = read_sheet(buffer.getvalue())
    assert (found.sheets, found.rows[0][1][0]) == (["Notes", "Waste"], "Notes")
    assert read_sheet(buffer.getvalue(), Reading(sheet="Waste")).rows[0][1][0] == "Waste"


def test_mark_that_keeps_a_spreadsheet_from_reckoning_is_taken_off() -> None:
    found = read_sheet(as_csv([["title", "price"], ["'=1+1", "'-8,5"], ["it's", "'tis"]]))
    assert [cells for _n, cells in found.rows] == [["=1+1", "-8,5"], ["it's", "'tis"]]


def names(found: Sheet) -> list[str]:
    return found.names


def test_columns_of_one_name_have_letters_and_are_told_of() -> None:
    found = read_sheet(as_csv([["resource", "quantity", "quantity", ""], ["ash", "1", "2", "3"]]))
    assert names(found) == ["resource", "quantity (B)", "quantity (C)", "Column D"]
    assert "“quantity”" in found.notes[0]


# --- what is no table ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "This file is empty"),
        (b"  \r\n \r\n", "This file is empty"),
        (b"resource,quantity\r\n", "no row below the headings"),
        (b"<!DOCTYPE html><html><body><table><tr><td>1</td></tr></table>", "This is a web page"),
        (b"\xef\xbb\xbf\n<table><tr><td>resource</td></tr></table>", "This is a web page"),
        (b"%PDF-1.7 ...", "This is no table"),
        (b"\x89PNG\r\n\x1a\n....", "This is no table"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "an old or a protected Excel file"),
        (b"PK\x03\x04 and nothing of an archive", "This workbook is damaged"),
        (b"\x01\x00\x02\x00\x03", "This is no table"),
        (b'resource,quantity\r\nash,"5\r\n' + b"x" * 200_000, "From line 2 on a quotation mark is open"),
    ],
)
def test_what_is_no_table_is_told_so(content: bytes, said: str) -> None:
    assert said in refusal(content)


def test_file_of_fifty_megabytes_is_refused() -> None:
    assert "larger than 10 MB" in refusal(b"resource,quantity\r\n" + b"ash,1\r\n" * 7_500_000)


def test_archive_that_is_no_workbook_is_told_so() -> None:
    assert "an archive, no XLSX" in refusal(archive(readme_xml=b"x"))


def test_zip_bomb_is_refused_by_what_it_says_of_itself() -> None:
    content = archive(xl__workbook_xml=b"<x/>", xl__worksheets__sheet1_xml=b"0" * 200_000_000)
    assert len(content) < 1_000_000
    assert "unpacks to more than 120 MB" in refusal(content)


def test_zip_bomb_that_lies_about_its_size_is_refused_by_unpacking() -> None:
    content = bytearray(archive(xl__workbook_xml=b"<x/>", xl__worksheets__sheet1_xml=b"0" * 50_000_000))
    size, little = (50_000_000).to_bytes(4, "little"), (1000).to_bytes(4, "little")
    assert bytes(content).count(size) == 2
    assert "damaged" in refusal(bytes(content).replace(size, little)) or "unpacks" in refusal(bytes(content))


def test_small_archive_that_swells_a_thousandfold_is_refused() -> None:
    content = archive(xl__workbook_xml=b"<x/>", xl__worksheets__sheet1_xml=b"0" * 20_000_000)
    assert "unpacks to more than" in refusal(content)


def test_entity_bomb_in_a_workbook_is_refused() -> None:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">{entities}]><x>&l11;</x>'.encode()
    content = as_xlsx([HEAD, ROW])
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.namelist():
            new.writestr(entry, bomb if "sheet1" in entry else old.read(entry))
    assert "damaged" in refusal(buffer.getvalue())


def test_cell_at_the_far_end_of_a_sheet_costs_no_memory() -> None:
    book = Workbook()
    page = book.active
    page.append(list(HEAD))
    page.append(list(ROW))
    page.cell(1_048_576, 1, "far")
    buffer = io.BytesIO()
    book.save(buffer)
    # Beyond what is read at all.
    assert len(read_sheet(buffer.getvalue()).rows) == 1


def test_more_rows_or_columns_than_can_be_are_refused() -> None:
    assert "more than 20,000 rows" in refusal(
        as_csv([["resource", "unit"], *[["ash", "t"]] * (MOST_ROWS + 1)])
    )
    wide = ["resource", *["x"] * MOST_COLUMNS]
    assert f"more than {MOST_COLUMNS} columns" in refusal(as_csv([wide, wide]))
    assert f"more than {MOST_COLUMNS} columns" in refusal(as_xlsx([wide, wide]))


def test_merged_cells_among_the_rows_are_refused_those_above_the_headings_not() -> None:
    said = refusal(as_xlsx([HEAD, ROW, ROW], merged="G2:G3"))
    assert "G2:G3" in said
    assert "Unmerge them" in said
    assert len(read_sheet(as_xlsx([["Our waste"], HEAD, ROW], merged="A1:H1")).rows) == 1


def test_encoding_that_does_not_fit_names_the_line() -> None:
    content = b"resource,title\r\nash,one\r\nash,M\xfcll\r\n"
    assert "Line 3" in refusal(content, Reading(encoding="utf-8"))


def test_packed_stream_that_ends_too_soon_is_damaged() -> None:
    content = as_xlsx([HEAD, ROW])
    assert zlib.crc32(content)
    assert "damaged" in refusal(content[: len(content) // 2])
