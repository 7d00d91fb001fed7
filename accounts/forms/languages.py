"""The form of one's language."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from common.web.forms import AppForm


class LanguageForm(AppForm):
    """A language of the product, or none: then the browser says it."""

    language = forms.ChoiceField(
        label=_("Language of pages and letters"),
        choices=[("", _("As this browser asks for")), *settings.LANGUAGES],
        required=False,
    )
