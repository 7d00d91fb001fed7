"""The one base of the product's forms: how fields look, and how a refusal stands beside what was typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms

from common.errors import AppError, Outdated
from common.reading.text import clean_line
from common.versions import version_of
from common.web.pages import VERSION

WIDGET_CLASS: dict[type[forms.Widget], str] = {
    forms.CheckboxInput: "form-check-input",
    forms.RadioSelect: "form-check-input",
    forms.CheckboxSelectMultiple: "form-check-input",
    forms.Select: "form-select",
}


@dataclass(frozen=True)
class Difference:
    """One field of an edit that somebody else made meanwhile, as people read it."""

    label: str
    now: str
    """What is saved now."""
    typed: str
    """What was typed here."""


class AppForm(forms.Form):
    """Gives every widget the look's class, and shows what a service refused beside the field that it names.

    A form that edits is given what the thing says now: `current`, by the form's field names, and the `version` of it by
    the service that will write (`common.versions`); where `current` is what the service compares, it makes the version.
    Where another state is current when the form is sent, it shows both texts and takes on what it has shown.
    """

    field_of: ClassVar[Mapping[str, str]] = {}
    """Where the form shows what the service refuses under another name."""
    ids: ClassVar[str] = "id_%s"
    """Several forms stand on one page; each names its fields apart."""

    def __init__(
        self, *args: Any, current: Mapping[str, Any] | None = None, version: str = "", **options: Any
    ) -> None:
        options.setdefault("auto_id", self.ids)
        if current is not None:
            options["initial"] = {**current, **(options.get("initial") or {})}
        super().__init__(*args, **options)
        self.version = version or (version_of(current) if current is not None else "")
        """The version of what is saved now."""
        self.outdated: list[Difference] = []
        for field in self.fields.values():
            field.widget.attrs.setdefault("class", WIDGET_CLASS.get(type(field.widget), "form-control"))

    @property
    def seen_version(self) -> str:
        """The version that whoever sends this form has seen; empty where it was made for something new."""
        if self.is_bound and not self.outdated:
            return clean_line(str(self.data.get(VERSION, "")))[:64]
        return self.version

    def show_refusal(self, refusal: AppError) -> None:
        """Put what was refused beside its fields, and what concerns the whole above all."""
        if not refusal.fields:
            self.add_error(None, refusal.message)
        for name, texts in refusal.fields.items():
            field = self.field_of.get(name, name)
            for text in texts:
                self.add_error(field if field in self.fields else None, text[:1].upper() + text[1:])

    def show_outdated(self, refusal: Outdated) -> None:
        """Show what was changed meanwhile beside what was typed; sent again, the form replaces what it has shown."""
        self.add_error(None, refusal.message)
        self.version = version_of(refusal.current)
        now = self.saved_values(refusal.current)
        for name, field in self.fields.items():
            shown = self._in_words(field, now.get(name, field.initial))
            typed = self._in_words(
                field, field.widget.value_from_datadict(self.data, self.files, self.add_prefix(name))
            )
            if shown != typed:
                self.outdated.append(Difference(str(field.label or name), shown, typed))

    def saved_values(self, current: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the form's field values of what is saved; a form whose fields differ from what is saved says how."""
        return current

    @staticmethod
    def _in_words(field: forms.Field, value: Any) -> str:
        if value is None or value == "":
            return "–"
        if isinstance(value, list | tuple | set):
            return ", ".join(sorted(AppForm._in_words(field, each) for each in value)) or "–"
        if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
            return str(dict(field.choices).get(value, dict(field.choices).get(str(value), value)))  # type: ignore[arg-type]
        if isinstance(field, forms.BooleanField):
            return "✓" if field.to_python(value) else "–"
        prepared = field.prepare_value(value)
        if isinstance(field, forms.ModelChoiceField) and field.queryset is not None:
            found = field.queryset.filter(pk=prepared).first() if str(prepared).isdecimal() else None
            return field.label_from_instance(found) if found is not None else str(prepared)
        return str(field.widget.format_value(prepared) or "–")
