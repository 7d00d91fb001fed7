"""Forms for what is said and filed inside a synergy."""

from django import forms
from django.utils.translation import gettext_lazy

from common.web.fields import TextField
from common.web.forms import AppForm


class MessageForm(AppForm):
    """Something to say."""

    ids = "message-%s"
    text = TextField(label=gettext_lazy("Message"), rows=2, max_length=4000)


class FileForm(AppForm):
    """A document."""

    ids = "file-%s"
    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("PDF, picture, text or office file; 20 MB at most."),
    )
