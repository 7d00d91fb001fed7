"""Pictures made anew: turned upright, small enough to show, and nothing in them but what is seen.

A photograph carries where and when it was taken, with which telephone, and often a smaller one of before it was cut.
What is kept here are two new JPEGs drawn from its pixels; what was sent is thrown away.
"""

import io
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Final

from PIL import Image, ImageOps

from common.files.kinds import JPEG, PNG, WEBP, FileKind

LARGE_PX: Final = 1600
"""The longer side of what a page shows large."""
SMALL_PX: Final = 480
"""The same on a card."""
QUALITY: Final = 82
MOST_MEGAPIXELS: Final = {JPEG: 50, PNG: 25, WEBP: 16}
MOST_MEGAPIXELS_PROGRESSIVE: Final = 25
"""A JPEG is decoded at a fraction of its size, a progressive one is held whole besides, as is a PNG, and of WebP the
decoder has several copies: none takes more than some 250 MB."""
_FORMATS: Final = {JPEG: ("JPEG",), PNG: ("PNG",), WEBP: ("WEBP",)}
# One at a time in each process, so that many at once take no more memory than one.
_drawing = threading.Lock()


@dataclass(frozen=True)
class Drawn:
    """A picture as it is kept: JPEG, with width and height in pixels."""

    content: bytes
    width_px: int
    height_px: int


class Undrawable(Exception):
    """The picture cannot be drawn. Too large: with its size in pixels and how many millions would do; else broken."""

    def __init__(self, width_px: int = 0, height_px: int = 0, most_megapixels: int = 0) -> None:
        super().__init__(width_px, height_px, most_megapixels)
        self.width_px, self.height_px, self.most_megapixels = width_px, height_px, most_megapixels


def drawn_anew(file: IO[bytes], kind: FileKind) -> tuple[Drawn, Drawn]:
    """Return a picture large and small; raises `Undrawable`.

    The size is read from the file's head before any decoder sees it: what is said there is what a decoder would make
    room for.
    """
    width_px, height_px, most_megapixels = _size_of(file, kind)
    _check_size(width_px, height_px, most_megapixels)
    with _drawing:
        file.seek(0)
        try:
            with Image.open(file, formats=_FORMATS[kind]) as image:
                _check_size(*image.size, most_megapixels)
                return _both(image)
        except Undrawable:
            raise
        except Exception as error:
            # A decoder fails on what is broken in whichever way it is broken.
            raise Undrawable from error


def _check_size(width_px: int, height_px: int, most_megapixels: int) -> None:
    if width_px * height_px > most_megapixels * 1_000_000:
        raise Undrawable(width_px, height_px, most_megapixels)
    if width_px < 1 or height_px < 1:
        raise Undrawable


def _both(image: Image.Image) -> tuple[Drawn, Drawn]:
    turned = image.getexif().get(0x0112, 1)
    image.draft("RGB", (LARGE_PX, LARGE_PX))
    if image.mode.startswith("I"):
        # 16 bits of grey, of which eight are seen.
        image = image.point(lambda grey: grey * (1 / 256)).convert("L")
    if image.mode not in ("RGB", "RGBA", "L"):
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    image.thumbnail((LARGE_PX, LARGE_PX), reducing_gap=2.0)
    # On a canvas of its own it has none of what the file said beside its pixels.
    canvas = Image.new("RGB", image.size, "white")
    canvas.paste(image, mask=image.getchannel("A") if image.mode == "RGBA" else None)
    canvas.getexif()[0x0112] = turned
    ImageOps.exif_transpose(canvas, in_place=True)
    large = _as_jpeg(canvas)
    canvas.thumbnail((SMALL_PX, SMALL_PX))
    return large, _as_jpeg(canvas)


def _as_jpeg(canvas: Image.Image) -> Drawn:
    out = io.BytesIO()
    canvas.save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True, exif=b"", comment=b"")
    return Drawn(out.getvalue(), *canvas.size)


# --- sizes, from the head alone -----------------------------------------------------------------------------
def _size_of(file: IO[bytes], kind: FileKind) -> tuple[int, int, int]:
    """Return width and height in pixels as the head says, and how many million pixels such a picture may have.

    Raises `Undrawable` where it says none.
    """
    file.seek(0)
    most = MOST_MEGAPIXELS[kind]
    try:
        if kind == PNG:
            width, height = struct.unpack(">LL", file.read(24)[16:24])
            return int(width), int(height), most
        if kind == WEBP:
            return *_size_of_webp(file.read(30)), most
        width, height, progressive = next(_frames(file))
        return width, height, MOST_MEGAPIXELS_PROGRESSIVE if progressive else most
    except (struct.error, IndexError, StopIteration):
        raise Undrawable from None


def _size_of_webp(head: bytes) -> tuple[int, int]:
    """RFC 9649: the first chunk is a lossy picture, a lossless one, or says the size of the canvas."""
    form = head[12:16]
    if form == b"VP8X":
        width, height = (int.from_bytes(head[at : at + 3], "little") + 1 for at in (24, 27))
        return width, height
    if form == b"VP8L":
        bits = struct.unpack("<L", head[21:25])[0]
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = struct.unpack("<HH", head[26:30])
    return width & 0x3FFF, height & 0x3FFF


def _frames(file: IO[bytes]) -> Iterator[tuple[int, int, bool]]:
    """ITU-T T.81, B.2: the heads of frames among the segments; width, height, and whether it is progressive."""
    file.seek(2)
    while (mark := file.read(2)) and mark[0] == 0xFF:
        if mark[1] == 0xFF:  # padding
            file.seek(-1, 1)
            continue
        length = struct.unpack(">H", file.read(2))[0]
        # SOF0 to SOF15, but for the tables (DHT, JPG, DAC) that stand among their numbers.
        if 0xC0 <= mark[1] <= 0xCF and mark[1] not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", file.read(5)[1:5])
            yield width, height, mark[1] in (0xC2, 0xC6, 0xCA, 0xCE)
        file.seek(max(length - 2, 0), 1)
