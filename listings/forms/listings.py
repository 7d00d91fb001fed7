"""The listing form: few fields, in the words of who fills it in, turned into `ListingTerms`."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dates import MONTHS_3
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organization, Site
from accounts.selectors.timezones import today_at
from catalogue.called import called
from catalogue.forms import ResourceField, resource_from_text
from catalogue.models import LegalStatus, QualityProperty, Resource
from catalogue.selectors.codes import suggest_codes
from common.errors import AppError
from common.reading.numbers import typed
from common.reading.text import bare_code, clean_line
from common.units import UNITS_BY_DIMENSION, fitting_units, unit_label
from common.versions import version_of
from common.web.fields import LineField, NumberField, TextField
from common.web.forms import AppForm
from listings.disclosure.cells import CellOfSite, preview_cell
from listings.models import (
    AbpCategory,
    Disclosure,
    GasOrigin,
    Listing,
    ListingFile,
    Period,
    SafetyProperty,
    Side,
    State,
)
from listings.selectors.alike import listed_alike
from listings.services.echo import Echo, echo_of
from listings.services.listings import terms_of
from listings.services.terms import (
    LARGEST_PRICE,
    LONGEST_EXTERNAL_ID,
    PRICE_PLACES,
    QUALITY_PLACES,
    Interval,
    ListingTerms,
    conversion_of,
    is_gas,
    said_by,
)

MOST_CELLS = 6
"""Of so many sites the form says as what cell each would be told."""
OPEN, BUYER_PAYS, FREE, SELLER_PAYS = "open", "buyer", "free", "seller"
PRICE_WAYS = [
    (OPEN, gettext_lazy("open, to be agreed")),
    (BUYER_PAYS, gettext_lazy("the buyer pays")),
    (FREE, gettext_lazy("free of charge")),
    (SELLER_PAYS, gettext_lazy("the seller pays")),
]
LONGEST_CODE = 6
CODES_IN_ERRORS = 3
_MONTHS = frozenset(str(month) for month in MONTHS_3)


class ListingForm(AppForm):
    """What somebody offers or seeks. Units and quality fields follow the resource."""

    field_of = {"price": "price_amount", "currency": "price_amount"}

    side = forms.ChoiceField(
        choices=Side, widget=forms.RadioSelect, initial=Side.OFFER, label=gettext_lazy("I")
    )
    resource = ResourceField(
        label=gettext_lazy("What is it?"),
        help_text=gettext_lazy("A name, another name or a waste code: fly ash, 10 01 02, surplus steam …"),
        max_length=120,
    )
    quantity = NumberField(label=gettext_lazy("How much"), required=False)
    unit = forms.ChoiceField(label=gettext_lazy("Unit"))
    period = forms.ChoiceField(choices=Period, initial=Period.YEAR, label=gettext_lazy("Counted"))
    minimum_lot = NumberField(
        label=gettext_lazy("Smallest lot"),
        required=False,
        help_text=gettext_lazy("In the same unit. Partners below it are not shown."),
    )
    site = forms.ModelChoiceField(queryset=Site.objects.none(), label=gettext_lazy("Site"), empty_label=None)
    available_from = forms.DateField(
        label=gettext_lazy("From"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    available_until = forms.DateField(
        label=gettext_lazy("Until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("Empty: until you take it off."),
    )
    months = forms.TypedMultipleChoiceField(
        choices=list(MONTHS_3.items()),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=gettext_lazy("Only in these months"),
        help_text=gettext_lazy("None chosen: all year."),
    )
    price_way = forms.ChoiceField(
        choices=PRICE_WAYS, widget=forms.RadioSelect, initial=OPEN, label=gettext_lazy("Price")
    )
    price_amount = NumberField(
        label=gettext_lazy("Price per unit"), required=False, places=PRICE_PLACES, most=LARGEST_PRICE
    )
    hazardous = forms.BooleanField(label=gettext_lazy("It is hazardous waste"), required=False)
    ewc_code = forms.CharField(
        label=gettext_lazy("Waste code (EWC)"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("If it is waste by law: six digits, or what it is in plain words."),
    )
    legal_status = forms.ChoiceField(
        label=gettext_lazy("What it is in law"),
        required=False,
        choices=[("", gettext_lazy("not said")), *LegalStatus.choices],
        help_text=gettext_lazy("Waste keeps its code and its permits until it ends to be waste."),
    )
    abp_category = forms.TypedChoiceField(
        label=gettext_lazy("Animal by-product"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", gettext_lazy("none, or not said")), *AbpCategory.choices],
    )
    reach_number = forms.CharField(
        label=gettext_lazy("REACH registration number"),
        required=False,
        max_length=30,
        help_text=gettext_lazy("Of a product, where you know it: 01-2119458838-20-0000."),
    )
    origin_of_gas = forms.ChoiceField(
        label=gettext_lazy("Without a buyer the gas is"),
        required=False,
        choices=[("", gettext_lazy("not said")), *GasOrigin.choices],
        help_text=gettext_lazy(
            "It decides what money and CO₂e a buyer spares; not said counts as made on purpose."
        ),
    )
    safety_present = forms.MultipleChoiceField(
        choices=SafetyProperty,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=gettext_lazy("It contains"),
    )
    safety_absent = forms.MultipleChoiceField(
        choices=SafetyProperty,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=gettext_lazy("Tested, and not there"),
    )
    disclosure = forms.ChoiceField(
        choices=Disclosure,
        widget=forms.RadioSelect,
        initial=Disclosure.OPEN,
        label=gettext_lazy("Who sees what"),
    )
    title = LineField(
        label=gettext_lazy("Title"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("Empty: the resource's name."),
    )
    external_id = LineField(
        label=gettext_lazy("Your own number"),
        required=False,
        max_length=LONGEST_EXTERNAL_ID,
        help_text=gettext_lazy(
            "As in your own books; an import finds the listing again by it. Nobody else sees it."
        ),
    )
    description = TextField(
        label=gettext_lazy("Anything else a partner should know"), required=False, max_length=4000
    )
    copy_of = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    with_files = forms.BooleanField(required=False, initial=True)

    def __init__(
        self,
        *args: Any,
        organization: Organization | None,
        listing: Listing | None = None,
        **options: Any,
    ) -> None:
        if listing is not None:
            said = said_by(terms_of(listing))
            options |= {"current": self.saved_values(said), "version": version_of(said)}
        super().__init__(*args, **options)
        self.organization, self.listing = organization, listing
        self.currency: str = self.initial.get("currency") or (
            organization.currency if organization else "EUR"
        )
        if listing is not None and listing.state != State.WITHDRAWN:
            # Nothing is copied where a listing is changed.
            del self.fields["copy_of"], self.fields["with_files"]
        elif listing is not None:
            self.initial["copy_of"] = listing.pk
        self.chosen_resource = self._chosen_resource()
        self.organization = organization
        sites = organization.sites.all() if organization else Site.objects.none()
        cast("forms.ModelChoiceField[Site]", self.fields["site"]).queryset = sites
        first_site = sites.first()
        self.initial.setdefault(
            "available_from", today_at(first_site) if first_site else timezone.localdate()
        )
        self._fit_units()
        for name in ("quantity", "period", "minimum_lot"):
            # What is typed while the units of another resource are on their way must not be lost.
            self.fields[name].widget.attrs["hx-preserve"] = "true"
        self.properties = self.chosen_resource.quality_properties() if self.chosen_resource else []
        for quality_property in self.properties:
            self._add_quality(quality_property)

    def _chosen_resource(self) -> Resource | None:
        raw = self.data.get("resource") if self.is_bound else self.initial.get("resource")
        if isinstance(raw, Resource):
            return raw
        try:
            return resource_from_text(clean_line(str(raw))) if raw else None
        except ValidationError:
            return None

    def _fit_units(self) -> None:
        resource = self.chosen_resource
        if resource:
            units: Iterable[str] = fitting_units(resource.dimension, conversion_of(resource))
        else:
            units = [unit for units in UNITS_BY_DIMENSION.values() for unit in units]
        cast(forms.ChoiceField, self.fields["unit"]).choices = [(unit, unit_label(unit)) for unit in units]

    def _add_quality(self, quality_property: QualityProperty) -> None:
        unit = called(quality_property.unit)
        for end, label in (("low", _("from")), ("high", _("to"))):
            name = f"quality_{quality_property.slug}_{end}"
            field = NumberField(
                required=False, label=f"{called(quality_property.name)}, {label}", places=QUALITY_PLACES
            )
            field.widget.attrs["class"] = "form-control"
            field.widget.attrs["aria-label"] = f"{called(quality_property.name)}, {label}, {unit}"
            field.widget.attrs["placeholder"] = label
            self.fields[name] = field

    def quality_rows(self) -> list[dict[str, Any]]:
        """Return each quality property with its two fields, for the template."""
        return [
            {
                "property": quality_property,
                "low": self[f"quality_{quality_property.slug}_low"],
                "high": self[f"quality_{quality_property.slug}_high"],
            }
            for quality_property in self.properties
        ]

    @cached_property
    def cells(self) -> list[CellOfSite]:
        """As what cell each site would be told; of very many sites that of the chosen one."""
        if self.organization is None:
            return []
        sites = list(self.organization.sites.select_related("organization"))
        if len(sites) > MOST_CELLS:
            sites = [site for site in sites if str(site.pk) == str(self["site"].value())]
        return [preview_cell(site) for site in sites]

    def asks_origin_of_gas(self) -> bool:
        """Whether it is a gas, of which an offer says what becomes of it otherwise."""
        return self.chosen_resource is not None and is_gas(self.chosen_resource)

    def listed_already(self) -> list[Listing]:
        """Return what the organization has on the market of the same, while something new is listed."""
        if self.organization is None or self.chosen_resource is None or self.listing is not None:
            return []
        side, site = self["side"].value(), self["site"].value()
        key = site.pk if isinstance(site, Site) else int(site) if str(site).isdecimal() else None
        return list(listed_alike(self.organization, resource=self.chosen_resource, side=str(side), site=key))

    @cached_property
    def files_to_copy(self) -> int:
        """How many pictures and data sheets what is copied has; 0 where nothing is copied."""
        key = str(self["copy_of"].value() or "") if "copy_of" in self.fields else ""
        if self.organization is None or not key.isdecimal():
            return 0
        return ListingFile.objects.filter(listing=int(key), listing__organization=self.organization).count()

    @cached_property
    def files_there(self) -> int:
        """How many pictures and data sheets the listing has that is changed: who sees it sees them."""
        return self.listing.files.count() if self.listing is not None else 0

    def season_stated(self) -> bool:
        """Whether the fold with the end and the months has to stand open."""
        return self._stands_open("available_until", "months")

    def law_stated(self) -> bool:
        """Whether the fold with the status in law, by-products of animals, REACH and safety has to stand open."""
        return self._stands_open(
            "legal_status", "abp_category", "reach_number", "safety_present", "safety_absent"
        )

    def quality_stated(self) -> bool:
        """Whether the fold with the quality has to stand open."""
        return self._stands_open(*(name for name in self.fields if name.startswith("quality_")))

    def _stands_open(self, *names: str) -> bool:
        """A fold is open where a listing is changed, and where something in it is stated or wrong."""
        changed = self.listing is not None and self.listing.state != State.WITHDRAWN
        return changed or any(self[name].value() or name in self.errors for name in names)

    def clean_ewc_code(self) -> str:
        """Take "10 01 02*" as well as 100102; to plain words answer with the codes that they may mean."""
        text = self.cleaned_data["ewc_code"]
        code = bare_code(text, "EWC", "LoW")
        if len(code) > LONGEST_CODE or any(char.isalpha() for char in code):
            raise ValidationError(likely_codes(text), code="ambiguous")
        return code

    def clean(self) -> dict[str, Any]:
        """A price that somebody pays needs its amount, and the amount is not signed: the words say who pays."""
        data = super().clean() or {}
        way, amount = data.get("price_way"), data.get("price_amount")
        if way in (BUYER_PAYS, SELLER_PAYS) and "price_amount" not in self.errors:
            if amount is None:
                self.add_error("price_amount", _("How much? Or choose “open”."))
            elif amount <= 0:
                self.add_error(
                    "price_amount", _("Type a number above zero; the words before it say who pays.")
                )
        return data

    def terms(self) -> ListingTerms:
        """Return what the valid form says."""
        data = self.cleaned_data
        return ListingTerms(
            side=data["side"],
            resource=data["resource"],
            site=data["site"],
            quantity=data["quantity"],
            unit=data["unit"],
            period=data["period"],
            available_from=data["available_from"],
            available_until=data["available_until"],
            months=tuple(data["months"]),
            quality={q.slug: self._interval(q.slug) for q in self.properties if any(self._interval(q.slug))},
            price=self._signed_price(),
            currency=self.currency,
            minimum_lot=data["minimum_lot"],
            hazardous=data["hazardous"],
            ewc_code=data["ewc_code"],
            legal_status=data["legal_status"],
            abp_category=data["abp_category"],
            reach_number=data["reach_number"],
            # Left behind where the resource was changed for one that is no gas, or the offer for a request.
            origin_of_gas=data["origin_of_gas"]
            if data["side"] == Side.OFFER and is_gas(data["resource"])
            else "",
            safety_present=tuple(data["safety_present"]),
            safety_absent=tuple(data["safety_absent"]),
            disclosure=data["disclosure"],
            title=data["title"],
            external_id=data["external_id"],
            description=data["description"],
        )

    def _interval(self, slug: str) -> Interval:
        return self.cleaned_data[f"quality_{slug}_low"], self.cleaned_data[f"quality_{slug}_high"]

    def _signed_price(self) -> Decimal | None:
        way = self.cleaned_data["price_way"]
        amount: Decimal = self.cleaned_data["price_amount"]
        if way == OPEN:
            return None
        if way == FREE:
            return Decimal(0)
        return amount if way == BUYER_PAYS else -amount

    def show_refusal(self, refusal: AppError) -> None:
        """Put what the service refused beside the fields it names; a quality's beside the lower of its two."""
        low_ends = {name.removesuffix("_low"): name for name in self.fields if name.endswith("_low")}
        refusal.fields = {low_ends.get(name, name): texts for name, texts in refusal.fields.items()}
        super().show_refusal(refusal)

    def saved_values(self, current: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what the form shows of terms that are saved."""
        return _shown(current)

    def echo(self) -> Echo | None:
        """Return amount and price as they were understood; None where neither is typed or one cannot be read."""
        return echo_of(
            resource=self.chosen_resource,
            quantity=self._read("quantity"),
            unit=str(self["unit"].value() or ""),
            period=str(self["period"].value() or ""),
            price=self._read("price_amount")
            if self["price_way"].value() in (BUYER_PAYS, SELLER_PAYS)
            else None,
            seller_pays=self["price_way"].value() == SELLER_PAYS,
            currency=self.currency,
            months=len({str(month) for month in self["months"].value() or ()} & _MONTHS),
        )

    def _read(self, name: str) -> Decimal | None:
        text = self[name].value()
        try:
            return cast(NumberField, self.fields[name]).clean(str(text)) if text else None
        except ValidationError:
            return None


def copied_values(listing: Listing) -> dict[str, Any]:
    """Return what the form of a new listing shows of one that is there: not its own number, nor a day that is over."""
    shown = _shown(said_by(terms_of(listing)))
    today = today_at(listing.site)
    shown["available_from"] = max(shown["available_from"], today)
    if listing.over_on(today):
        shown["available_until"] = None
    return {**shown, "external_id": "", "copy_of": listing.pk}


def _shown(current: Mapping[str, Any]) -> dict[str, Any]:
    shown = {**current, **_price_of(current["price"])}
    shown |= {name: typed(current[name]) for name in ("quantity", "minimum_lot")}
    for slug, (low, high) in current["quality"].items():
        shown |= {f"quality_{slug}_low": typed(low), f"quality_{slug}_high": typed(high)}
    return shown


def likely_codes(text: str) -> list[str]:
    """Return what to say of a waste code that was put into words: the likeliest codes, and what decides."""
    found = suggest_codes(text, limit=CODES_IN_ERRORS)
    if not found.codes:
        return [
            found.note
            or _("We know no waste code for “%(text)s”. Type its six digits.") % {"text": text[:60]}
        ]
    lines = [_("Which code is it?")]
    for code in found.codes:
        parts = (f"{code.display} {code.description}", code.reason, code.warning)
        lines.append(" · ".join(part for part in parts if part))
    return [*lines, found.question.text] if found.question else lines


def _price_of(price: Decimal | None) -> dict[str, Any]:
    if price is None:
        return {"price_way": OPEN}
    if price == 0:
        return {"price_way": FREE}
    return {"price_way": BUYER_PAYS if price > 0 else SELLER_PAYS, "price_amount": typed(abs(price))}
