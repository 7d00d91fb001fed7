"""Forms that declare what no delivery shows, and verify a year."""

from django import forms
from django.utils.translation import gettext_lazy

from common.web.fields import LineField, NumberField, TextField
from common.web.forms import AppForm
from trading.models import DECLARED, Metric


class VerifyForm(AppForm):
    """A year whose benefit is verified."""

    year = forms.IntegerField(widget=forms.HiddenInput, min_value=1900, max_value=2200)
    remark = LineField(label=gettext_lazy("How it was checked"), required=False, max_length=1000)


class DeclareForm(AppForm):
    """What no delivery shows: money put in, and jobs."""

    metric = forms.ChoiceField(
        label=gettext_lazy("What"), choices=[(metric.value, metric.label) for metric in map(Metric, DECLARED)]
    )
    year = forms.IntegerField(label=gettext_lazy("Year"), min_value=1900, max_value=2200)
    amount = NumberField(
        label=gettext_lazy("How much"),
        help_text=gettext_lazy("Money in the currency given; jobs in full-time posts."),
    )
    unit = LineField(label=gettext_lazy("Currency"), max_length=3, required=False)
    baseline = TextField(label=gettext_lazy("What would have happened otherwise"), rows=2, max_length=1000)
