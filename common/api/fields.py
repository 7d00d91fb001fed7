"""Fields whose values are more than JSON can say."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import exceptions, serializers

from common.units import UNIT_LABEL

UNIT_CHOICES = list(UNIT_LABEL.items())


class DecimalText(serializers.DecimalField):
    """A decimal as text, both ways: a binary floating-point number would not be the quantity that was meant."""

    def __init__(self, **options: Any) -> None:
        super().__init__(normalize_output=True, **options)

    def to_internal_value(self, data: Any) -> Any:
        """Return the Decimal; raise for anything but text."""
        if not isinstance(data, str):
            raise exceptions.ValidationError(_("Send decimals as text, such as “12000.5”."))
        return super().to_internal_value(data)


class Degrees(serializers.FloatField):
    """A finite JSON number."""

    def to_internal_value(self, data: Any) -> float:
        """Return the number; raise for text (which could say "nan") and for true and false."""
        if isinstance(data, bool) or not isinstance(data, int | float):
            raise exceptions.ValidationError(_("Send a number of degrees, such as 55.66."))
        return super().to_internal_value(data)
