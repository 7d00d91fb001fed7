"""How deals are written, on pages, in letters and on paper: who pays whom, codes, moments, metrics."""

from datetime import UTC, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from common.reading.dates import written_moment
from common.templatetags.loopyard import exact
from common.units import unit_label
from trading.models import Actor


def pays_words(price: Decimal, currency: str, unit: str, side: str = "") -> str:
    """Say who pays whom how much: the sign of a price is too easily overlooked. `side` is the reader's."""
    if not price:
        return _("free of charge")
    payer = Actor.RECEIVER if price > 0 else Actor.SUPPLIER
    written = f"{exact(abs(price), 2)}\u00a0{currency}/{unit_label(unit)}"
    if not side:
        words = (
            _("the receiver pays %(price)s") if payer == Actor.RECEIVER else _("the supplier pays %(price)s")
        )
    else:
        words = _("you pay %(price)s") if payer == side else _("you are paid %(price)s")
    return words % {"price": written}


def code_words(code: str) -> str:
    """Write a waste code as its list does: 10 01 05."""
    return " ".join(code[start : start + 2] for start in range(0, len(code), 2))


def utc(moment: datetime) -> str:
    """Write a moment with its zone."""
    return f"{written_moment(moment.astimezone(UTC))} UTC"


def metric_words(label: str) -> str:
    """Write a metric's name at the start of a line."""
    words = str(label)
    return (words[:1].upper() + words[1:]).replace("CO2e", "CO₂e")
