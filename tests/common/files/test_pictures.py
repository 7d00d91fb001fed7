"""Pictures are made anew: upright, smaller, with nothing in them but what is seen, and in bounded memory."""

import io
import subprocess
import sys
from collections.abc import Callable

import pytest
from PIL import Image

from common.files.kinds import kind_of
from common.files.pictures import LARGE_PX, SMALL_PX, Drawn, Undrawable, drawn_anew
from tests.common.files.samples import (
    LEFT,
    RIGHT,
    photograph,
    picture,
    png_that_says,
    webp_that_says,
)


def drawn(content: bytes) -> tuple[Drawn, Drawn]:
    return drawn_anew(io.BytesIO(content), kind_of(io.BytesIO(content), "x"))


def opened(found: Drawn) -> Image.Image:
    return Image.open(io.BytesIO(found.content))


def is_near(found: object, wanted: tuple[int, int, int]) -> bool:
    return isinstance(found, tuple) and all(abs(a - b) < 40 for a, b in zip(found, wanted, strict=True))


def test_photograph_stands_upright_and_says_neither_where_nor_when() -> None:
    sent = photograph()
    assert Image.open(io.BytesIO(sent)).getexif().get_ifd(0x8825)  # what is to go was there
    large, small = drawn(sent)
    assert (large.width_px, large.height_px) == (80, 120)  # it lay on its side
    for each in (opened(large), opened(small)):
        assert not each.getexif()
        assert not set(each.info) & {"exif", "comment", "icc_profile", "xmp", "photoshop"}
        # Turned to the right, what was left is above.
        assert is_near(each.getpixel((40, 10)), LEFT)
        assert is_near(each.getpixel((40, 110)), RIGHT)
    assert b"Telephone" not in large.content + small.content
    assert b"gate" not in large.content + small.content


def test_picture_is_kept_in_two_sizes_of_its_own_shape() -> None:
    large, small = drawn(picture(4000, 1000))
    assert (large.width_px, large.height_px) == (LARGE_PX, 400)
    assert (small.width_px, small.height_px) == (SMALL_PX, 120)
    assert opened(large).format == opened(small).format == "JPEG"


def test_small_picture_is_not_blown_up() -> None:
    large, small = drawn(picture(30, 20))
    assert (large.width_px, large.height_px) == (small.width_px, small.height_px) == (30, 20)


@pytest.mark.parametrize(
    ("form", "mode"),
    [("PNG", "P"), ("PNG", "L"), ("PNG", "1"), ("PNG", "RGBA"), ("WEBP", "RGB"), ("JPEG", "CMYK")],
)
def test_picture_of_every_colour_mode_is_drawn(form: str, mode: str) -> None:
    large, _small = drawn(picture(form=form, mode=mode))
    assert (large.width_px, large.height_px) == (120, 80)
    assert opened(large).mode == "RGB"


def test_what_is_transparent_becomes_white_and_sixteen_bits_of_grey_stay_grey() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(out, "PNG")
    assert opened(drawn(out.getvalue())[0]).getpixel((9, 9)) == (255, 255, 255)
    out = io.BytesIO()
    Image.frombytes("I;16", (20, 20), (40_000).to_bytes(2, "little") * 400).save(out, "PNG")
    assert opened(drawn(out.getvalue())[0]).getpixel((9, 9)) == (156, 156, 156)


def jpeg_that_says(width: int, height: int, *, progressive: bool) -> bytes:
    content = bytearray(picture(progressive=progressive))
    at = content.index(b"\xff\xc2" if progressive else b"\xff\xc0")
    content[at + 5 : at + 9] = height.to_bytes(2, "big") + width.to_bytes(2, "big")
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "size", "most"),
    [
        (png_that_says(40_000, 40_000), (40_000, 40_000), 25),
        (png_that_says(5_001, 5_000), (5_001, 5_000), 25),
        (webp_that_says(16_384, 16_384), (16_384, 16_384), 16),
        (jpeg_that_says(40_000, 40_000, progressive=False), (40_000, 40_000), 50),
        (jpeg_that_says(8_000, 6_000, progressive=True), (8_000, 6_000), 25),
    ],
)
def test_too_many_pixels_are_refused_by_what_the_head_says(
    content: bytes, size: tuple[int, int], most: int
) -> None:
    with pytest.raises(Undrawable) as refusal:
        drawn(content)
    assert refusal.value.args == (*size, most)


@pytest.mark.parametrize(
    "content",
    [
        picture()[:400],
        picture(form="PNG")[:60],
        picture(form="WEBP")[:40],
        png_that_says(300, 300),
        png_that_says(0, 5),
        b"\xff\xd8\xff\xe0",
        b"\x89PNG\r\n\x1a\n",
        webp_that_says(10, 10),
    ],
)
def test_broken_picture_is_refused_as_broken(content: bytes) -> None:
    with pytest.raises(Undrawable) as refusal:
        drawn(content)
    assert refusal.value.width_px == 0


_IN_ITS_OWN_PROCESS = """
import io, resource, sys
sys.path.insert(0, ".")
from common.files.kinds import kind_of
from common.files.pictures import Undrawable, drawn_anew
def mb(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
before, file = mb(), io.BytesIO(sys.stdin.buffer.read())
try:
    drawn_anew(file, kind_of(file, "x"))
except Undrawable:
    pass
print(mb() - before)
"""


@pytest.mark.parametrize(
    ("made", "most_mb"),
    [
        (lambda: png_that_says(40_000, 40_000), 8),
        (lambda: picture(8_200, 6_000), 110),  # a telephone's 49 million pixels
        (lambda: picture(5_000, 5_000, "PNG", "RGBA", compress_level=1), 260),
    ],
    ids=["bomb", "photograph", "drawing"],
)
def test_memory_is_bounded(made: Callable[[], bytes], most_mb: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _IN_ITS_OWN_PROCESS], input=made(), capture_output=True, check=True
    )
    assert int(done.stdout) <= most_mb
