"""Whom one can ask: the facilitators of one's programmes by name, and whoever runs this exchange."""

from dataclasses import dataclass

from django.conf import settings

from accounts.access import AnyUser, organizations_of
from accounts.models import User


@dataclass(frozen=True)
class Helper:
    """Somebody to ask; `address` is where to write, an e-mail address or a page."""

    name: str
    programme: str
    """What they facilitate; empty for the operator."""
    address: str

    @property
    def url(self) -> str:
        """Where a link leads."""
        return f"mailto:{self.address}" if "@" in self.address and "//" not in self.address else self.address


def helpers_for(user: AnyUser) -> list[Helper]:
    """Return the facilitators of the programmes in which an organization of the user takes part; then the operator.

    An address of a facilitator is told to their members alone; one query, none for who is not signed in.
    """
    return [*_facilitators(user), *_operator()]


def _facilitators(user: AnyUser) -> list[Helper]:
    if not user.is_authenticated:
        return []
    members = organizations_of(user)
    found = (
        User.objects.filter(facilitated_programmes__organizations__in=members, is_active=True)
        .exclude(pk=user.pk)
        .order_by("facilitated_programmes__name", "name", "email")
        .values_list("name", "email", "facilitated_programmes__name")
        .distinct()
    )
    return [Helper(name or email, programme, email) for name, email, programme in found]


def _operator() -> list[Helper]:
    if not settings.OPERATOR_CONTACT:
        return []
    return [Helper(settings.OPERATOR_NAME or settings.OPERATOR_CONTACT, "", settings.OPERATOR_CONTACT)]
