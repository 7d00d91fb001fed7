"""What a facilitator types about a scenario."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from common.reading.numbers import typed
from common.web.fields import LineField, NumberField
from common.web.forms import AppForm
from listings.models import Listing
from planning.models import Basis, Objective, Scenario
from planning.services.scenarios import LONGEST_NAME, MOST_SECONDS, ScenarioDetails, WhatIf, details_of

PERCENT: Final = Decimal(100)


class ScenarioForm(AppForm):
    """A scenario; what few change stands folded away, with a default that suits."""

    field_of = {"interest": "interest_percent"}

    name = LineField(label=_("Name"), max_length=LONGEST_NAME, help_text=_("as “2027 with the new kiln”"))
    objective = forms.ChoiceField(label=_("Best in"), choices=Objective.choices)
    co2e_price = NumberField(label=_("Price of a tonne of CO₂e"), least=0, places=2, required=False)
    landfill_price = NumberField(label=_("Price of a tonne landfilled"), least=0, places=2, required=False)
    virgin_price = NumberField(
        label=_("Price of a tonne of virgin material"), least=0, places=2, required=False
    )
    basis = forms.ChoiceField(
        label=_("Which figures"),
        choices=Basis.choices,
        help_text=_("where prices are known from low to high"),
    )
    currency = LineField(label=_("Currency"), max_length=3)
    per_eur = NumberField(
        label=_("Worth of a euro in it"), places=6, help_text=_("the catalogue's prices are in EUR")
    )
    price_year = NumberField(label=_("Price year"), whole=True, grouped=False)
    interest_percent = NumberField(label=_("Interest, % a year"), places=2, help_text=_("real"))
    horizon_years = NumberField(label=_("Horizon, years"), whole=True, help_text=_("of the present value"))
    seconds = NumberField(label=_("Time limit, seconds"), whole=True, most=MOST_SECONDS)

    folded: Final = (
        "basis",
        "currency",
        "per_eur",
        "price_year",
        "interest_percent",
        "horizon_years",
        "seconds",
    )
    weighed: Final = ("co2e_price", "landfill_price", "virgin_price")

    def __init__(
        self, *args: Any, scenario: Scenario | None = None, currency: str = "EUR", **options: Any
    ) -> None:
        current = details_of(scenario) if scenario else None
        if current is None:
            options["initial"] = self.saved_values(
                {each: getattr(ScenarioDetails(name="", currency=currency), each) for each in _NAMES}
            )
            if currency != "EUR":
                options["initial"]["per_eur"] = ""
            super().__init__(*args, **options)
        else:
            super().__init__(*args, current=current, initial=self.saved_values(current), **options)

    def saved_values(self, current: Any) -> dict[str, Any]:
        """Return a scenario as it is typed."""
        values = {
            name: typed(value) if isinstance(value, Decimal) else value for name, value in current.items()
        }
        interest = values.pop("interest", None)
        if interest is not None:
            values["interest_percent"] = typed(Decimal(str(current["interest"])) * PERCENT)
        return values

    def details(self) -> ScenarioDetails:
        """What was typed, for the service."""
        said = dict(self.cleaned_data)
        said["interest"] = said.pop("interest_percent") / PERCENT
        for name in self.weighed:
            said[name] = said[name] or Decimal(0)
        for name in ("price_year", "horizon_years", "seconds"):
            said[name] = int(said[name])
        said["currency"] = said["currency"].upper()
        return ScenarioDetails(**said)

    @property
    def is_weighted(self) -> bool:
        """Whether prices of tonnes count, or are wrong."""
        return self["objective"].value() == Objective.WEIGHTED or any(
            name in self.errors for name in self.weighed
        )

    @property
    def is_open(self) -> bool:
        """Whether something folded away is wrong, or has to be typed."""
        return any(name in self.errors for name in self.folded) or not self["per_eur"].value()


_NAMES: Final = tuple(ScenarioDetails.__dataclass_fields__)


class WhatIfForm(AppForm):
    """What is supposed of the listings of one page of them; empty: as it is."""

    def __init__(self, *args: Any, listings: Iterable[Listing], scenario: Scenario, **options: Any) -> None:
        self.listings = list(listings)
        supposed = scenario.what_ifs
        super().__init__(*args, **options)
        for each in self.listings:
            said = supposed.get(str(each.pk), {})
            for name, field, value in (
                ("out", forms.BooleanField(required=False), bool(said.get("out"))),
                ("amount", NumberField(required=False), said.get("amount")),
                ("price", NumberField(required=False), said.get("price")),
            ):
                field.label = {"out": _("Leave out"), "amount": _("Quantity"), "price": _("Price")}[name]
                field.initial = value
                field.widget.attrs["class"] = "form-check-input" if name == "out" else "form-control"
                field.widget.attrs["aria-label"] = f"{field.label}: {each.name}"
                self.fields[f"{name}_{each.pk}"] = field

    def rows(self) -> list[tuple[Listing, Any, Any, Any]]:
        """Each listing with its three fields."""
        return [
            (each, self[f"out_{each.pk}"], self[f"amount_{each.pk}"], self[f"price_{each.pk}"])
            for each in self.listings
        ]

    def what_ifs(self) -> dict[int, WhatIf]:
        """What was typed, for the service."""
        said = self.cleaned_data
        return {
            each.pk: WhatIf(
                is_out=said[f"out_{each.pk}"],
                amount=said[f"amount_{each.pk}"],
                price=said[f"price_{each.pk}"],
            )
            for each in self.listings
        }


class _SitesField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # generic in the stubs only
    """Sites by whose they are."""

    def label_from_instance(self, obj: Any) -> str:
        """Return the organization, the site and its town, each once."""
        return ", ".join(dict.fromkeys((obj.organization.name, obj.name, obj.town)))


class SitesForm(AppForm):
    """Which sites are left out."""

    sites_out: Any = _SitesField(
        label=_("Leave out these sites"), queryset=None, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, scenario: Scenario, sites: Any, **options: Any) -> None:
        super().__init__(*args, initial={"sites_out": scenario.sites_out}, **options)
        self.fields["sites_out"].queryset = sites  # type: ignore[attr-defined]  # of a field for rows

    def chosen(self) -> set[int]:
        """Their keys."""
        return {site.pk for site in self.cleaned_data["sites_out"]}
