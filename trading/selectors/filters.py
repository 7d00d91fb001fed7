"""By what the API narrows each list."""

from typing import Any

import django_filters
from django.db.models import Q
from django.forms import IntegerField
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field

from accounts.access import facilitated_organizations, organizations_of
from accounts.models import Organization, Programme
from trading.access import visible_synergies, with_known_party
from trading.models import (
    Actor,
    AgreementState,
    BidState,
    DeliveryKind,
    ImpactStatus,
    Metric,
    Stage,
    TenderState,
)
from trading.selectors import impact
from trading.selectors.turns import BOTH


class IdFilter(django_filters.Filter):  # type: ignore[misc]  # the library has no types
    """Takes a key."""

    field_class = IntegerField


def id_filter(name: str, description: str, **options: Any) -> Any:
    """Return a filter by a key, described for the OpenAPI file."""
    return extend_schema_field({"type": "integer", "description": description})(
        IdFilter(field_name=name, **options)
    )


class SynergyFilter(django_filters.FilterSet):  # type: ignore[misc]  # the library has no types
    """Narrows the synergies."""

    stage = django_filters.ChoiceFilter(choices=Stage.choices)
    role = django_filters.ChoiceFilter(
        choices=Actor.choices, method="in_role", label="only those in which you are on this side"
    )
    turn = django_filters.ChoiceFilter(
        choices=[("mine", gettext_lazy("mine")), ("others", gettext_lazy("others'"))],
        method="by_turn",
        label="only those that wait for you, or do not",
    )
    listing = extend_schema_field({"type": "integer", "description": "id of an offer or a request"})(
        IdFilter(method="of_listing")
    )

    def in_role(self, found: Any, name: str, role: str) -> Any:
        """Keep those in which the reader is on a side."""
        user = self.request.user
        if role != Actor.FACILITATOR:
            return found.filter(**{f"{role}__in": organizations_of(user)})
        facilitated = facilitated_organizations(user)
        return found.filter(Q(supplier__in=facilitated) | Q(receiver__in=facilitated))

    def by_turn(self, found: Any, name: str, turn: str) -> Any:
        """Keep those that wait for the reader, or the others."""
        user = self.request.user
        own, facilitated = organizations_of(user), facilitated_organizations(user)
        of_supplier = Q(turn__startswith=Actor.SUPPLIER) | Q(turn__startswith=BOTH)
        of_receiver = Q(turn__startswith=Actor.RECEIVER) | Q(turn__startswith=BOTH)
        of_facilitator = Q(supplier__in=facilitated) | Q(receiver__in=facilitated)
        mine = (
            Q(of_supplier, supplier__in=own)
            | Q(of_receiver, receiver__in=own)
            | Q(of_facilitator, turn__startswith=Actor.FACILITATOR)
        )
        return found.filter(mine if turn == "mine" else ~mine)

    def of_listing(self, found: Any, name: str, listing_id: int) -> Any:
        """Keep those about one listing."""
        return found.filter(Q(offer=listing_id) | Q(request=listing_id))


class BidFilter(django_filters.FilterSet):  # type: ignore[misc]  # the library has no types
    """Narrows the bids."""

    synergy = id_filter("synergy", "id of a synergy")
    tender = id_filter("tender", "id of a tender")
    state = django_filters.ChoiceFilter(choices=BidState.choices)


class TenderFilter(django_filters.FilterSet):  # type: ignore[misc]  # the library has no types
    """Narrows the tenders."""

    listing = id_filter("listing", "id of an offer or a request")
    state = django_filters.ChoiceFilter(choices=TenderState.choices)


class AgreementFilter(django_filters.FilterSet):  # type: ignore[misc]  # the library has no types
    """Narrows the agreements."""

    synergy = id_filter("synergy", "id of a synergy")
    listing = extend_schema_field({"type": "integer", "description": "id of an offer or a request"})(
        IdFilter(method="of_listing")
    )
    state = django_filters.ChoiceFilter(choices=AgreementState.choices)

    def of_listing(self, found: Any, name: str, listing_id: int) -> Any:
        """Keep those on one listing."""
        return found.filter(Q(offer=listing_id) | Q(request=listing_id))


class DeliveryFilter(django_filters.FilterSet):  # type: ignore[misc]  # the library has no types
    """Narrows the deliveries."""

    agreement = id_filter("agreement", "id of an agreement")
    synergy = id_filter("agreement__synergy", "id of a synergy")
    kind = django_filters.ChoiceFilter(choices=DeliveryKind.choices)
    year = id_filter("happened_on", "of `happened_on`", lookup_expr="year", min_value=1, max_value=9999)


class ImpactFilter(django_filters.FilterSet):  # type: ignore[misc]  # the library has no types
    """Narrows the ledger."""

    synergy = id_filter("synergy", "id of a synergy")
    agreement = id_filter("agreement", "id of an agreement")
    delivery = id_filter("delivery", "id of a delivery")
    year = id_filter("year", "a calendar year")
    metric = django_filters.ChoiceFilter(choices=Metric.choices)
    status = django_filters.ChoiceFilter(choices=ImpactStatus.choices)
    organization = extend_schema_field(
        {"type": "integer", "description": "id of a party that you know; do not add the sums of two parties"}
    )(IdFilter(method="of_organization"))
    programme = extend_schema_field(
        {"type": "string", "description": "slug of a programme that you facilitate or take part in"}
    )(django_filters.CharFilter(method="of_programme"))

    def of_organization(self, entries: Any, name: str, pk: int) -> Any:
        """Keep those of a party; to ask for one that is not known would tell who it is."""
        party = Organization.objects.filter(pk=pk).first()
        if party is None:
            return entries.none()
        user = self.request.user
        return entries.filter(synergy__in=with_known_party(user, visible_synergies(user), party))

    def of_programme(self, entries: Any, name: str, slug: str) -> Any:
        """Keep those of a programme's members, each once."""
        user = self.request.user
        open_to = Q(facilitators=user.pk) | Q(organizations__in=organizations_of(user))
        programme = Programme.objects.filter(open_to, slug=slug).first()
        return entries.none() if programme is None else impact.of_programme(entries, programme)


class SumsFilter(ImpactFilter):
    """Narrows what is summed, and says by what."""

    by = django_filters.ChoiceFilter(
        choices=[("year", gettext_lazy("year"))], method="unfiltered", label="a sum for each year"
    )

    def unfiltered(self, entries: Any, name: str, value: str) -> Any:
        """How it is summed is the view's."""
        return entries
