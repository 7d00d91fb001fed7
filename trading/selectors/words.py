"""How deals are written, on pages, in letters and on paper: who pays whom, codes, moments, metrics."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext as _

from catalogue.called import called
from common.reading.dates import written_moment
from common.reading.said import retold
from common.templatetags.loopyard import exact
from common.units import unit_label
from trading.models import Actor

_BASELINES: Final = (
    gettext_noop("Without the exchange the supplier would have disposed of it as hazardous waste."),
    gettext_noop("Without the exchange the supplier would have paid for its disposal."),
    gettext_noop("Without the exchange nothing would have been treated."),
    gettext_noop("Without the exchange the supplier would not have sold it."),
    gettext_noop("Without the exchange the receiver would not have sold the service of taking it."),
    gettext_noop("What pumps on the way emit is not known, and not taken off."),
    gettext_noop("Without the exchange nothing would have gone these %(km)s km."),
    gettext_noop("Without the exchange the receiver would have used as much of: %(what)s."),
    gettext_noop("Without the exchange the receiver would have used: %(what)s."),
    gettext_noop("Without the exchange the receiver would have bought: %(what)s."),
    gettext_noop("Without the exchange the supplier would have landfilled it (%(how)s)."),
    gettext_noop("Without the exchange the supplier would have disposed of it: %(how)s."),
    # Last, since its beginning could be any other sentence.
    gettext_noop("%(share)s %% of what is sent is lost on the way, and taken off."),
)


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


def baseline_words(baseline: str) -> str:
    """Return what would have happened otherwise, as a line of the ledger says it, in the reader's language.

    It is stored in English, as evidence that is written once (`trading/benefit/account.py`). What follows none of the
    patterns, as a person's own words, stays as it is.
    """
    return retold(baseline, _BASELINES, gettext, name=called)
