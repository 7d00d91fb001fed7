"""Scenarios of a programme, with how their last runs ended."""

from django.db.models import OuterRef, QuerySet, Subquery

from accounts.access import AnyUser
from accounts.models import Programme, Site
from listings.models import Listing, State
from planning.access import visible_runs, visible_scenarios
from planning.models import PlanRun, Scenario


def scenarios_of(user: AnyUser, programme: Programme) -> QuerySet[Scenario]:
    """Return a programme's scenarios that are not put away, the newest first, with `last_run` and `last_state`."""
    last = PlanRun.objects.filter(scenario=OuterRef("pk")).order_by("-pk")
    return (
        visible_scenarios(user)
        .filter(programme=programme, archived_at__isnull=True)
        .annotate(last_run=Subquery(last.values("pk")[:1]), last_state=Subquery(last.values("state")[:1]))
    )


def published_runs(user: AnyUser, programme: Programme) -> QuerySet[PlanRun]:
    """Return the plans that are shown to the programme's members, the newest first."""
    return visible_runs(user).filter(scenario__programme=programme, published_at__isnull=False)


def listings_to_plan(programme: Programme) -> QuerySet[Listing]:
    """Return the listings of the programme's members on the market: what a scenario may suppose otherwise."""
    found = Listing.objects.filter(organization__programmes=programme, state=State.PUBLISHED)
    return found.select_related("resource", "organization", "site").order_by(
        "organization__name", "side", "pk"
    )


def sites_to_plan(programme: Programme) -> QuerySet[Site]:
    """Return the sites of the programme's members."""
    return (
        Site.objects.filter(organization__programmes=programme)
        .select_related("organization")
        .order_by("organization__name", "name", "pk")
    )
