"""A form field that takes a resource in words."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalogue.models import Resource
from catalogue.selectors.resources import suggest_resources
from common.reading.text import clean_code, clean_line

_NAMED_IN_ERRORS = 3


class ResourceField(forms.CharField):
    """A resource by its name, another name, its waste code or its slug."""

    default_error_messages = {"required": gettext_lazy("Say what it is.")}

    def clean(self, value: Any) -> Resource | None:
        """Return the one resource that the text means, or None for an empty field."""
        text = super().clean(value)
        return resource_from_text(text) if text else None


def resource_from_text(text: str) -> Resource:
    """Return the resource that a slug, name or synonym means; raises `ValidationError` naming what is near."""
    listable = Resource.objects.listable()
    line = clean_line(text)
    text = clean_code(text)
    for said in dict.fromkeys((line, text)):
        if exact := listable.filter(Q(slug=said) | Q(name__iexact=said)).first():
            return exact
    near = suggest_resources(text, limit=_NAMED_IN_ERRORS)
    meant = [suggestion for suggestion in near if suggestion.text.casefold() == text.casefold()]
    if len(meant) == 1:
        return listable.get(pk=meant[0].resource_id)
    if len(near) == 1:
        raise ValidationError(
            _("We know no resource “%(text)s”. Do you mean “%(name)s”?"),
            code="unknown",
            params={"text": text[:60], "name": near[0].name},
        )
    if near:
        names = ", ".join(f"“{suggestion.name}”" for suggestion in near)
        raise ValidationError(_("Which one is it: %(names)s?"), code="ambiguous", params={"names": names})
    # As a parameter, not put in here: what was typed may hold a per cent sign, which would be read as a place for one.
    raise ValidationError(
        _("We know no resource “%(text)s”. Try a more general word, or a waste code as 10 01 02."),
        code="unknown",
        params={"text": text[:60]},
    )
