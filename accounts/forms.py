"""What people type about their organization; the forms say what is wrong beside the field."""

from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import ApiToken, Invitation, Organization, Programme, Role, Site
from accounts.places import check_near_town, country_names, find_town, split_town, town_near
from accounts.services import OrganizationDetails, SiteDetails
from accounts.weights import COMMON_WEIGHTS, SCORE_PARTS
from common.errors import Invalid
from common.forms import AppForm
from common.geo import Point

CURRENCIES = (
    "EUR",
    "USD",
    "GBP",
    "CHF",
    "DKK",
    "SEK",
    "NOK",
    "PLN",
    "CZK",
    "CNY",
    "JPY",
    "KRW",
    "INR",
    "AUD",
)
WEBSITE_EXAMPLE = "https://www.example.org"


def _currencies() -> list[tuple[str, str]]:
    return [(code, code) for code in CURRENCIES]


class OrganizationForm(AppForm):
    """What an organization says of itself."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=Organization._meta.get_field("name").max_length,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    description = forms.CharField(
        label=gettext_lazy("What you make"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("One or two sentences that a possible partner understands."),
    )
    nace_code = forms.RegexField(
        r"^([A-U]|\d{2}(\.\d{1,2})?)$",
        label=gettext_lazy("NACE activity"),
        required=False,
        error_messages={"invalid": gettext_lazy("A NACE Rev. 2 code such as 35.11, or its division, 35.")},
        help_text=gettext_lazy(
            "The code of your main activity, as 35.11 for electricity or 23.51 for cement."
        ),
    )
    website = forms.URLField(
        label=gettext_lazy("Website"),
        required=False,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"placeholder": WEBSITE_EXAMPLE, "autocomplete": "url"}),
    )
    currency = forms.ChoiceField(
        label=gettext_lazy("Currency"),
        choices=_currencies,
        initial="EUR",
        help_text=gettext_lazy("In which you state prices."),
    )

    findable = forms.BooleanField(
        label=gettext_lazy(
            "Others may find us by name and town when they look for who could use a by-product."
        ),
        required=False,
        initial=True,
        help_text=gettext_lazy(
            "Our listings stay as hidden as each says. Where few firms are, an anonymous one may still be guessed "
            "to be ours."
        ),
    )

    def __init__(self, *args: Any, organization: Organization | None = None, **kwargs: Any) -> None:
        if organization is not None:
            kwargs["initial"] = {name: getattr(organization, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)
        if organization is not None and organization.currency not in CURRENCIES:
            kept = [*_currencies(), (organization.currency, organization.currency)]
            self.fields["currency"] = forms.ChoiceField(
                label=_("Currency"), choices=kept, widget=self.fields["currency"].widget
            )

    def details(self) -> OrganizationDetails:
        """What was typed, for the service."""
        return OrganizationDetails(**self.cleaned_data)


def _countries() -> list[tuple[str, str]]:
    return [("", _("As the town says")), *country_names().items()]


class SiteForm(AppForm):
    """A place: by its town, or by coordinates, typed or picked on the map; each fills in the other."""

    name = forms.CharField(
        label=gettext_lazy("Name of the site"),
        max_length=Site._meta.get_field("name").max_length,
        help_text=gettext_lazy("As your people call it: Works North, Quarry, Terminal 2."),
    )
    street = forms.CharField(
        label=gettext_lazy("Street and number"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    postal_code = forms.CharField(
        label=gettext_lazy("Postal code"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "postal-code"}),
    )
    town = forms.CharField(
        label=gettext_lazy("Town"),
        max_length=120,
        required=False,
        widget=forms.TextInput(
            attrs={
                "data-typeahead-url": reverse_lazy("town_suggest"),
                "data-fill": "name:#id_town, country:#id_country, latitude:#id_latitude, longitude:#id_longitude",
            }
        ),
    )
    country = forms.ChoiceField(label=gettext_lazy("Country"), choices=_countries, required=False)
    latitude = forms.FloatField(
        label=gettext_lazy("Latitude, °"),
        min_value=-90,
        max_value=90,
        required=False,
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )
    longitude = forms.FloatField(
        label=gettext_lazy("Longitude, °"),
        min_value=-180,
        max_value=180,
        required=False,
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )
    hazardous_permit = forms.BooleanField(
        label=gettext_lazy("This site may take hazardous waste"), required=False
    )
    permit_reference = forms.CharField(
        label=gettext_lazy("Permit reference"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Number and authority, as the other side will ask for them."),
    )

    def __init__(self, *args: Any, site: Site | None = None, **kwargs: Any) -> None:
        if site is not None:
            kwargs["initial"] = {name: getattr(site, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Complete the place, so that the details name town, country and coordinates."""
        data = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                self._place(data)
            except Invalid as error:
                self.show_refusal(error)
        return data

    def _place(self, data: dict[str, Any]) -> None:
        latitude, longitude = data["latitude"], data["longitude"]
        if (latitude is None) != (longitude is None):
            missing = "latitude" if latitude is None else "longitude"
            raise Invalid({missing: _("Give both coordinates, or leave both empty.")})
        if latitude is not None:
            self._name_place(data, Point(latitude, longitude))
        elif data["town"]:
            found = find_town(data["town"], data["country"])
            data |= {
                "town": found.name,
                "country": found.country,
                "latitude": found.latitude,
                "longitude": found.longitude,
            }
        else:
            raise Invalid({"town": _("Type the town, or pick the place on the map.")})

    def _name_place(self, data: dict[str, Any], point: Point) -> None:
        """Take what is missing from the town nearby; a name that was typed stands, whatever lies near."""
        town, named_country = split_town(data["town"])
        near = town_near(point)
        data["town"] = town or (near.name if near else "")
        data["country"] = data["country"] or named_country or (near.country if near else "")
        check_near_town(data["town"], data["country"], point)
        for name in ("town", "country"):
            if not data[name]:
                raise Invalid({name: _("No town is near this place: fill this in.")})

    def details(self) -> SiteDetails:
        """What was typed, for the service."""
        return SiteDetails(**self.cleaned_data)


class RoleField(forms.TypedChoiceField):
    """A role, with what it means."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=role_choices, coerce=Role, label=gettext_lazy("Role"), **kwargs)


def role_choices() -> list[tuple[str, str]]:
    """Return the roles with what each may do, the most careful choice last."""
    return [
        (Role.TRADER, _("Trader: lists, edits and answers")),
        (Role.OWNER, _("Owner: also manages sites and members")),
        (Role.VIEWER, _("Viewer: reads")),
    ]


class InvitationForm(AppForm):
    """Whom to invite, and as what."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        max_length=Invitation._meta.get_field("email").max_length,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = RoleField(initial=Role.TRADER, widget=forms.RadioSelect)


class RoleForm(AppForm):
    """Another role for a member."""

    role = RoleField()


class TokenForm(AppForm):
    """What a token is for."""

    name = forms.CharField(
        label=gettext_lazy("What is it for?"),
        max_length=ApiToken._meta.get_field("name").max_length,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": gettext_lazy("ERP export")}),
    )


class ProgrammeMemberForm(AppForm):
    """An organization by its name, or by its short name where several share one."""

    organization = forms.CharField(
        label=gettext_lazy("Add an organization"),
        max_length=Organization._meta.get_field("name").max_length,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": gettext_lazy("Its full name")}),
    )


PART_LABELS = {
    "resource": gettext_lazy("Resource"),
    "distance": gettext_lazy("Distance"),
    "quantity": gettext_lazy("Quantity"),
    "season": gettext_lazy("Season"),
    "quality": gettext_lazy("Quality"),
    "price": gettext_lazy("Price"),
}
PART_MEANINGS = {
    "resource": gettext_lazy("how exactly what is offered is what is sought"),
    "distance": gettext_lazy("how near the sites are, for what is carried"),
    "quantity": gettext_lazy("how much of the need is covered"),
    "season": gettext_lazy("whether the months meet"),
    "quality": gettext_lazy("how well the properties lie in what is tolerated"),
    "price": gettext_lazy("whether what is asked and given meet"),
}


class WeightsForm(AppForm):
    """How much each part of the score counts; only the proportions matter."""

    def __init__(self, *args: Any, programme: Programme, **kwargs: Any) -> None:
        common = {part: round(100 * weight) for part, weight in COMMON_WEIGHTS.items()}
        super().__init__(*args, initial=programme.weights or common, **kwargs)
        for part in SCORE_PARTS:
            self.fields[part] = forms.FloatField(
                label=PART_LABELS[part],
                help_text=PART_MEANINGS[part],
                min_value=0,
                max_value=1000,
                widget=forms.NumberInput(
                    attrs={"step": "any", "inputmode": "decimal", "class": "form-control"}
                ),
            )
