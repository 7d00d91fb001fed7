"""The papers that travel with waste: Annex VII across borders, the waste transfer note in the United Kingdom."""

from django.utils import timezone
from django.utils.translation import gettext as _

from catalogue.called import called
from catalogue.law.shipments import GREEN_BASEL
from catalogue.law.verdict import Lot, Verdict, verdict
from catalogue.models import EwcCode
from catalogue.selectors.law import code_of, law_of_release
from common.templatetags.loopyard import exact
from listings.selectors.law import lot_of, receiver_at
from trading.models import Agreement, Carrier, Synergy
from trading.selectors.papers.paper import Rows, address_of, name_and_address, new_paper

TO_FILL = "…………………………"


def verdict_of_agreement(agreement: Agreement, synergy: Synergy) -> Verdict | None:
    """Return what the law says of what was agreed; None where a site is not known.

    The papers of the agreement name the code and the operation that count.
    """
    day, offer, origin, target = (
        timezone.localdate(),
        synergy.offer,
        synergy.supplier_site,
        synergy.receiver_site,
    )
    if origin is None or target is None:
        return None
    code = code_of(agreement.ewc_code or (offer.ewc_code if offer else ""), day)
    lot = lot_of(offer, code) if offer else Lot(agreement.resource.slug, origin.country, code=code)
    asked_for = synergy.request.resource.slug if synergy.request else agreement.resource.slug
    receiver = receiver_at(target, agreement.receiver, asked_for)
    return verdict(lot, receiver, day, law_of_release(), operation=agreement.treatment_operation)


def annex_vii_pdf(agreement: Agreement, synergy: Synergy, judged: Verdict) -> bytes:
    """Return the document of Annex VII as far as what is known here fills it, block by block."""
    crossing = judged.shipment
    title = _("Annex VII: information accompanying shipments of waste")
    document = new_paper(title)
    document.title_lines(
        title, f"{_('Agreement %(number)s') % {'number': agreement.pk}} · {crossing.legal_basis}"
    )
    supplier = name_and_address(agreement.supplier, synergy.supplier_site)
    receiver = name_and_address(agreement.receiver, synergy.receiver_site)
    arranger = receiver if agreement.carrier == Carrier.RECEIVER else supplier
    code = EwcCode.objects.filter(code=agreement.ewc_code).first()
    is_basel = crossing.entry.startswith(GREEN_BASEL)
    rows: Rows = [
        (_("1 Person who arranges the shipment"), arranger),
        (_("2 Importer or consignee"), receiver),
        (_("3 Actual quantity"), f"{TO_FILL} {_('of at most')} {exact(agreement.amount)} {agreement.unit}"),
        (_("4 Actual date of shipment"), TO_FILL),
        (_("5 Carriers"), _carrier(agreement)),
        (_("6 Waste generator"), supplier),
        (_("7 Recovery facility"), _with_permit(receiver, agreement.receiver_permit)),
        (_("8 Recovery operation"), agreement.treatment_operation or TO_FILL),
        (_("9 Usual description of the waste"), called(agreement.resource.name)),
        (_("10 (i) Basel Annex IX"), crossing.entry if is_basel else ""),
        (_("10 (ii) OECD entry"), "" if is_basel else crossing.entry),
        (_("10 (iii) Annex IIIA, (iv) IIIB"), ""),
        (_("10 (v) List of Waste"), f"{code.display} {called(code.description_en)}" if code else TO_FILL),
        (_("11 Countries: dispatch, transit, destination"), _countries(synergy)),
        (_("12 Declaration and signature of who arranges"), f"{TO_FILL}   {TO_FILL}"),
        (_("13 Signature of the consignee on receipt"), f"{TO_FILL}   {TO_FILL}"),
        (_("14 Received at the facility: date, quantity, signature"), f"{TO_FILL}   {TO_FILL}"),
    ]
    document.rows(rows)
    document.small(
        _(
            "Block 12: the information is complete and correct to the best of my knowledge, and effective written "
            "contractual obligations have been entered into with the consignee. The entry of the green list is read "
            "from the waste code and is for the shipper to declare. Within the Union the document is filed "
            "electronically (Regulation (EU) 2024/1157, Article 27)."
        )
    )
    return document.finished()


def transfer_note_pdf(agreement: Agreement, synergy: Synergy) -> bytes:
    """Return the waste transfer note of the United Kingdom as far as what is known here fills it."""
    code = EwcCode.objects.filter(code=agreement.ewc_code).first()
    title = _("Waste transfer note")
    document = new_paper(title)
    basis = "Environmental Protection Act 1990, section 34; Waste (England and Wales) Regulations 2011, regulation 35"
    document.title_lines(title, f"{_('Agreement %(number)s') % {'number': agreement.pk}} · {basis}")
    document.heading(_("A  Description of the waste"))
    document.rows(
        [
            (_("Description"), called(agreement.resource.name)),
            (_("List of Waste code"), f"{code.display} {called(code.description_en)}" if code else TO_FILL),
            (_("Quantity"), f"{TO_FILL} {_('of at most')} {exact(agreement.amount)} {agreement.unit}"),
            (_("How it is contained"), agreement.container or TO_FILL),
        ]
    )
    for heading, organization, site, permit in (
        (
            _("B  Transferor: current holder"),
            agreement.supplier,
            synergy.supplier_site,
            agreement.supplier_permit,
        ),
        (
            _("C  Transferee: who takes it"),
            agreement.receiver,
            synergy.receiver_site,
            agreement.receiver_permit,
        ),
    ):
        document.heading(heading)
        document.rows(
            [
                (_("Name"), organization.name),
                (_("Address"), address_of(site)),
                (_("SIC code (2007)"), organization.nace_code or TO_FILL),
                (_("Permit, exemption or carrier registration"), permit or TO_FILL),
                (_("Signature, name, date"), f"{TO_FILL}   {TO_FILL}"),
            ]
        )
    document.heading(_("D  The transfer"))
    document.rows(
        [
            (_("Place"), address_of(synergy.supplier_site)),
            (_("Date, or season of at most 12 months"), TO_FILL),
            (_("Carrier"), _carrier(agreement)),
        ]
    )
    document.small(
        _(
            "I confirm that I have fulfilled my duty to apply the waste hierarchy as required by regulation 12 of the "
            "Waste (England and Wales) Regulations 2011. Both parties sign, and keep the note for two years. Hazardous "
            "waste travels with a consignment note instead (Hazardous Waste (England and Wales) Regulations 2005)."
        )
    )
    return document.finished()


def needs_transfer_note(synergy: Synergy) -> bool:
    """Whether it stays within the United Kingdom."""
    sites = (synergy.supplier_site, synergy.receiver_site)
    return all(site is not None and site.country == "GB" for site in sites)


def _carrier(agreement: Agreement) -> str:
    names = {Carrier.SUPPLIER: agreement.supplier.name, Carrier.RECEIVER: agreement.receiver.name}
    return names.get(Carrier(agreement.carrier), TO_FILL)


def _with_permit(who: str, permit: str) -> str:
    return f"{who}; {permit}" if permit else who


def _countries(synergy: Synergy) -> str:
    origin = synergy.supplier_site.country if synergy.supplier_site else TO_FILL
    target = synergy.receiver_site.country if synergy.receiver_site else TO_FILL
    return f"{origin} · {TO_FILL} · {target}"
