"""A file of a language that says too little or something else is told by name."""

import pytest
from babel.messages.catalog import Catalog, Message

from local import messages
from local.messages import faults, languages, messages_of_sources


@pytest.mark.parametrize("language", languages())
def test_every_text_of_the_sources_is_translated_and_compiled(language: str) -> None:
    assert faults(language) == []


@pytest.mark.parametrize(
    ("original", "translation", "fault"),
    [
        ("Save", "", "is not translated"),
        ("%(count)s bids", "%(number)s Gebote", "has other places to fill (%(number)s)"),
        ("%(share)s %% of it", "%(share)s % davon", "has other places to fill (%(share)s)"),
        ("<strong>now</strong>", "jetzt", "has other tags"),
        (" or ", "oder", "begins or ends with other blanks"),
        (("%(n)s bid", "%(n)s bids"), ("%(n)s Gebot", ""), "is not translated"),
    ],
)
def test_fault_of_a_translation_is_named(
    original: str | tuple[str, str], translation: str | tuple[str, str], fault: str
) -> None:
    assert list(messages._faults_of(Message(original, translation))) == [fault]


def test_text_that_is_missing_obsolete_or_not_compiled_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    catalog = Catalog(locale="de")
    catalog.add("said by nobody", "von niemandem gesagt")
    monkeypatch.setattr(messages, "read", lambda language: catalog)
    found = faults("de")
    assert "is said by nothing any more: 'said by nobody'" in found
    assert "is missing: 'Browse'" in found
    assert "is not compiled as it stands: run `make messages`" in found


def test_sources_give_texts_of_python_pages_letters_and_the_catalogue() -> None:
    said = {message.id if isinstance(message.id, str) else message.id[0] for message in messages_of_sources()}
    assert {"Skip to content", "Waste, %(stated)s", "Moisture", "Choose how we tell you:"} <= said
