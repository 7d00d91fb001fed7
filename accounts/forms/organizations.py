"""What people type about their organization."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organization
from accounts.services.checks import NACE, current_details
from accounts.services.organizations import OrganizationDetails
from common.web.fields import CodeField, LineField, TextField
from common.web.forms import AppForm

OFFERED_CURRENCIES = (
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
    return [(code, code) for code in OFFERED_CURRENCIES]


class OrganizationForm(AppForm):
    """What an organization says of itself."""

    name = LineField(
        label=gettext_lazy("Name"),
        max_length=Organization._meta.get_field("name").max_length,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    description = TextField(
        label=gettext_lazy("What you make"),
        max_length=2000,
        required=False,
        help_text=gettext_lazy("One or two sentences that a possible partner understands."),
    )
    nace_code = CodeField(
        "NACE",
        validators=[
            RegexValidator(NACE, gettext_lazy("A NACE Rev. 2 code such as 35.11, or its division, 35."))
        ],
        label=gettext_lazy("NACE activity"),
        required=False,
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
            kwargs["current"] = current_details(organization, OrganizationDetails)
        super().__init__(*args, **kwargs)
        if organization is not None and organization.currency not in OFFERED_CURRENCIES:
            kept = [*_currencies(), (organization.currency, organization.currency)]
            self.fields["currency"] = forms.ChoiceField(
                label=_("Currency"), choices=kept, widget=self.fields["currency"].widget
            )

    def details(self) -> OrganizationDetails:
        """What was typed, for the service."""
        return OrganizationDetails(**self.cleaned_data)
