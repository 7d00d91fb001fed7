"""The same form or call sent by several at the same moment: one effect or a field error, never a crash."""

import threading
from collections.abc import Callable

import pytest
from django.db import connections

from accounts.models import Invitation, Organization, Programme, ProgrammeInvitation, Role, Site, User
from accounts.services.members import invite_member
from accounts.services.organizations import OrganizationDetails, create_organization
from accounts.services.programmes import create_programme, invite_person_to_programme
from accounts.services.sites import SiteDetails, create_site
from common.errors import AppError

pytestmark = pytest.mark.django_db(transaction=True)

CALLERS = 4


def outcomes_of(act: Callable[[], object]) -> list[str]:
    """Run `act` in four threads that start together; "done", or the code and fields of the refusal, or the crash."""
    start, outcomes = threading.Barrier(CALLERS), list[str]()

    def run() -> None:
        try:
            start.wait(20)
            act()
        except AppError as refusal:
            outcomes.append(f"{refusal.code} {sorted(refusal.fields)}")
        except Exception as crash:
            outcomes.append(repr(crash))
        else:
            outcomes.append("done")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _n in range(CALLERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return sorted(outcomes)


def test_organizations_of_one_name_all_get_an_address_of_their_own(seller: User) -> None:
    details = OrganizationDetails(name="Dairy")
    assert outcomes_of(lambda: create_organization(actor=seller, details=details)) == ["done"] * CALLERS
    slugs = Organization.objects.order_by("slug").values_list("slug", flat=True)
    assert list(slugs) == ["dairy", "dairy-2", "dairy-3", "dairy-4"]


def test_programmes_of_one_name_all_get_an_address_of_their_own(facilitator: User) -> None:
    assert outcomes_of(lambda: create_programme(actor=facilitator, name="Port ring")) == ["done"] * CALLERS
    assert Programme.objects.count() == CALLERS


def test_sites_of_one_name_are_one_and_the_others_are_told_beside_the_name(
    asnaes: Organization, seller: User
) -> None:
    details = SiteDetails("Quay", "Kalundborg", "DK", 55.67, 11.08)
    found = outcomes_of(lambda: create_site(actor=seller, organization=asnaes, details=details))
    assert found == ["done", *["taken ['name']"] * (CALLERS - 1)]
    assert Site.objects.count() == 1


def test_invitations_to_one_address_leave_one_that_is_open(asnaes: Organization, seller: User) -> None:
    found = outcomes_of(
        lambda: invite_member(actor=seller, organization=asnaes, email="new@example.org", role=Role.TRADER)
    )
    assert "done" in found
    assert set(found) <= {"done", "taken ['email']"}
    assert Invitation.objects.count() == 1


def test_person_is_invited_to_a_programme_once(programme: Programme, facilitator: User) -> None:
    found = outcomes_of(
        lambda: invite_person_to_programme(actor=facilitator, programme=programme, email="new@example.org")
    )
    assert found == ["done", *["invited_already []"] * (CALLERS - 1)]
    assert ProgrammeInvitation.objects.count() == 1
