"""What all papers of an agreement share: headings over lines, and rows of what is named and what it is."""

from collections.abc import Sequence
from typing import Final

from django.conf import settings
from fpdf.enums import XPos, YPos

from accounts.models import Organization, Site
from common.pdf import Document

INK, SOFT, ACCENT, LINE = (24, 32, 28), (82, 93, 87), (11, 110, 79), (221, 225, 219)
LABEL_MM: Final = 48
NOT_SAID: Final = "–"

Rows = Sequence[tuple[str, str]]


class Paper(Document):
    """Pages with headings over lines, and rows of what is named on the left and what it is on the right."""

    def heading(self, text: str) -> None:
        """Write a heading over a line."""
        self.ln(4)
        self.set_font("Inter", "B", 11)
        self.set_text_color(*ACCENT)
        self.cell(0, 7, text, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.set_draw_color(*LINE)
        self.line(self.l_margin, self.get_y(), self.w - self.r_margin, self.get_y())
        self.ln(1.5)

    def rows(self, rows: Rows) -> None:
        """Write what is named on the left, and what it is on the right."""
        for label, value in rows:
            self.set_font("Inter", "", 9)
            self.set_text_color(*SOFT)
            top = self.get_y()
            self.multi_cell(LABEL_MM, 5.2, label, align="L", new_x=XPos.RIGHT, new_y=YPos.TOP)
            self.set_text_color(*INK)
            self.set_font("Inter", "", 9.5)
            self.set_xy(self.l_margin + LABEL_MM, top)
            self.multi_cell(0, 5.2, value or NOT_SAID, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def title_lines(self, title: str, under: str) -> None:
        """Write what this is, and under it of what."""
        self.set_title(title)
        self.set_font("Inter", "B", 17)
        self.set_text_color(*INK)
        self.multi_cell(0, 8, title, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.set_font("Inter", "", 10)
        self.set_text_color(*SOFT)
        self.multi_cell(0, 6, under, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def small(self, text: str) -> None:
        """Write a note in small letters."""
        self.ln(4)
        self.set_font("Inter", "", 8)
        self.set_text_color(*SOFT)
        self.multi_cell(0, 4.2, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def finished(self) -> bytes:
        """Return the pages, with what could not be printed named at the end."""
        if note := self.note_unprintable():
            self.small(note)
        return bytes(self.output())


def new_paper(title: str) -> Paper:
    """Return an empty paper whose foot names it."""
    return Paper(foot=f"Loopyard · {title} · {settings.SITE_URL}")


def address_of(site: Site | None) -> str:
    """Return street, place and country on one line; empty where the site is not known."""
    if site is None:
        return ""
    place = " ".join(part for part in (site.postal_code, site.town) if part)
    return ", ".join(part for part in (site.street, place, site.country) if part)


def name_and_address(organization: Organization, site: Site | None) -> str:
    """Return who, and where."""
    return ", ".join(part for part in (organization.name, address_of(site)) if part)
