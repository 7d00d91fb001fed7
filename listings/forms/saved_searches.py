"""The forms of a search that somebody keeps."""

from collections.abc import Mapping
from typing import ClassVar

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.utils.translation import gettext_lazy

from common.web.fields import LineField
from common.web.forms import AppForm
from listings.models import Alert
from listings.services.saved_searches import LONGEST_NAME


class SavedSearchForm(AppForm):
    """Under what name a search is kept, and how its reader is told of what it finds new."""

    field_of: ClassVar[Mapping[str, str]] = {"query": NON_FIELD_ERRORS}

    name = LineField(
        label=gettext_lazy("Name"),
        max_length=LONGEST_NAME,
        error_messages={"required": gettext_lazy("Give it a name by which you find it again.")},
    )
    alert = forms.ChoiceField(
        label=gettext_lazy("Tell me of what is new"),
        choices=Alert.choices,
        error_messages={"invalid_choice": gettext_lazy("Choose one of the list.")},
    )

    def chosen_alert(self) -> Alert:
        """Return how its reader is told."""
        return Alert(self.cleaned_data["alert"])


class NewSavedSearchForm(SavedSearchForm):
    """The same with the search itself, as the query of the browse page."""

    query = forms.CharField(required=False, widget=forms.HiddenInput)
