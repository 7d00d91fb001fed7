"""What people type about a site: a place by its town or by coordinates."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Site
from accounts.selectors.towns import check_near_town, country_names, find_town, split_town, town_near
from accounts.services.checks import current_details
from accounts.services.sites import SiteDetails
from common.errors import Invalid
from common.geo import Point
from common.reading.numbers import typed
from common.versions import version_of
from common.web.fields import LineField, NumberField
from common.web.forms import AppForm


def _countries() -> list[tuple[str, str]]:
    return [("", _("As the town says")), *country_names().items()]


def _parted(text: str) -> list[str]:
    return [part.strip() for part in text.replace(";", ",").split(",") if part.strip()]


class SiteForm(AppForm):
    """A place: by its town, or by coordinates, typed or picked on the map; each fills in the other."""

    name = LineField(
        label=gettext_lazy("Name of the site"),
        max_length=Site._meta.get_field("name").max_length,
        help_text=gettext_lazy("As your people call it: Works North, Quarry, Terminal 2."),
    )
    street = LineField(
        label=gettext_lazy("Street and number"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    postal_code = LineField(
        label=gettext_lazy("Postal code"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "postal-code"}),
    )
    town = LineField(
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
    latitude = NumberField(
        label=gettext_lazy("Latitude, °"),
        places=15,
        least=-90,
        most=90,
        grouped=False,
        required=False,
    )
    longitude = NumberField(
        label=gettext_lazy("Longitude, °"),
        places=15,
        least=-180,
        most=180,
        grouped=False,
        required=False,
    )
    hazardous_permit = forms.BooleanField(
        label=gettext_lazy("This site may take hazardous waste"), required=False
    )
    permit_reference = LineField(
        label=gettext_lazy("Permit reference"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Number and authority, as the other side will ask for them."),
    )

    permit_codes = LineField(
        label=gettext_lazy("Waste codes that the permit names"),
        max_length=6000,
        required=False,
        help_text=gettext_lazy(
            "Parted by commas; four digits for a sub-chapter: 10 01 02, 17 04. Empty: not said."
        ),
    )
    permit_operations = LineField(
        label=gettext_lazy("Operations that the permit names"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Recovery R1 to R13, disposal D1 to D15: R5, R13. Empty: not said."),
    )

    def __init__(self, *args: Any, site: Site | None = None, **kwargs: Any) -> None:
        if site is not None:
            now = current_details(site, SiteDetails)
            kwargs |= {"current": self.saved_values(now), "version": version_of(now)}
        super().__init__(*args, **kwargs)

    def saved_values(self, current: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the details with the coordinates as one would type them."""
        place = {name: typed(Decimal(str(current[name]))) for name in ("latitude", "longitude")}
        lists = {name: ", ".join(current[name]) for name in ("permit_codes", "permit_operations")}
        return {**current, **place, **lists}

    def clean_permit_codes(self) -> list[str]:
        """Take codes as people part them."""
        return _parted(self.cleaned_data["permit_codes"])

    def clean_permit_operations(self) -> list[str]:
        """Take operations as people part them."""
        return _parted(self.cleaned_data["permit_operations"])

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
            data |= {"latitude": float(latitude), "longitude": float(longitude)}
            self._name_place(data, Point(data["latitude"], data["longitude"]))
        elif data["town"]:
            found = find_town(data["town"], data["country"])
            data |= {
                "town": found.called,
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
