"""The agreement on paper: terms, parties and what the paper that travels with waste names, as a PDF."""

from collections.abc import Sequence
from typing import Final

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from fpdf.enums import XPos, YPos

from accounts.models import Organization, Site
from catalogue.models import EwcCode
from common.pdf import Document
from common.templatetags.loopyard import exact
from trading.models import Agreement, AgreementState, Carrier, Synergy
from trading.selectors.terms_in_words import rows_of
from trading.selectors.words import code_words, utc

_INK, _SOFT, _ACCENT, _LINE = (24, 32, 28), (82, 93, 87), (11, 110, 79), (221, 225, 219)
_LABEL_MM: Final = 48
_NOT_SAID: Final = "–"

Rows = Sequence[tuple[str, str]]


class _Document(Document):
    """The summary's pages: headings over lines, and rows of what is named on the left and what it is on the right."""

    def heading(self, text: str) -> None:
        """Write a heading over a line."""
        self.ln(4)
        self.set_font("Inter", "B", 11)
        self.set_text_color(*_ACCENT)
        self.cell(0, 7, text, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.set_draw_color(*_LINE)
        self.line(self.l_margin, self.get_y(), self.w - self.r_margin, self.get_y())
        self.ln(1.5)

    def rows(self, rows: Rows) -> None:
        """Write what is named on the left, and what it is on the right."""
        for label, value in rows:
            self.set_font("Inter", "", 9)
            self.set_text_color(*_SOFT)
            top = self.get_y()
            self.multi_cell(_LABEL_MM, 5.2, label, align="L", new_x=XPos.RIGHT, new_y=YPos.TOP)
            self.set_text_color(*_INK)
            self.set_font("Inter", "", 9.5)
            self.set_xy(self.l_margin + _LABEL_MM, top)
            self.multi_cell(0, 5.2, value or _NOT_SAID, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def agreement_pdf(agreement: Agreement, synergy: Synergy) -> bytes:
    """Return the summary of an agreement, as it stands now."""
    title = _("Summary of agreement %(number)s") % {"number": agreement.pk}
    document = _Document(foot=f"Loopyard · {title} · {settings.SITE_URL}")
    document.set_title(title)
    document.set_creation_date(agreement.agreed_at)
    document.set_font("Inter", "B", 17)
    document.set_text_color(*_INK)
    document.multi_cell(0, 8, title, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    document.set_font("Inter", "", 10)
    document.set_text_color(*_SOFT)
    document.multi_cell(0, 6, _under(agreement), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    for heading, rows in (
        (_("What is agreed"), _terms(agreement)),
        (_("Supplier"), _party(agreement.supplier, synergy.supplier_site, agreement.supplier_permit)),
        (_("Receiver"), _party(agreement.receiver, synergy.receiver_site, agreement.receiver_permit)),
        (_("For the transport paper"), _transport(agreement, synergy)),
    ):
        document.heading(heading)
        document.rows(rows)
    if agreement.conditions:
        document.heading(_("Conditions"))
        document.set_font("Inter", "", 9.5)
        document.set_text_color(*_INK)
        document.multi_cell(0, 5.2, agreement.conditions, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    document.ln(6)
    document.set_font("Inter", "", 8)
    document.set_text_color(*_SOFT)
    document.multi_cell(
        0,
        4.2,
        _(
            "Made from what both parties entered. It sums up the terms that were accepted; it replaces neither a "
            "contract in writing where the law asks for one, nor the transport paper itself."
        ),
        align="L",
        new_x=XPos.LMARGIN,
        new_y=YPos.NEXT,
    )
    note = document.note_unprintable()
    if note:
        document.multi_cell(0, 4.2, note, align="L")
    return bytes(document.output())


def _under(agreement: Agreement) -> str:
    state = AgreementState(agreement.state).label
    agreed = _("agreed on %(moment)s") % {"moment": utc(agreement.agreed_at)}
    ended = f", {utc(agreement.ended_at)}" if agreement.ended_at else ""
    return f"{agreement.resource.name} · {agreed} · {state}{ended}"


def _terms(agreement: Agreement) -> Rows:
    rows = [(_("What moves"), agreement.resource.name)]
    for row in rows_of(agreement):
        if row.name != "conditions":
            rows.append((row.label, f"{row.words} ({row.beside})" if row.beside else row.words))
    if agreement.yield_per_unit != 1 and agreement.request is not None:
        unit = agreement.request.canonical_unit
        unit = _("%(unit)s/yr") % {"unit": unit} if agreement.is_rate else unit
        filled = f"{exact(agreement.request_amount)} {unit}, {agreement.request.resource.name}"
        rows.insert(2, (_("Fills of the request"), filled))
    return [(str(label), str(value)) for label, value in rows]


def _party(organization: Organization, site: Site | None, permit: str) -> Rows:
    rows = [(_("Organization"), organization.name)]
    if organization.nace_code:
        rows.append((_("NACE activity"), organization.nace_code))
    if site is not None:
        place = " ".join(part for part in (site.postal_code, site.town) if part)
        address = ", ".join(part for part in (site.street, place, site.country) if part)
        rows += [(_("Site"), site.name), (_("Address"), address)]
        rows.append((_("Position"), f"{site.latitude:.5f}°, {site.longitude:.5f}°"))
    rows.append((_("Permit reference"), permit))
    return rows


def _transport(agreement: Agreement, synergy: Synergy) -> Rows:
    code = EwcCode.objects.filter(code=agreement.ewc_code).first() if agreement.ewc_code else None
    named = f"{code.display} {code.description_en}" if code else code_words(agreement.ewc_code)
    hazardous = bool(code and code.hazardous) or any(
        listing.hazardous for listing in (synergy.offer, synergy.request) if listing is not None
    )
    carrier = {
        Carrier.SUPPLIER: agreement.supplier.name,
        Carrier.RECEIVER: agreement.receiver.name,
    }.get(Carrier(agreement.carrier), _("a haulier, to be named"))
    return [
        (_("Waste code (EWC)"), named or _("none: by-product")),
        (_("Hazardous waste"), _("yes") if hazardous else _("no")),
        (_("Treatment operation"), agreement.treatment_operation),
        (_("Carrier"), carrier),
        (_("Container"), agreement.container),
        (_("Printed"), utc(timezone.now())),
    ]
