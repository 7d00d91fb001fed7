"""Which precedents somebody may change; all of them are public."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.access import AnyUser, can_facilitate
from accounts.models import Programme
from catalogue.models import Precedent
from common.errors import Forbidden, NotFound


def precedents() -> QuerySet[Precedent]:
    """Return all precedents with what a page says of them."""
    return Precedent.objects.select_related("resource", "serves_as", "programme")


def get_precedent(pk: int) -> Precedent:
    """Return a precedent; else `NotFound`."""
    found = precedents().filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def get_precedent_to_change(user: AnyUser, pk: int) -> Precedent:
    """Return a precedent of a programme that the user facilitates; the published ones change in their file."""
    found = get_precedent(pk)
    if found.programme is None or not can_facilitate(user, found.programme):
        raise Forbidden(_("Only a facilitator of the programme that added it can change this precedent."))
    return found


def facilitated_programmes(user: AnyUser) -> QuerySet[Programme]:
    """Return the programmes for which the user may add precedents."""
    return Programme.objects.filter(facilitators=user.pk or 0)
