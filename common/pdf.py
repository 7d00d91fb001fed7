"""PDF pages that write any script: what one font lacks comes from the next, what all lack is marked, never left out."""

import unicodedata
from importlib.util import find_spec
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext as _
from fpdf import FPDF
from fpdf.fonts import TTFFont

_VENDOR: Final = settings.ROOT / "static" / "vendor"
_INTER: Final = _VENDOR / "inter-ttf-0.4.2"
_FURTHER: Final = {
    "DejaVu": _VENDOR / "dejavu-2.37" / "dejavu-sans.ttf",
    "Droid": _VENDOR / "droid-fallback-6.0.1" / "droid-sans-fallback.ttf",
}
"""Greek to Arabic and Hebrew with signs and some emoji; Chinese, Japanese, Korean. Loaded where they are needed."""
_FROM_RIGHT: Final = ("R", "AL")


class Document(FPDF):
    """One A4 page after the other in Inter, with a foot that says what this is."""

    soft_ink = (82, 93, 87)

    def __init__(self, foot: str) -> None:
        super().__init__(format="A4")
        self.foot = foot
        self.unprintable: set[str] = set()
        """Characters that no font has; each is printed as its number."""
        self.add_font("Inter", "", _INTER / "inter-400.ttf")
        self.add_font("Inter", "B", _INTER / "inter-600.ttf")
        self.set_margins(20, 18, 20)
        self.set_auto_page_break(auto=True, margin=20)
        self.add_page()

    def footer(self) -> None:
        """Say on every page what this is."""
        self.set_y(-14)
        self.set_font("Inter", "", 8)
        self.set_text_color(*self.soft_ink)
        self.cell(0, 5, f"{self.foot} · {self.page_no()}")

    def cell(self, w: Any = None, h: Any = None, text: str = "", *args: Any, **options: Any) -> Any:
        """As of FPDF, with what can be printed of the text."""
        return super().cell(w, h, self.printable(text), *args, **options)

    def multi_cell(self, w: Any, h: Any = None, text: str = "", *args: Any, **options: Any) -> Any:
        """As of FPDF, with what can be printed of the text."""
        return super().multi_cell(w, h, self.printable(text), *args, **options)

    def printable(self, text: str) -> str:
        """Return `text` with what no font has as [U+1F525], and make ready to write the rest."""
        if self._has_all(text):
            return text
        if "droid" not in self.fonts:
            for name, path in _FURTHER.items():
                self.add_font(name, "", path)
            self.set_fallback_fonts(list(_FURTHER), exact_match=False)
        if not self.text_shaping and any(unicodedata.bidirectional(char) in _FROM_RIGHT for char in text):
            self._shape()
        return "".join(char if self._has(char) else self._marked(char) for char in text)

    def note_unprintable(self) -> str:
        """Return a line that says which characters are printed as numbers; empty where all could be printed."""
        if not self.unprintable:
            return ""
        numbers = ", ".join(sorted(_number(char) for char in self.unprintable))
        return _("No font here has these characters, printed as their Unicode numbers: %(numbers)s.") % {
            "numbers": numbers
        }

    def _shape(self) -> None:
        # Letters that join and run from the right; uharfbuzz is the part of FPDF that is asked for beside it.
        if find_spec("uharfbuzz"):
            self.set_text_shaping(use_shaping_engine=True)

    def _has_all(self, text: str) -> bool:
        return text.isascii() or all(char == "\n" or _holds(self.fonts["inter"], char) for char in text)

    def _has(self, char: str) -> bool:
        return char == "\n" or any(_holds(font, char) for font in self.fonts.values())

    def _marked(self, char: str) -> str:
        # Joiners and marks that choose a form of the character before show nothing themselves.
        if unicodedata.category(char) in ("Cf", "Mn"):
            return ""
        self.unprintable.add(char)
        return f"[{_number(char)}]"


def _holds(font: object, char: str) -> bool:
    return isinstance(font, TTFFont) and ord(char) in font.cmap


def _number(char: str) -> str:
    return f"U+{ord(char):04X}"
