"""Form fields that take what people type and paste: text cleaned of what nobody sees, numbers as they are meant."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from common.reading.numbers import LARGEST, PLACES, read_number
from common.reading.refusals import Unreadable
from common.reading.text import clean_code, clean_line, clean_text


class LineField(forms.CharField):
    """One line: a name, a place, a reference."""

    def to_python(self, value: Any) -> str:
        """Return the line without invisible characters, its blanks plain; empty where nothing is seen."""
        return clean_line(str(super().to_python(value) or ""))


class TextField(forms.CharField):
    """Several lines, which stay lines."""

    def __init__(self, *, rows: int = 3, **options: Any) -> None:
        options.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        super().__init__(**options)

    def to_python(self, value: Any) -> str:
        """Return the text without invisible characters."""
        return clean_text(str(super().to_python(value) or ""))


class CodeField(forms.CharField):
    """A code as 10 01 02* or 35.11 in plain characters. `labels`: words that may stand before it."""

    def __init__(self, *labels: str, **options: Any) -> None:
        super().__init__(**options)
        self.labels = labels

    def to_python(self, value: Any) -> str:
        """Return the code without its label."""
        return clean_code(str(super().to_python(value) or ""), *self.labels)


class NumberField(forms.CharField):
    """A decimal number, typed with or without grouping; see `read_number` for the bounds and what is asked back."""

    def __init__(
        self,
        *,
        places: int = PLACES,
        least: Decimal | int | None = None,
        most: Decimal | int = LARGEST,
        whole: bool = False,
        grouped: bool = True,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.places, self.whole, self.grouped = places, whole, grouped
        self.least = None if least is None else Decimal(least)
        self.most = Decimal(most)
        self.widget.attrs.setdefault("inputmode", "numeric" if whole else "decimal")
        self.widget.attrs.setdefault("autocomplete", "off")

    def clean(self, value: Any) -> Decimal | None:
        """Return the number, or None for an empty field."""
        text = super().clean(value)
        return self.read(text) if text else None

    def read(self, text: str) -> Decimal:
        """Return the number that a text means; raises `ValidationError` with what would be right."""
        try:
            return read_number(
                text,
                places=self.places,
                least=self.least,
                most=self.most,
                whole=self.whole,
                grouped=self.grouped,
            )
        except Unreadable as error:
            # The message is finished: a per cent sign in what was typed is no place to be filled.
            raise ValidationError(
                "%(message)s", code=error.code, params={"message": error.message}
            ) from error


class ManyFiles(forms.ClearableFileInput):
    """Where one chooses several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Return them as a list; what each of them is, its service says."""
        sent = [each for each in data or () if each]
        if not sent:
            return [super().clean(None, initial)] if self.required else []
        return sent
