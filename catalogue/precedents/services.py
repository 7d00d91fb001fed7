"""Exchanges that are documented as done, as facilitators write them."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Programme, User
from accounts.selectors.towns import country_names
from catalogue.models import FIRST_YEAR, NaceActivity, Precedent, Resource
from catalogue.selectors.knowledge import knowledge_of_release
from common.errors import Invalid, NotFound
from common.units import CANONICAL_UNIT
from common.versions import check_version
from events.services import record_event

SMALLEST_QUANTITY = Decimal("0.000001")


@dataclass(frozen=True)
class PrecedentDetails:
    """What is known of an exchange; what is not is None or empty, never zero."""

    place: str
    country: str
    giver: str
    receiver: str
    resource: Resource
    source: str
    giver_activity: str = ""
    receiver_activity: str = ""
    serves_as: Resource | None = None
    since: int | None = None
    quantity: Decimal | None = None
    unit: str = ""
    per_year: bool = True
    quantity_year: int | None = None
    note: str = ""


def details_of(precedent: Precedent) -> dict[str, Any]:
    """Return what can be edited, by the names of `PrecedentDetails`; its version is what an editor has seen."""
    return {each.name: getattr(precedent, each.name) for each in fields(PrecedentDetails)}


@transaction.atomic
def add_precedent(*, actor: User, programme: Programme, details: PrecedentDetails) -> Precedent:
    """Add a documented exchange for a programme; everybody sees it. Raises `Invalid` by field."""
    precedent = Precedent(programme=programme, added_by=actor)
    _put(precedent, details)
    precedent.save()
    record_event(kind="precedent.added", subject=precedent, actor=actor, data={"programme": programme.pk})
    return precedent


@transaction.atomic
def edit_precedent(
    *, actor: User, precedent: Precedent, details: PrecedentDetails, seen: str = ""
) -> Precedent:
    """Say anew what is known of an exchange that a programme added; `Outdated` where somebody else did since."""
    precedent = _locked(precedent)
    check_version(seen, details_of(precedent))
    changed = _put(precedent, details)
    if changed:
        precedent.save(update_fields=changed)
        record_event(kind="precedent.changed", subject=precedent, actor=actor, data={"fields": changed})
    return precedent


@transaction.atomic
def remove_precedent(*, actor: User, precedent: Precedent) -> None:
    """Take out an exchange that a programme added; the log keeps what it said."""
    precedent = _locked(precedent)
    said = {"giver": precedent.giver, "receiver": precedent.receiver, "source": precedent.source}
    record_event(
        kind="precedent.removed",
        subject=precedent,
        actor=actor,
        data={**said, "programme": precedent.programme_id, "resource": precedent.resource_id},
    )
    precedent.delete()


def _locked(precedent: Precedent) -> Precedent:
    found = Precedent.objects.select_for_update(of=("self",)).filter(pk=precedent.pk, slug=None).first()
    if found is None:
        raise NotFound
    return found


def _put(precedent: Precedent, details: PrecedentDetails) -> list[str]:
    """Put the details on the row, checked; return the names of the fields that changed."""
    values = vars(details)
    changed = [name for name, value in values.items() if _stored(precedent, name) != value]
    wrong = _wrong(details)
    for name in changed:
        setattr(precedent, name, values[name])
    try:
        precedent.clean_fields(exclude=["slug", *(name for name in _OPTIONAL if not values[name])])
    except ValidationError as error:
        wrong = {**error.message_dict, **wrong}
    if wrong:
        raise Invalid(wrong)
    return changed


_OPTIONAL = ("serves_as", "since", "quantity", "quantity_year")


def _stored(precedent: Precedent, name: str) -> object:
    if name == "resource" and not precedent.resource_id:
        return None
    return getattr(precedent, name)


def _wrong(details: PrecedentDetails) -> dict[str, str | Sequence[str]]:
    """Return what cannot be so, by field."""
    wrong: dict[str, str | Sequence[str]] = {}
    this_year = timezone.now().year
    if details.country not in country_names():
        wrong["country"] = _("Two capital letters of a country, as DK.")
    for name in ("since", "quantity_year"):
        year = getattr(details, name)
        if year is not None and not FIRST_YEAR <= year <= this_year:
            wrong[name] = _("A year from %(first)d to %(last)d.") % {"first": FIRST_YEAR, "last": this_year}
    for name in ("giver_activity", "receiver_activity"):
        if not _is_activity(getattr(details, name)):
            wrong[name] = _("A NACE code, as 35.11, or a kind of plant, as cement-plant; or leave it empty.")
    return wrong | _wrong_quantity(details)


def _wrong_quantity(details: PrecedentDetails) -> dict[str, str | Sequence[str]]:
    units = sorted(CANONICAL_UNIT.values())
    if details.quantity is None:
        if details.unit:
            return {"quantity": _("How much? Or leave the unit empty too.")}
        return {"quantity_year": _("Of what quantity?")} if details.quantity_year else {}
    if details.quantity < SMALLEST_QUANTITY:
        return {"quantity": _("A number above zero; empty if it is not known.")}
    if details.unit not in units:
        return {"unit": _("One of %(units)s.") % {"units": ", ".join(units)}}
    return {}


def _is_activity(text: str) -> bool:
    if not text or text in knowledge_of_release().activities:
        return True
    return NaceActivity.objects.filter(code=text).exists()
