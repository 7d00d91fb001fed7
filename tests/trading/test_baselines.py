"""What the ledger stores in English is told in German; what people wrote stays theirs."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from trading.selectors import words
from trading.selectors.words import baseline_words


@pytest.mark.parametrize(
    ("stored", "german"),
    [
        (
            "Without the exchange nothing would have gone these 12.5 km.",
            "Ohne den Austausch wäre nichts diese 12.5 km gegangen.",
        ),
        (
            "Without the exchange the receiver would have used: Moisture. 3 % of what is sent is lost on the way, and "
            "taken off.",
            "Ohne den Austausch hätte der Empfänger verwendet: Feuchte. 3 % des Abgeschickten gehen unterwegs verloren "
            "und sind abgezogen.",
        ),
        ("We would have burnt it.", "We would have burnt it."),
    ],
)
def test_baseline_is_told_sentence_by_sentence(stored: str, german: str) -> None:
    assert baseline_words(stored) == stored
    with translation.override("de"):
        assert baseline_words(stored) == german


def test_every_baseline_of_the_account_has_its_pattern() -> None:
    account = (Path(settings.ROOT) / "trading" / "benefit" / "account.py").read_text(encoding="utf-8")
    stored = set(re.findall(r'"(Without the exchange [a-z ]+)', account))
    patterns = " ".join(words._BASELINES)
    assert len(stored) > 8
    assert [text for text in stored if text not in patterns and not text.endswith("exchange the ")] == []
