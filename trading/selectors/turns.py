"""Whose turn it is in a synergy, and why: what "My deals" is ordered by, and to whom reminders go."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db.models import (
    Case,
    CharField,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Concat, Now

from accounts.access import AnyUser
from accounts.models import Membership, Organization
from trading.access import own_synergies, visible_synergies
from trading.models import (
    LIVE_BIDS,
    LIVE_STAGES,
    Actor,
    Agreement,
    AgreementState,
    Bid,
    Delivery,
    DeliveryKind,
    Stage,
    Synergy,
    TenderState,
)

STALE_AFTER: Final = timedelta(days=14)
BOTH: Final = "both"
NOBODY: Final = "nobody"

MINE, THEIRS, RUNNING = range(3)


@dataclass(frozen=True)
class Turn:
    """`who` is a side, `facilitator`, `both` or `nobody`; `why` names what is to be done."""

    who: str
    why: str

    def is_of(self, side: str) -> bool:
        """Whether this side is to act."""
        return side != "" and self.who in (side, BOTH)


def turn_of(synergy: Synergy) -> Turn:
    """Return the turn of a synergy that `with_turns` loaded."""
    who, _space, why = str(getattr(synergy, "turn", NOBODY)).partition(" ")
    return Turn(who, why)


def with_turns(synergies: QuerySet[Synergy]) -> QuerySet[Synergy]:
    """Annotate `turn`, as "supplier bid": who is to act, and why; the first that holds.

    A sealed bid counts only once its deadline has passed, by the clock of the database.
    """
    here = {"synergy": OuterRef("pk")}
    live = Bid.objects.filter(**here, state__in=LIVE_BIDS)
    negotiated = live.filter(tender__isnull=True)
    due = live.filter(tender__state=TenderState.OPEN, tender__deadline__lte=Now())
    active = Agreement.objects.filter(**here, state=AgreementState.ACTIVE)
    unconfirmed = Delivery.objects.filter(
        agreement__synergy=OuterRef("pk"), confirmed_at__isnull=True
    ).exclude(kind=DeliveryKind.PLANNED)
    asked_by_supplier = active.filter(
        cancel_asked_by_supplier_at__isnull=False, cancel_asked_by_receiver_at__isnull=True
    )
    asked_by_receiver = active.filter(
        cancel_asked_by_supplier_at__isnull=True, cancel_asked_by_receiver_at__isnull=False
    )
    supplier_asked = Q(stage=Stage.IDEA, supplier_interested_at__isnull=True) & Q(
        Exists(Membership.objects.filter(organization=OuterRef("supplier")))
    )
    receiver_asked = Q(stage=Stage.IDEA, receiver_interested_at__isnull=True) & Q(
        Exists(Membership.objects.filter(organization=OuterRef("receiver")))
    )
    own_listing_out = Exists(due.filter(tender__listing=OuterRef("offer")))
    return synergies.annotate(
        bidder=Subquery(negotiated.values("organization")[:1]),
        turn=Case(
            When(~Q(stage__in=LIVE_STAGES), then=Value(f"{NOBODY} over")),
            When(own_listing_out, then=Value("supplier award")),
            When(Exists(due), then=Value("receiver award")),
            When(supplier_asked & receiver_asked, then=Value(f"{BOTH} interest")),
            When(supplier_asked, then=Value("supplier interest")),
            When(receiver_asked, then=Value("receiver interest")),
            # Whoever has not answered yet has nobody here who could.
            When(stage=Stage.IDEA, then=Value("facilitator invite")),
            When(bidder=F("supplier"), then=Value("receiver bid")),
            When(bidder=F("receiver"), then=Value("supplier bid")),
            When(Exists(asked_by_supplier), then=Value("receiver cancel")),
            When(Exists(asked_by_receiver), then=Value("supplier cancel")),
            When(~Q(next_step_by=""), then=Concat(F("next_step_by"), Value(" step"))),
            When(
                Exists(unconfirmed.filter(organization=OuterRef("supplier"))),
                then=Value("receiver confirm"),
            ),
            When(
                Exists(unconfirmed.filter(organization=OuterRef("receiver"))),
                then=Value("supplier confirm"),
            ),
            When(stage=Stage.IMPLEMENTATION, then=Value(f"{NOBODY} run")),
            default=Value(f"{BOTH} talk"),
            output_field=CharField(),
        ),
    )


def _waiting_for(organization: Organization) -> Q:
    return (
        Q(turn__startswith=BOTH)
        | Q(supplier=organization, turn__startswith=Actor.SUPPLIER)
        | Q(receiver=organization, turn__startswith=Actor.RECEIVER)
    )


def in_order_for(synergies: QuerySet[Synergy], organization: Organization) -> QuerySet[Synergy]:
    """Order what `with_turns` loaded for a party: what waits for it first, then for others, then what runs by itself.

    Within each, what is due soonest, then what has rested longest.
    """
    return _ordered(synergies, _waiting_for(organization))


def deals_waiting_for(user: AnyUser, organization: Organization) -> QuerySet[Synergy]:
    """Return those of the user's synergies in which it is the organization's turn, what is due soonest first."""
    own = own_synergies(user).filter(
        Q(supplier=organization) | Q(receiver=organization), stage__in=LIVE_STAGES
    )
    return in_order_for(with_turns(own).filter(_waiting_for(organization)), organization)


def deals_waiting_for_facilitator(user: AnyUser) -> QuerySet[Synergy]:
    """Return the synergies that wait for their facilitator, of those whom the user facilitates."""
    others = visible_synergies(user).exclude(pk__in=own_synergies(user).values("pk"))
    waits = Q(turn__startswith=Actor.FACILITATOR)
    return in_order_for_facilitator(with_turns(others.filter(stage__in=LIVE_STAGES)).filter(waits))


def in_order_for_facilitator(synergies: QuerySet[Synergy]) -> QuerySet[Synergy]:
    """The same for who stands between the parties."""
    return _ordered(synergies, Q(turn__startswith=Actor.FACILITATOR))


def _ordered(synergies: QuerySet[Synergy], mine: Q) -> QuerySet[Synergy]:
    return synergies.annotate(
        place=Case(
            When(mine, then=Value(MINE)),
            When(turn__startswith=NOBODY, then=Value(RUNNING)),
            default=Value(THEIRS),
            output_field=IntegerField(),
        )
    ).order_by("place", F("next_step_on").asc(nulls_last=True), "acted_at", "pk")
