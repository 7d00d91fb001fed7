"""The language in which somebody reads: what was chosen, and what is known of an address."""

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.selectors.languages import language_of_reader
from common.errors import Invalid
from common.web.languages import known_language


def choose_language(*, actor: User, language: str) -> None:
    """Let pages and letters speak `language` to the actor; empty leaves it to the browser.

    Raises `Invalid` for a language that the product does not speak. No event:
    nobody else hears of it.
    """
    if language and not known_language(language):
        raise Invalid({"language": _("“%(language)s” is not spoken here.") % {"language": language[:20]}})
    User.objects.filter(pk=actor.pk).update(language=language)
    actor.language = language


def language_of_address(email: str) -> str:
    """Return in which language the person of an e-mail address reads; empty where that is not known."""
    person = User.objects.filter(email__iexact=email).first()
    return language_of_reader(person) if person else ""
