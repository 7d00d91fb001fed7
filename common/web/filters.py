"""What every set of filters takes alike."""

from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from common.reading.text import clean_code

YES = ("true", "yes", "1", "on")
NO = ("false", "no", "0", "off")


class YesNoField(forms.Field):
    """Yes or no, in any of the words for it; nothing is neither."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> bool | None:
        """Return what is meant, None for nothing; raise for anything else."""
        text = clean_code(str(value or "")).casefold()
        if not text:
            return None
        if text in YES or text in NO:
            return text in YES
        raise ValidationError(_("Say true or false."), code="invalid")


class YesNoFilter(django_filters.Filter):
    """Takes `true`, `yes`, `1`, `on` and their opposites; refuses other words."""

    field_class = YesNoField
