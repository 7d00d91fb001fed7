"""Passwords that somebody who knows the person's work would try: long enough, and yet obvious. All of it offline."""

import re
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from accounts.models import Organization, User

_SHORTEST_WORD: Final = 4
_LETTERS_OF_ITS_OWN: Final = 6
"""So many letters must be left once the obvious words are gone."""
_AS_LETTERS: Final = str.maketrans("013457@$!", "oleastasi")
_WORDS: Final = frozenset(
    """
    password passwort kennwort welcome willkommen login admin administrator secret geheim letmein qwertz qwerty
    asdf yxcv exchange marketplace symbiosis symbiose industrial industry industrie waste abfall offer angebot hello
    hallo
    spring summer autumn winter fruehling sommer herbst january february march april june july august september october
    november december januar februar maerz juni juli oktober dezember monday montag friday freitag
    loopyard company firma gmbh team office
    """.split()  # noqa: SIM905 - a list of words is read as a text
)


def _folded(text: str) -> str:
    """Return `text` in small letters, with what is written for letters as these."""
    return text.lower().translate(_AS_LETTERS)


def _words_of(text: str) -> set[str]:
    words = {word for word in re.split(r"[\W_]+", text.lower()) if len(word) >= _SHORTEST_WORD}
    joined = re.sub(r"[\W_]+", "", text.lower())
    return words | ({joined} if len(joined) >= _SHORTEST_WORD else set())


def is_obvious(password: str, words: set[str]) -> bool:
    """Whether a password is little more than such words with digits and signs: fewer than six letters are its own."""
    left = re.sub(r"[\W\d_]+", " ", _folded(password))
    # Digits at the end are a year or a count; within, they stand for letters.
    plain = re.sub(r"[\W\d_]+", " ", password.lower())
    folded_words = sorted({_folded(word) for word in words}, key=len, reverse=True)

    def own(text: str) -> int:
        for word in folded_words:
            text = text.replace(word, " ")
        return sum(map(str.isalpha, text))

    found = any(word in left or word in plain for word in folded_words)
    return found and min(own(left), own(plain)) < _LETTERS_OF_ITS_OWN


class ObviousPasswordValidator:
    """Refuses what is made of the names of company, person's company, product, months and the like."""

    @cached_property
    def _common(self) -> set[str]:
        return set(CommonPasswordValidator().passwords)

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise `ValidationError` for a password that is obvious, or a common one with digits and signs around it."""
        words = (
            set(_WORDS)
            | _words_of(settings.OPERATOR_NAME)
            | _words_of(urlsplit(settings.SITE_URL).hostname or "")
        )
        if user is not None and user.pk:
            names = Organization.objects.filter(memberships__user=user).values_list("name", flat=True)
            words = words.union(*(_words_of(name) for name in names))
        stem = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", password.lower())
        if is_obvious(password, words) or stem in self._common or _folded(stem) in self._common:
            raise ValidationError(
                _(
                    "This password is easy to guess for somebody who knows the company: take words of your own."
                ),
                code="password_obvious",
            )

    def get_help_text(self) -> str:
        """Return what would be right."""
        return _("It must not be made of the name of your company, of this exchange, a month or the like.")
