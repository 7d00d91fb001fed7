"""The agreement on paper: terms, parties and what the paper that travels with waste names, as a PDF."""

from django.utils import timezone
from django.utils.translation import gettext as _
from fpdf.enums import XPos, YPos

from accounts.models import Organization, Site
from catalogue.called import called
from catalogue.models import EwcCode
from common.templatetags.loopyard import exact
from trading.models import Agreement, AgreementState, Carrier, Synergy
from trading.selectors.papers.paper import INK, SOFT, Rows, address_of, new_paper
from trading.selectors.terms_in_words import rows_of
from trading.selectors.words import code_words, utc


def agreement_pdf(agreement: Agreement, synergy: Synergy) -> bytes:
    """Return the summary of an agreement, as it stands now."""
    title = _("Summary of agreement %(number)s") % {"number": agreement.pk}
    document = new_paper(title)
    document.set_title(title)
    document.set_creation_date(agreement.agreed_at)
    document.set_font("Inter", "B", 17)
    document.set_text_color(*INK)
    document.multi_cell(0, 8, title, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    document.set_font("Inter", "", 10)
    document.set_text_color(*SOFT)
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
        document.set_text_color(*INK)
        document.multi_cell(0, 5.2, agreement.conditions, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    document.ln(6)
    document.set_font("Inter", "", 8)
    document.set_text_color(*SOFT)
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
    return f"{called(agreement.resource.name)} · {agreed} · {state}{ended}"


def _terms(agreement: Agreement) -> Rows:
    rows = [(_("What moves"), called(agreement.resource.name))]
    for row in rows_of(agreement):
        if row.name != "conditions":
            rows.append((row.label, f"{row.words} ({row.beside})" if row.beside else row.words))
    if agreement.yield_per_unit != 1 and agreement.request is not None:
        unit = agreement.request.canonical_unit
        unit = _("%(unit)s/yr") % {"unit": unit} if agreement.is_rate else unit
        filled = f"{exact(agreement.request_amount)} {unit}, {called(agreement.request.resource.name)}"
        rows.insert(2, (_("Fills of the request"), filled))
    return [(str(label), str(value)) for label, value in rows]


def _party(organization: Organization, site: Site | None, permit: str) -> Rows:
    rows = [(_("Organization"), organization.name)]
    if organization.nace_code:
        rows.append((_("NACE activity"), organization.nace_code))
    if site is not None:
        rows += [(_("Site"), site.name), (_("Address"), address_of(site))]
        rows.append((_("Position"), f"{site.latitude:.5f}°, {site.longitude:.5f}°"))
    rows.append((_("Permit reference"), permit))
    return rows


def _transport(agreement: Agreement, synergy: Synergy) -> Rows:
    code = EwcCode.objects.filter(code=agreement.ewc_code).first() if agreement.ewc_code else None
    named = f"{code.display} {called(code.description_en)}" if code else code_words(agreement.ewc_code)
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
