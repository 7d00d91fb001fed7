"""What the ledger says would have happened otherwise, in the reader's language.

It is stored in English, as evidence that is written once (`trading/benefit/account.py`); here stand the patterns it
is made of. What follows none of them, as a person's own words, stays as it is.
"""

from typing import Final

from django.utils.translation import gettext, gettext_noop

from catalogue.called import called
from common.reading.said import retold

_PATTERNS: Final = (
    gettext_noop("Without the exchange the supplier would have disposed of it as hazardous waste."),
    gettext_noop("Without the exchange the supplier would have paid for its disposal."),
    gettext_noop("Without the exchange nothing would have been treated."),
    gettext_noop("Without the exchange the supplier would not have sold it."),
    gettext_noop("Without the exchange the receiver would not have sold the service of taking it."),
    gettext_noop("What pumps on the way emit is not known, and not taken off."),
    gettext_noop("%(share)s %% of what is sent is lost on the way, and taken off."),
    gettext_noop("Without the exchange nothing would have gone these %(km)s km."),
    gettext_noop("Without the exchange the receiver would have used as much of: %(what)s."),
    gettext_noop("Without the exchange the receiver would have used: %(what)s."),
    gettext_noop("Without the exchange the receiver would have bought: %(what)s."),
    gettext_noop("Without the exchange the supplier would have landfilled it (%(how)s)."),
    gettext_noop("Without the exchange the supplier would have disposed of it: %(how)s."),
)


def baseline_words(baseline: str) -> str:
    """Return what would have happened otherwise, as a line of the ledger says it, in the reader's language."""
    return retold(baseline, _PATTERNS, gettext, name=called)
