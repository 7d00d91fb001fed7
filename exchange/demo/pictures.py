"""A few pictures for the demonstration, drawn here by code: no photograph is of a plant that never sent one.

Each is a plain scene in the colour of what is listed, and says in its caption that it is drawn.
"""

import io
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Exists, OuterRef
from PIL import Image, ImageDraw

from accounts.models import Provenance, User
from events.models import Event
from events.services import subject_type_of
from listings.models import Listing, State
from listings.services.files import add_file

WIDTH_PX, HEIGHT_PX = 640, 480
_FINER: Final = 2
"""Drawn so many times larger and made smaller again, so that edges are smooth."""
_W, _H = WIDTH_PX * _FINER, HEIGHT_PX * _FINER
_GROUND: Final = int(_H * 0.74)
_SKY, _FAR, _FLOOR, _STEEL, _DARK = "#dfe8ea", "#c3cfd0", "#b4b8ad", "#8b979b", "#4b565a"
_Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Scene:
    """What is drawn for a resource: how it lies there, in which colour, and in words."""

    draws: Callable[[ImageDraw.ImageDraw, _Colour], None]
    colour: _Colour
    caption: str

    def upload(self, name: str) -> SimpleUploadedFile:
        """Return it as a file that somebody sends."""
        return SimpleUploadedFile(f"{name}.png", _png(self.draws, self.colour), "image/png")


@cache
def _png(draws: Callable[[ImageDraw.ImageDraw, _Colour], None], colour: _Colour) -> bytes:
    canvas = Image.new("RGB", (_W, _H), _SKY)
    draw = ImageDraw.Draw(canvas)
    draw.rectangle((0, _GROUND, _W, _H), fill=_FLOOR)
    draws(draw, colour)
    _pencil(draw)
    out = io.BytesIO()
    canvas.reduce(_FINER).save(out, "PNG", compress_level=1)
    return out.getvalue()


def _shade(colour: _Colour, factor: float) -> _Colour:
    """Darker below 1, lighter above it."""
    if factor <= 1:
        return tuple(round(each * factor) for each in colour)  # type: ignore[return-value]  # three of three
    return tuple(round(255 - (255 - each) / factor) for each in colour)  # type: ignore[return-value]  # likewise


def _pencil(draw: ImageDraw.ImageDraw) -> None:
    """The mark in the corner: drawn, not photographed."""
    x, y = _W - 110, _H - 110
    draw.ellipse((x - 20, y - 20, x + 90, y + 90), fill="#ffffff")
    draw.line((x + 14, y + 56, x + 54, y + 16), fill=_DARK, width=20)
    draw.polygon(((x + 2, y + 68), (x + 6, y + 46), (x + 24, y + 64)), fill="#d9a441")


# --- how things lie there -----------------------------------------------------------------------------------
def _heap(draw: ImageDraw.ImageDraw, colour: _Colour) -> None:
    """Loose material in an open hall."""
    draw.polygon(((0, 250), (_W // 2, 90), (_W, 250), (_W, 320), (0, 320)), fill=_STEEL)
    draw.rectangle((0, 320, _W, _GROUND), fill=_FAR)
    for post in range(60, _W, 290):
        draw.rectangle((post, 300, post + 26, _GROUND), fill=_STEEL)
    top, left, right, foot = (620, 300), 110, _W - 120, _GROUND + 130
    draw.polygon(
        (
            top,
            (700, 330),
            (980, 600),
            (right, foot - 40),
            (right - 60, foot),
            (left + 50, foot),
            (left, foot - 30),
            (380, 520),
        ),
        fill=colour,
    )
    draw.polygon(
        (top, (700, 330), (980, 600), (right, foot - 40), (right - 60, foot), (690, foot), (640, 600)),
        fill=_shade(colour, 0.84),
    )
    grain = random.Random(7)  # noqa: S311  # grains, no secrets
    for _each in range(420):
        share = grain.random()
        x = grain.gauss(630, 60 + 190 * share)
        y = 330 + share * (foot - 350)
        if abs(x - 630) < 40 + (y - 300) * 0.72:
            size = grain.randint(3, 9)
            draw.ellipse(
                (x, y, x + size, y + size * 0.7), fill=_shade(colour, grain.choice((0.74, 1.5, 0.9)))
            )


def _silos(draw: ImageDraw.ImageDraw, colour: _Colour) -> None:
    """Dry material in silos, with a pipe to load it."""
    for at, x in enumerate((190, 500, 810)):
        wide, roof = 250, 210 + 30 * (at % 2)
        body = (x, roof, x + wide, _GROUND - 120)
        draw.rectangle(body, fill=colour)
        draw.rectangle((x + wide * 2 // 3, roof, x + wide, _GROUND - 120), fill=_shade(colour, 0.8))
        draw.rectangle((x + 24, roof, x + 54, _GROUND - 120), fill=_shade(colour, 1.6))
        draw.polygon(((x, roof), (x + wide // 2, roof - 80), (x + wide, roof)), fill=_shade(colour, 0.7))
        draw.polygon(
            (
                (x, body[3]),
                (x + wide, body[3]),
                (x + wide // 2 + 30, _GROUND - 10),
                (x + wide // 2 - 30, _GROUND - 10),
            ),
            fill=_shade(colour, 0.7),
        )
        for leg in (x + 12, x + wide - 30):
            draw.rectangle((leg, body[3], leg + 18, _GROUND + 40), fill=_DARK)
    draw.line((300, 110, 1110, 110, 1110, _GROUND + 30), fill=_DARK, width=20)


def _tanks(draw: ImageDraw.ImageDraw, colour: _Colour) -> None:
    """A liquid in tanks."""
    for x, y, wide in ((120, 300, 430), (650, 220, 500)):
        foot = _GROUND + 40
        draw.rectangle((x, y, x + wide, foot), fill="#dcdfdc")
        draw.rectangle((x + wide * 3 // 4, y, x + wide, foot), fill="#c3c8c5")
        draw.rectangle((x, y + (foot - y) * 2 // 5, x + wide, y + (foot - y) * 3 // 5), fill=colour)
        draw.rectangle(
            (x + wide * 3 // 4, y + (foot - y) * 2 // 5, x + wide, y + (foot - y) * 3 // 5),
            fill=_shade(colour, 0.8),
        )
        draw.ellipse((x, foot - 34, x + wide, foot + 34), fill="#c3c8c5")
        draw.ellipse((x, y - 40, x + wide, y + 40), fill="#eff1ef")
        for step in range(y + 60, foot, 44):
            draw.line((x + 50, step, x + 100, step), fill=_DARK, width=6)
        draw.line((x + 50, y, x + 50, foot), fill=_DARK, width=8)
        draw.line((x + 100, y, x + 100, foot), fill=_DARK, width=8)
    draw.line((0, _GROUND + 150, _W, _GROUND + 150), fill=_shade(colour, 0.8), width=34)


def _pipes(draw: ImageDraw.ImageDraw, colour: _Colour) -> None:
    """A pipeline, with the works behind it."""
    draw.rectangle((130, 330, 520, _GROUND), fill=_FAR)
    draw.rectangle((560, 420, 860, _GROUND), fill=_shade((195, 207, 208), 0.93))
    for x, top in ((200, 130), (330, 190)):
        draw.polygon(((x, _GROUND), (x + 14, top), (x + 66, top), (x + 80, _GROUND)), fill=_STEEL)
        draw.rectangle((x + 13, top + 40, x + 67, top + 66), fill=colour)
    for x, y, size in ((255, 90, 46), (320, 60, 62), (410, 40, 80)):
        draw.ellipse((x - size, y - size // 2, x + size, y + size // 2), fill="#f3f6f6")
    for y, wide in ((_GROUND - 70, 96), (_GROUND + 70, 120)):
        for x in range(120, _W, 330):
            draw.rectangle((x, y, x + 30, _H - 40), fill=_DARK)
        draw.rectangle((0, y - wide // 2, _W, y + wide // 2), fill=colour)
        draw.rectangle((0, y - wide // 2 + 12, _W, y - wide // 2 + 30), fill=_shade(colour, 1.7))
        draw.rectangle((0, y + wide // 4, _W, y + wide // 2), fill=_shade(colour, 0.78))
        for x in range(60, _W, 330):
            draw.rectangle((x, y - wide // 2 - 10, x + 26, y + wide // 2 + 10), fill=_shade(colour, 0.62))


def _bales(draw: ImageDraw.ImageDraw, colour: _Colour) -> None:
    """Bales in a field."""
    draw.polygon(
        (
            (0, _GROUND - 40),
            (420, _GROUND - 130),
            (900, _GROUND - 60),
            (_W, _GROUND - 150),
            (_W, _GROUND),
            (0, _GROUND),
        ),
        fill="#a9b78f",
    )
    draw.rectangle((0, _GROUND, _W, _H), fill="#c9bb83")
    high, wide = 190, 330
    for row, count in enumerate((3, 2, 1)):
        for at in range(count):
            x = 130 + row * wide // 2 + at * (wide + 12)
            y = _GROUND + 110 - (row + 1) * (high + 8)
            draw.rectangle((x, y, x + wide, y + high), fill=_shade(colour, 1 - 0.05 * ((row + at) % 3)))
            draw.rectangle((x, y + high - 36, x + wide, y + high), fill=_shade(colour, 0.8))
            for string in (0.3, 0.7):
                draw.rectangle(
                    (x + wide * string, y, x + wide * string + 8, y + high), fill=_shade(colour, 0.6)
                )
            for straw in range(x + 16, x + wide - 30, 42):
                draw.line(
                    (straw, y + 40 + straw % 70, straw + 26, y + 34 + straw % 70),
                    fill=_shade(colour, 1.6),
                    width=5,
                )


def _basin(draw: ImageDraw.ImageDraw, colour: _Colour) -> None:
    """A round basin with a bridge over it."""
    draw.rectangle((760, 260, 1130, _GROUND - 90), fill=_FAR)
    draw.rectangle((800, 330, 860, 400), fill=_STEEL)
    draw.rectangle((930, 330, 990, 400), fill=_STEEL)
    box = (90, 420, _W - 90, _H - 90)
    draw.ellipse((box[0], box[1] + 50, box[2], box[3] + 50), fill=_STEEL)
    draw.ellipse(box, fill="#d5d8d2")
    draw.ellipse((box[0] + 40, box[1] + 26, box[2] - 40, box[3] - 26), fill=_shade(colour, 0.85))
    draw.ellipse((box[0] + 40, box[1] + 44, box[2] - 40, box[3] - 20), fill=colour)
    for x, y, wide in ((260, 640, 210), (640, 720, 280), (760, 560, 190), (420, 770, 160)):
        draw.line((x, y, x + wide, y), fill=_shade(colour, 1.6), width=8)
    draw.polygon(((150, 560), (640, 600), (640, 636), (150, 596)), fill=_DARK)
    for x in range(170, 650, 80):
        draw.line((x, 470 + x // 12, x, 566 + x // 12), fill=_DARK, width=7)
    draw.line((160, 484, 645, 524), fill=_DARK, width=9)


def _scrap(draw: ImageDraw.ImageDraw, colour: _Colour) -> None:
    """Pieces of metal, and a grab above them."""
    draw.rectangle((0, 430, _W, _GROUND + 20), fill=_FAR)
    for post in range(0, _W, 160):
        draw.line((post, 430, post, _GROUND + 20), fill=_STEEL, width=10)
    pieces = random.Random(3)  # noqa: S311  # likewise
    for at in range(150):
        share = at / 150
        x = pieces.gauss(620, 330 * share**0.5 + 40)
        y = 470 + share * 380 + abs(x - 620) * 0.25
        wide, high, lean = pieces.randint(40, 130), pieces.randint(16, 46), pieces.randint(-40, 40)
        piece = ((x, y), (x + wide, y + lean), (x + wide - 10, y + lean + high), (x - 8, y + high))
        if y < _H - 70 and 40 < x < _W - 150:
            draw.polygon(piece, fill=_shade(colour, pieces.choice((0.6, 0.8, 1.0, 1.4))))
    draw.line((640, 0, 640, 190), fill=_DARK, width=12)
    for side in (-1, 1):
        draw.polygon(
            (
                (640, 170),
                (640 + 120 * side, 250),
                (640 + 80 * side, 380),
                (640 + 20 * side, 330),
                (640 + 50 * side, 250),
            ),
            fill=_DARK,
        )


_GREY, _BROWN, _WATER, _HEAT = (150, 153, 152), (128, 98, 72), (96, 152, 178), (176, 84, 70)
SCENES: Final[Mapping[str, Scene]] = {
    "fgd-gypsum": Scene(_heap, (226, 222, 208), "gypsum in a hall"),
    "coal-fly-ash": Scene(_silos, (172, 174, 172), "silos of fly ash"),
    "fermentation-sludge": Scene(_basin, _BROWN, "a basin of sludge"),
    "surplus-yeast": Scene(_tanks, (214, 190, 140), "tanks of yeast"),
    "cooling-water": Scene(_pipes, _WATER, "pipes of cooling water"),
    "elemental-sulphur": Scene(_heap, (226, 200, 74), "a heap of sulphur"),
    "biologically-treated-effluent": Scene(_basin, _WATER, "a basin of treated water"),
    "district-heat": Scene(_pipes, _HEAT, "pipes of district heat"),
    "straw": Scene(_bales, (222, 190, 106), "bales of straw"),
    "bagasse": Scene(_bales, (190, 168, 126), "bales of bagasse"),
    "steel-scrap": Scene(_scrap, (146, 138, 132), "steel scrap under a grab"),
    "stainless-steel-slag": Scene(_heap, (110, 112, 114), "a heap of slag"),
    "carbon-dioxide": Scene(_tanks, (150, 176, 160), "tanks of carbon dioxide"),
    "fly-ash": Scene(_silos, (172, 174, 172), "silos of fly ash"),
    "slags": Scene(_heap, (110, 112, 114), "a heap of slag"),
    "excavated-soil": Scene(_heap, _BROWN, "a heap of soil"),
    "ferrous-metals": Scene(_scrap, (146, 138, 132), "steel scrap under a grab"),
    "burnt-and-slaked-lime": Scene(_silos, (212, 212, 204), "silos of lime"),
    "hydrogen-chloride": Scene(_tanks, (206, 196, 120), "tanks of hydrogen chloride"),
}
"""By the slug of a resource; its listings of published cases have one."""


def enter_pictures(*, actor: User, listing_ids: Iterable[int]) -> int:
    """Add its drawing to each of these listings that has a scene and never had a file; return how many were added."""
    shown = Listing.objects.filter(
        pk__in=listing_ids,
        provenance=Provenance.DOCUMENTED,
        resource__slug__in=SCENES,
        state=State.PUBLISHED,
        files__isnull=True,
    )
    had_one = Event.objects.filter(
        kind="listing.file_added", subject_type=subject_type_of(Listing()), subject_id=OuterRef("pk")
    )
    found = list(shown.exclude(Exists(had_one)).select_related("resource").order_by("pk"))
    for listing in found:
        scene = SCENES[listing.resource.slug]
        add_file(
            actor=actor,
            listing=listing,
            upload=scene.upload(listing.resource.slug),
            caption=f"Drawing for the demonstration: {scene.caption}",
        )
    return len(found)
