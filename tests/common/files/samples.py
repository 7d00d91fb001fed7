"""Files as people send them, and as those who mean harm do."""

import io
import struct
import zipfile
import zlib
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, TiffImagePlugin

SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"\n<!doctype html><script>alert(document.cookie)</script>"
HEIC = b"\x00\x00\x00\x18ftypheic" + bytes(40)
PDF = b"%PDF-1.7\n1 0 obj"
LEFT, RIGHT = (200, 30, 30), (30, 30, 200)


def picture(width: int = 120, height: int = 80, form: str = "JPEG", mode: str = "RGB", **save: Any) -> bytes:
    """Return a picture whose left half is red and whose right half is blue."""
    image = Image.new("RGB", (width, height), RIGHT)
    image.paste(LEFT, (0, 0, width // 2, height))
    out = io.BytesIO()
    image.convert(mode).save(out, form, **save)
    return out.getvalue()


def photograph(width: int = 120, height: int = 80) -> bytes:
    """Return a JPEG of a telephone that was held upright: it says where it was taken, when, and to turn it."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90° to the right
    exif[0x010F] = "Telephone of Asnæs"
    # Latitude and longitude, as degrees, minutes and seconds.
    of_degrees = tuple(TiffImagePlugin.IFDRational(part) for part in (55, 39, 42))
    exif[0x8825] = {1: "N", 2: of_degrees, 3: "E", 4: of_degrees}
    return picture(width, height, exif=exif, comment=b"taken at the gate")


def png_that_says(width: int, height: int) -> bytes:
    """Return a PNG of a few bytes whose head says that it has so many pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">L", len(data)) + name + data + struct.pack(">L", zlib.crc32(name + data))

    head = struct.pack(">LLBBBBB", width, height, 8, 6, 0, 0, 0)
    body = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def webp_that_says(width: int, height: int) -> bytes:
    """The same of WebP, by the head of its canvas."""
    canvas = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF\x20\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x10\x00\x00\x00" + canvas


def archive(*names: str, **more: bytes) -> bytes:
    """Return a ZIP with entries of these names; of `more` with their content."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as written:
        for name, content in {**more, **dict.fromkeys(names, b"x")}.items():
            written.writestr(name, content)
    return out.getvalue()


def sent(name: str, content: bytes) -> SimpleUploadedFile:
    """Return what a form receives; what the browser says of it is a lie."""
    return SimpleUploadedFile(name, content, content_type="image/png")
