"""Forms for what is said and filed inside a synergy."""

from django import forms
from django.utils.translation import gettext_lazy

from trading.forms.base import TradingForm, text_field


class MessageForm(TradingForm):
    """Something to say."""

    ids = "message-%s"
    text = text_field(gettext_lazy("Message"), rows=2)


class FileForm(TradingForm):
    """A document."""

    ids = "file-%s"
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("PDF, picture, text or office file; 20 MB at most."),
    )
