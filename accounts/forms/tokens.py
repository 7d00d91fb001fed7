"""What an API token is for."""

from django import forms
from django.utils.translation import gettext_lazy

from accounts.models import ApiToken, Scope
from common.web.fields import LineField
from common.web.forms import AppForm


class TokenForm(AppForm):
    """What a token is for."""

    name = LineField(
        label=gettext_lazy("What is it for?"),
        max_length=ApiToken._meta.get_field("name").max_length,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": gettext_lazy("ERP export")}),
    )
    scope = forms.ChoiceField(
        label=gettext_lazy("What may it do?"),
        choices=[
            (Scope.READ, gettext_lazy("Read only")),
            (Scope.WRITE, gettext_lazy("Read and write: all that you may do here")),
        ],
        initial=Scope.READ,
        widget=forms.RadioSelect,
    )
    days = forms.TypedChoiceField(
        label=gettext_lazy("For how long?"),
        choices=[
            ("30", gettext_lazy("30 days")),
            ("90", gettext_lazy("90 days")),
            ("365", gettext_lazy("a year")),
            ("0", gettext_lazy("until it is revoked")),
        ],
        initial="90",
        coerce=int,
    )
