"""What an API token is for."""

from django import forms
from django.utils.translation import gettext_lazy

from accounts.models import ApiToken
from common.web.fields import LineField
from common.web.forms import AppForm


class TokenForm(AppForm):
    """What a token is for."""

    name = LineField(
        label=gettext_lazy("What is it for?"),
        max_length=ApiToken._meta.get_field("name").max_length,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": gettext_lazy("ERP export")}),
    )
