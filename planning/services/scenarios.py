"""Scenarios: made, changed, supposed otherwise, put away."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Programme, Site, User
from common.errors import Conflict, Invalid
from common.versions import check_version
from events.services import record_event
from listings.models import Listing
from planning.models import Basis, Objective, Scenario

LONGEST_NAME: Final = 120
EUR: Final = "EUR"
MOST_SECONDS: Final = 600
MOST_YEARS: Final = 100
FIRST_YEAR: Final = 1990
LAST_YEAR: Final = 2100
CODE_LETTERS: Final = 3
PRICES: Final = ("co2e_price", "landfill_price", "virgin_price")


@dataclass(frozen=True, kw_only=True)
class ScenarioDetails:
    """What a scenario says, but its what-ifs."""

    name: str
    objective: str = Objective.MONEY
    co2e_price: Decimal = Decimal(0)
    landfill_price: Decimal = Decimal(0)
    virgin_price: Decimal = Decimal(0)
    basis: str = Basis.CAUTIOUS
    currency: str = EUR
    per_eur: Decimal = Decimal(1)
    price_year: int = 2022
    interest: Decimal = Decimal("0.06")
    horizon_years: int = 20
    seconds: int = 60


@dataclass(frozen=True, kw_only=True)
class WhatIf:
    """What is supposed of one listing; None: as it is."""

    is_out: bool = False
    amount: Decimal | None = None
    """Canonical units, per year of a rate."""
    price: Decimal | None = None
    """In the scenario's currency per canonical unit; positive: the buyer pays."""

    def as_json(self) -> dict[str, Any]:
        """Return it as it is kept; empty where nothing is supposed."""
        said: dict[str, Any] = {"out": True} if self.is_out else {}
        if self.amount is not None:
            said["amount"] = str(self.amount)
        if self.price is not None:
            said["price"] = str(self.price)
        return said


def details_of(scenario: Scenario) -> dict[str, Any]:
    """Return what can be edited of a scenario, as its version compares it."""
    return {each.name: getattr(scenario, each.name) for each in fields(ScenarioDetails)}


def _checked(details: ScenarioDetails) -> dict[str, Any]:
    name = details.name.strip()
    errors = _wrong_choices(details) | _wrong_prices(details) | _wrong_money(details) | _wrong_bounds(details)
    if not name or len(name) > LONGEST_NAME:
        errors["name"] = _("Give it a name of at most %(most)s characters.") % {"most": LONGEST_NAME}
    if errors:
        raise Invalid(errors)
    return {each.name: getattr(details, each.name) for each in fields(ScenarioDetails)} | {"name": name}


def _wrong_choices(details: ScenarioDetails) -> dict[str, str]:
    return {
        field: _("Choose one of: %(choices)s.") % {"choices": ", ".join(choices.values)}
        for field, choices in (("objective", Objective), ("basis", Basis))
        if getattr(details, field) not in choices.values
    }


def _wrong_prices(details: ScenarioDetails) -> dict[str, str]:
    prices: dict[str, Decimal] = {name: getattr(details, name) for name in PRICES}
    errors = {
        name: _("A price per tonne is nothing or more.")
        for name, price in prices.items()
        if not price.is_finite() or price < 0
    }
    if details.objective == Objective.WEIGHTED and not errors and not any(prices.values()):
        errors["co2e_price"] = _("Put a price on at least one of them, or plan for money alone.")
    return errors


def _wrong_money(details: ScenarioDetails) -> dict[str, str]:
    if len(details.currency) != CODE_LETTERS or not (
        details.currency.isascii() and details.currency.isupper()
    ):
        return {"currency": _("Three capital letters, as EUR.")}
    if not details.per_eur.is_finite() or details.per_eur <= 0:
        return {"per_eur": _("A euro is worth more than nothing.")}
    if details.currency == EUR and details.per_eur != 1:
        return {"per_eur": _("A euro is worth one euro.")}
    if details.currency != EUR and details.per_eur == 1:
        said = _(
            "The catalogue's prices are in EUR and nothing is converted silently: "
            "say how many %(currency)s a euro is worth."
        )
        return {"per_eur": said % {"currency": details.currency}}
    return {}


def _wrong_bounds(details: ScenarioDetails) -> dict[str, str]:
    errors = {}
    if not FIRST_YEAR <= details.price_year <= LAST_YEAR:
        errors["price_year"] = _("A year from %(first)s to %(last)s.") % {
            "first": FIRST_YEAR,
            "last": LAST_YEAR,
        }
    if not details.interest.is_finite() or not 0 <= details.interest < 1:
        errors["interest"] = _("From nothing to less than 100 %.")
    if not 1 <= details.horizon_years <= MOST_YEARS:
        errors["horizon_years"] = _("From 1 to %(most)s years.") % {"most": MOST_YEARS}
    if not 1 <= details.seconds <= MOST_SECONDS:
        errors["seconds"] = _("From 1 to %(most)s seconds.") % {"most": MOST_SECONDS}
    return errors


@transaction.atomic
def create_scenario(*, actor: User, programme: Programme, details: ScenarioDetails) -> Scenario:
    """Make a scenario of a programme that the actor facilitates."""
    scenario = Scenario.objects.create(programme=programme, created_by=actor, **_checked(details))
    record_event(
        kind="scenario.created",
        subject=scenario,
        actor=actor,
        data={"programme": programme.pk, "name": scenario.name},
    )
    scenario.refresh_from_db()
    return scenario


@transaction.atomic
def change_scenario(*, actor: User, scenario: Scenario, details: ScenarioDetails, seen: str = "") -> Scenario:
    """Say it anew; runs keep the inputs that they had. `seen` is the version that the actor saw (`common.versions`)."""
    values = _checked(details)
    scenario = _locked(scenario)
    check_version(seen, details_of(scenario))
    for name, value in values.items():
        setattr(scenario, name, value)
    scenario.save(update_fields=list(values))
    record_event(
        kind="scenario.changed", subject=scenario, actor=actor, data={"programme": scenario.programme_id}
    )
    return scenario


@transaction.atomic
def suppose(
    *, actor: User, scenario: Scenario, listings: Mapping[int, WhatIf], sites_out: set[int] | None = None
) -> Scenario:
    """Set what is supposed of these listings of the programme, and which sites are left out (None: as before)."""
    scenario = _locked(scenario)
    members = scenario.programme.organizations.values("pk")
    known = set(
        Listing.objects.filter(pk__in=listings, organization__in=members).values_list("pk", flat=True)
    )
    errors = {}
    for key, each in listings.items():
        if key not in known:
            errors[f"listing_{key}"] = _("This is no listing of the programme's members.")
        elif each.amount is not None and not (each.amount.is_finite() and each.amount > 0):
            errors[f"amount_{key}"] = _("More than nothing; to leave a listing out, tick so.")
        elif each.price is not None and not each.price.is_finite():
            errors[f"price_{key}"] = _("Type a number.")
    if sites_out is not None:
        there = set(
            Site.objects.filter(pk__in=sites_out, organization__in=members).values_list("pk", flat=True)
        )
        if sites_out - there:
            errors["sites_out"] = _("One of them is no site of the programme's members.")
    if errors:
        raise Invalid(errors)
    supposed = dict(scenario.what_ifs)
    for key, each in listings.items():
        supposed.pop(str(key), None)
        if each.as_json():
            supposed[str(key)] = each.as_json()
    out = scenario.sites_out if sites_out is None else sorted(sites_out)
    scenario.changes = {"listings": supposed, "sites_out": out}
    scenario.save(update_fields=["changes"])
    record_event(
        kind="scenario.changed", subject=scenario, actor=actor, data={"programme": scenario.programme_id}
    )
    return scenario


@transaction.atomic
def archive_scenario(*, actor: User, scenario: Scenario) -> Scenario:
    """Put a scenario away: it is kept with its runs, and no longer run."""
    scenario = _locked(scenario)
    scenario.archived_at = timezone.now()
    scenario.save(update_fields=["archived_at"])
    record_event(
        kind="scenario.archived", subject=scenario, actor=actor, data={"programme": scenario.programme_id}
    )
    return scenario


def check_in_use(scenario: Scenario) -> None:
    """Raise `Conflict` for a scenario that was put away."""
    if scenario.archived_at is not None:
        raise Conflict(_("This scenario was put away: make another one."), code="archived")


def _locked(scenario: Scenario) -> Scenario:
    found = Scenario.objects.select_for_update(of=("self",)).select_related("programme").get(pk=scenario.pk)
    check_in_use(found)
    return found
