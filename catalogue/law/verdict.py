"""What the law says of a pair, topic by topic. Pure: no Django, no clock."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from catalogue.law.knowledge import AnimalByProduct, LawKnowledge
from catalogue.law.shipments import DISPOSAL, RECOVERY, Procedure, Shipment, shipment
from catalogue.law.terms import Finding, Status, Topic, gravest
from catalogue.law.uses import Uses, prohibitions_of, uses_of_receiver
from common.reading.said import Said, as_said

WASTE, BY_PRODUCT, END_OF_WASTE, PRODUCT = "waste", "by-product", "end-of-waste", "product"
WASTE_DIRECTIVE = "Directive 2008/98/EC"
LIST_OF_WASTE = "Decision 2000/532/EC"


@dataclass(frozen=True)
class Code:
    """A waste code on the day in question; `twins` are its mirror entries, `replaced_by` what follows it."""

    code: str
    display: str
    starred: bool
    is_mirror: bool = False
    in_force: bool = True
    begins_on: date | None = None
    ends_on: date | None = None
    replaced_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lot:
    """What is offered, as its owner states it; empty or None where nothing is said."""

    resource: str
    country: str
    legal_status: str = ""
    code: Code | None = None
    hazardous: bool = False
    abp_category: int = 0
    reach_number: str = ""
    present: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Receiver:
    """Who asks, and for what; codes and operations of the permit are empty where nobody said."""

    asked_for: str
    country: str
    nace_code: str = ""
    may_take_hazardous: bool = False
    permit_reference: str = ""
    permit_codes: frozenset[str] = frozenset()
    permit_operations: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Verdict:
    """What the law says, topic by topic; the gravest finding decides."""

    findings: tuple[Finding, ...]
    shipment: Shipment

    @property
    def status(self) -> Status:
        """Green, to check, or forbidden."""
        return gravest(finding.status for finding in self.findings)

    @property
    def reasons(self) -> tuple[str, ...]:
        """What is wrong or open, the gravest first."""
        order = sorted(self.findings, key=lambda finding: -list(Status).index(finding.status))
        return tuple(finding.text for finding in order if finding.status != Status.GREEN)

    @property
    def sources(self) -> tuple[str, ...]:
        """The law that this rests on, each once."""
        return tuple(dict.fromkeys(finding.source for finding in self.findings if finding.source))

    def of(self, topic: Topic) -> tuple[Finding, ...]:
        """Return what is said of one topic, the gravest first."""
        found = [finding for finding in self.findings if finding.topic == topic]
        return tuple(sorted(found, key=lambda finding: -list(Status).index(finding.status)))


def verdict(
    offer: Lot,
    request: Receiver,
    day: date,
    knowledge: LawKnowledge,
    *,
    uses: Uses | None = None,
    delivered: str = "",
    operation: str = "",
) -> Verdict:
    """Return what the law says of giving `offer` to `request` on a day.

    `uses` are those of the receiver where something better than its NACE class and its request is known; `delivered` is
    the resource that arrives where it is treated on the way (else the offer's); `operation` is R1 to R13 or D1 to D15
    where the parties said it.
    """
    known = uses or uses_of_receiver(request.nace_code, request.asked_for, knowledge)
    status = offer.legal_status or knowledge.usual_status.get(offer.resource, "")
    purpose = DISPOSAL if (operation or _operation_of(known, knowledge)).startswith("D") else RECOVERY
    crossing = shipment(
        ewc_code=offer.code.code if offer.code else "",
        is_hazardous=_is_hazardous(offer),
        is_waste=status == WASTE,
        from_country=offer.country,
        to_country=request.country,
        day=day,
        knowledge=knowledge,
        purpose=purpose,
    )
    findings = [
        *_status(offer, status),
        *_hazard(offer, status, day),
        *_animal_by_products(offer, knowledge),
        *_use(offer, request, delivered or offer.resource, known, day, knowledge),
        *_shipment(crossing, offer, request),
        *_permit(offer, request, status, operation, day),
    ]
    return Verdict(tuple(findings), crossing)


def animal_by_product_of(resource: str, knowledge: LawKnowledge) -> AnimalByProduct | None:
    """Return what covers a resource as an animal by-product; None where nothing does."""
    path = knowledge.paths.get(resource, ())
    return next(
        (
            knowledge.animal_by_products[slug]
            for slug in reversed(path)
            if slug in knowledge.animal_by_products
        ),
        None,
    )


def _is_hazardous(offer: Lot) -> bool:
    return offer.hazardous or bool(offer.code and offer.code.starred)


def _operation_of(uses: Uses, knowledge: LawKnowledge) -> str:
    return next((use.operation for slug, use in knowledge.use_classes.items() if slug in uses.certain), "")


def _status(offer: Lot, status: str) -> Iterator[Finding]:
    stated = (
        as_said("stated") if offer.legal_status else as_said("as this usually is; the seller has not said")
    )
    if status == WASTE:
        grave = Status.GREEN if offer.legal_status else Status.CHECK
        yield Finding(Topic.STATUS, grave, as_said("Waste, %(stated)s", stated=stated), "")
        if offer.code is None:
            text = as_said("Waste without a code of the List of Waste: choose one")
            yield Finding(Topic.STATUS, Status.CHECK, text, LIST_OF_WASTE)
    elif status == BY_PRODUCT:
        text = as_said(
            "By-product, %(stated)s: further use certain, no further processing, an integral part of production, "
            "lawful",
            stated=stated,
        )
        yield Finding(Topic.STATUS, Status.CHECK, text, f"{WASTE_DIRECTIVE}, Article 5")
    elif status == END_OF_WASTE:
        text = as_said("End of waste: criteria of the Union or the country, and a statement of conformity")
        yield Finding(Topic.STATUS, Status.CHECK, text, f"{WASTE_DIRECTIVE}, Article 6")
    elif status == PRODUCT and not offer.reach_number:
        text = as_said(
            "Product, %(stated)s: a substance of one tonne a year or more needs its REACH registration, unless exempt",
            stated=stated,
        )
        yield Finding(Topic.STATUS, Status.CHECK, text, "Regulation (EC) No 1907/2006, Articles 2, 5 and 6")
    elif status == PRODUCT:
        text = as_said("Product, %(stated)s; REACH %(number)s", stated=stated, number=offer.reach_number)
        yield Finding(Topic.STATUS, Status.GREEN, text, "")
    else:
        yield Finding(Topic.STATUS, Status.GREEN, as_said("Neither waste nor a substance"), "")


def _hazard(offer: Lot, status: str, day: date) -> Iterator[Finding]:
    code = offer.code
    if code is None:
        grave = Status.CHECK if offer.hazardous else Status.GREEN
        text = as_said("Said to be hazardous") if offer.hazardous else as_said("Not said to be hazardous")
        yield Finding(Topic.HAZARD, grave, text, "")
        return
    if code.ends_on is not None:
        ends = {"code": code.display, "day": code.ends_on.isoformat(), "next": _either(code.replaced_by)}
        if code.ends_on < day and code.replaced_by:
            text = as_said("%(code)s ended on %(day)s; choose %(next)s", **ends)
        elif code.ends_on < day:
            text = as_said("%(code)s ended on %(day)s", **ends)
        elif code.replaced_by:
            text = as_said("%(code)s ends on %(day)s; choose %(next)s from the day after", **ends)
        else:
            text = as_said("%(code)s ends on %(day)s", **ends)
        yield Finding(Topic.HAZARD, Status.CHECK, text, "Decision (EU) 2025/934")
    elif not code.in_force and code.begins_on is not None:
        text = as_said("%(code)s begins on %(day)s", code=code.display, day=code.begins_on.isoformat())
        yield Finding(Topic.HAZARD, Status.CHECK, text, "Decision (EU) 2025/934")
    if code.starred:
        text = as_said("Hazardous waste: %(code)s", code=code.display)
        yield Finding(Topic.HAZARD, Status.CHECK, text, f"{WASTE_DIRECTIVE}, Articles 7 and 17 to 19")
    elif code.is_mirror:
        text = as_said(
            "%(code)s is a mirror entry: not hazardous only where tested against HP 1 to HP 15",
            code=code.display,
        )
        yield Finding(Topic.HAZARD, Status.CHECK, text, f"{LIST_OF_WASTE}; Regulation (EU) No 1357/2014")
    else:
        text = as_said("Not hazardous: %(code)s", code=code.display)
        yield Finding(Topic.HAZARD, Status.GREEN, text, LIST_OF_WASTE)


def _animal_by_products(offer: Lot, knowledge: LawKnowledge) -> Iterator[Finding]:
    found = animal_by_product_of(offer.resource, knowledge)
    if found is None and not offer.abp_category:
        yield Finding(Topic.ANIMAL_BY_PRODUCT, Status.GREEN, as_said("No animal by-product"), "")
        return
    category = offer.abp_category or (found.category if found else 0)
    source = found.legal_basis if found else "Regulation (EC) No 1069/2009, Articles 8 to 10"
    if not category:
        text = as_said("Animal by-product: ask for its category (1, 2 or 3)")
    else:
        text = as_said(
            "Animal by-product, Category %(category)s, %(stated)s: commercial document, registered or approved plants",
            category=category,
            stated=as_said("stated") if offer.abp_category else as_said("as this usually is"),
        )
    yield Finding(Topic.ANIMAL_BY_PRODUCT, Status.CHECK, text, source)


CATEGORY_1_USES = frozenset({"incineration", "cement-kiln", "rendering", "landfill"})
"""Regulation (EC) No 1069/2009, Article 12: disposal, co-incineration, after processing landfill; fuel."""


def _use(
    offer: Lot, request: Receiver, delivered: str, uses: Uses, day: date, knowledge: LawKnowledge
) -> Iterator[Finding]:
    whose = knowledge.jurisdiction(request.country)
    found = list(prohibitions_of(delivered, uses.certain, whose, day, knowledge))
    for rule in found:
        text = rule.reason if rule.status == Status.FORBIDDEN else _joined(rule.reason, rule.approval)
        grave = Status.FORBIDDEN if rule.status == Status.FORBIDDEN else Status.CHECK
        yield Finding(Topic.USE, grave, text, rule.legal_basis)
    maybe = prohibitions_of(delivered, uses.possible - uses.certain, whose, day, knowledge)
    for rule in maybe:
        if rule.status == Status.FORBIDDEN:
            name = knowledge.use_classes[rule.use_class].name
            text = as_said("Forbidden if it becomes %(use)s: %(reason)s", use=name, reason=rule.reason)
            yield Finding(Topic.USE, Status.CHECK, text, rule.legal_basis)
    yield from _category_1(offer, uses)
    yield from _safety(offer, uses, knowledge)
    if not found and not offer.present and whose == "OTHER":
        yield Finding(Topic.USE, Status.CHECK, as_said("The law of this country is not stored: ask"), "")
    elif not found:
        yield Finding(Topic.USE, Status.GREEN, as_said("No rule that is stored forbids this use"), "")


def _category_1(offer: Lot, uses: Uses) -> Iterator[Finding]:
    if offer.abp_category == 1 and uses.certain and not uses.certain & CATEGORY_1_USES:
        text = as_said("Category 1 material is burnt, or disposed of after processing")
        yield Finding(Topic.USE, Status.FORBIDDEN, text, "Regulation (EC) No 1069/2009, Article 12")


def _safety(offer: Lot, uses: Uses, knowledge: LawKnowledge) -> Iterator[Finding]:
    classes = knowledge.classes_of(offer.resource)
    for slug, rule in knowledge.safety_properties.items():
        if slug in offer.present:
            if uses.certain & rule.allowed_uses:
                yield Finding(Topic.USE, Status.CHECK, _joined(rule.name, rule.reason), rule.legal_basis)
            else:
                yield Finding(Topic.USE, Status.FORBIDDEN, _joined(rule.name, rule.reason), rule.legal_basis)
        elif slug not in offer.absent and classes & rule.asked_of:
            text = as_said(
                "%(name)s: not tested, or not said; ask for %(test)s", name=rule.name, test=rule.tested
            )
            yield Finding(Topic.USE, Status.CHECK, text, rule.legal_basis)


def _shipment(crossing: Shipment, offer: Lot, request: Receiver) -> Iterator[Finding]:
    way = f"{offer.country} → {request.country}"
    texts = {
        Procedure.NONE: (Status.GREEN, as_said("No procedure for shipments of waste")),
        Procedure.ANNEX_VII: (
            Status.CHECK,
            as_said("%(way)s: green list %(entry)s, Annex VII document", way=way, entry=crossing.entry),
        ),
        Procedure.NOTIFICATION: (
            Status.CHECK,
            as_said("%(way)s: prior written notification and consent", way=way),
        ),
        Procedure.PROHIBITED: (Status.FORBIDDEN, as_said("%(way)s: this shipment is prohibited", way=way)),
        Procedure.CHECK: (Status.CHECK, as_said("%(way)s: ask which procedure", way=way)),
    }
    status, text = texts[crossing.procedure]
    if crossing.note and crossing.procedure != Procedure.NONE:
        text = as_said("%(text)s (%(note)s)", text=text, note=crossing.note)
    yield Finding(Topic.SHIPMENT, status, text, crossing.legal_basis)


def _permit(offer: Lot, request: Receiver, status: str, operation: str, day: date) -> Iterator[Finding]:
    source = f"{WASTE_DIRECTIVE}, Articles 23 and 24"
    if status != WASTE:
        yield Finding(Topic.PERMIT, Status.GREEN, as_said("No waste permit for what is no waste"), "")
        return
    if _is_hazardous(offer) and not request.may_take_hazardous:
        text = as_said("The site has not said that it may take hazardous waste")
        yield Finding(Topic.PERMIT, Status.FORBIDDEN, text, source)
    if not request.permit_codes:
        text = as_said("The site has not said which codes it may take: ask for its permit or exemption")
        yield Finding(Topic.PERMIT, Status.CHECK, text, source)
    elif offer.code is None:
        text = as_said("The offer has no code to compare with the permit")
        yield Finding(Topic.PERMIT, Status.CHECK, text, source)
    elif not permits(request.permit_codes, offer.code.code):
        text = as_said("The permit of the site does not name %(code)s", code=offer.code.display)
        yield Finding(Topic.PERMIT, Status.FORBIDDEN, text, source)
    elif operation and request.permit_operations and operation not in request.permit_operations:
        text = as_said("The permit of the site does not name operation %(operation)s", operation=operation)
        yield Finding(Topic.PERMIT, Status.FORBIDDEN, text, source)
    else:
        text = as_said("The permit names %(code)s", code=offer.code.display)
        yield Finding(Topic.PERMIT, Status.GREEN, text, source)


def _joined(name: str, reason: str) -> Said:
    return as_said("%(name)s: %(reason)s", name=name, reason=reason)


def _either(codes: Sequence[str]) -> str:
    if len(codes) < 2:
        return "".join(codes)
    return as_said("%(codes)s or %(last)s", codes=", ".join(codes[:-1]), last=codes[-1])


def permits(codes: frozenset[str], code: str) -> bool:
    """Say whether a permit that names codes, sub-chapters or chapters covers a code of six digits."""
    return bool({code, code[:4], code[:2]} & codes)
