"""Writes: sealed bids on one listing until a deadline, by the clock of the database; then the award."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Organization, User
from common.errors import Conflict, Invalid
from common.templatetags.loopyard import exact
from common.units import CANONICAL_UNIT, PLACES
from events.services import Happened, record_event, record_events
from listings.models import Listing, Period, Side
from trading.models import LIVE_BIDS, LIVE_STAGES, Bid, BidState, Origin, Synergy, Tender, TenderState
from trading.services import agreements, locks
from trading.services.bids import bid_data, new_bid
from trading.services.decisions import by_the_clock, deadline_passed, decide
from trading.services.quantities import (
    NEAR,
    Typed,
    amounts_taken,
    check_fits,
    settle_holds,
    too_little_left,
    typed_of,
)
from trading.services.synergies import check_on_market, introduce, open_for_listing
from trading.services.terms import LONGEST_TEXT, BidTerms, check_bid_terms


@transaction.atomic
def open_tender(*, actor: User, listing: Listing, deadline: datetime, conditions: str = "") -> Tender:
    """Ask for sealed bids on an own listing until a deadline."""
    conditions = conditions.strip()
    errors = {}
    if deadline <= timezone.now():
        errors["deadline"] = _("Choose a time that is still to come.")
    if len(conditions) > LONGEST_TEXT:
        errors["conditions"] = _("At most %(most)s characters.") % {"most": LONGEST_TEXT}
    if errors:
        raise Invalid(errors)
    listing = locks.lock_listings([listing.pk])[listing.pk]
    check_on_market(listing)
    if Tender.objects.filter(listing=listing, state=TenderState.OPEN).exists():
        raise Conflict(_("A tender is open for this listing already."), code="tender_open")
    waiting = Bid.objects.filter(
        Q(synergy__offer=listing) | Q(synergy__request=listing), state__in=LIVE_BIDS
    ).count()
    if waiting:
        raise Conflict(
            ngettext(
                "%(count)s bid on this listing waits for an answer. Settle it first.",
                "%(count)s bids on this listing wait for an answer. Settle them first.",
                waiting,
            )
            % {"count": waiting},
            code="bids_open",
        )
    tender = Tender.objects.create(listing=listing, opened_by=actor, deadline=deadline, conditions=conditions)
    record_event(
        kind="tender.opened",
        subject=tender,
        actor=actor,
        data={"listing": listing.pk, "deadline": deadline.isoformat()},
    )
    return tender


@transaction.atomic
def place_sealed_bid(*, actor: User, tender: Tender, organization: Organization, terms: BidTerms) -> Bid:
    """Bid in a tender, unseen by all others until its deadline; a second bid of an organization replaces the first."""
    found = _synergy_of(tender, organization)
    listings = locks.lock_listings([tender.listing_id, *(found.listing_ids if found else [])])
    listing = listings[tender.listing_id]
    found = _synergy_of(tender, organization)
    if found is not None and not listings.keys() >= set(found.listing_ids):
        raise Conflict(_("This was taken up just now. Bid once more."), code="stage_forbidden")
    check_on_market(listing)
    tender = locks.lock_tender(tender.pk)
    if tender.state != TenderState.OPEN or tender.is_over:
        raise deadline_passed()
    if found is None:
        offer, request = (listing, None) if listing.side == Side.OFFER else (None, listing)
        found = open_for_listing(
            actor, organization, listing, origin=Origin.TENDER, offer=offer, request=request
        )
    synergy = locks.lock_synergy(found.pk)
    if synergy.stage not in LIVE_STAGES:
        raise Conflict(_("This synergy was given up just now. Bid once more."), code="stage_forbidden")
    canonical = check_bid_terms(terms, synergy=synergy, listings=list(listings.values()), sealed=True)
    check_fits(synergy, listings, canonical.amount, Typed(terms.quantity, terms.unit, terms.period))
    happened = []
    with by_the_clock():
        earlier = locks.lock_live_bid(synergy.pk)
        if earlier is not None:
            decide(actor, BidState.WITHDRAWN, earlier)
            happened.append(Happened("bid.withdrawn", earlier, {"synergy": synergy.pk}))
        bid = new_bid(actor, synergy, organization.pk, terms, canonical, tender=tender)
    happened.append(Happened("bid.placed", bid, bid_data(bid) | {"tender": tender.pk}))
    record_events(actor=actor, happenings=happened)
    return bid


def _synergy_of(tender: Tender, organization: Organization) -> Synergy | None:
    """Return what the bidder and the listing's owner work on already, if anything."""
    if tender.listing.side == Side.OFFER:
        mine = Q(offer=tender.listing_id, receiver=organization)
    else:
        mine = Q(request=tender.listing_id, supplier=organization)
    return Synergy.objects.filter(mine, stage__in=LIVE_STAGES).order_by("pk").first()


@transaction.atomic
def award_tender(*, actor: User, tender: Tender, awards: Mapping[int, Decimal]) -> Tender:
    """Decide a tender after its deadline: `awards` says by bid how much of it is taken; all others are declined."""
    placed = {
        bid.pk: bid
        for bid in Bid.objects.filter(tender=tender, state__in=LIVE_BIDS).select_related("synergy")
    }
    named = [placed[pk].synergy for pk in awards if pk in placed]
    listings = locks.lock_listings({tender.listing_id, *(pk for each in named for pk in each.listing_ids)})
    tender = locks.lock_tender(tender.pk)
    _check_open(tender)
    if not tender.is_over:
        raise Conflict(_("The deadline is not reached: the bids are sealed."), code="deadline_not_reached")
    for listing in listings.values():
        check_on_market(listing)
    synergies = locks.lock_synergies(bid.synergy_id for bid in placed.values())
    bids = {bid.pk: bid for bid in locks.lock_bids_of(tender.pk)}
    _check_awards(awards, bids, synergies, listings)
    _close(actor, tender, TenderState.AWARDED)
    happened = [
        Happened(
            "tender.awarded", tender, {"awards": {str(pk): str(amount) for pk, amount in awards.items()}}
        )
    ]
    for pk, amount in awards.items():
        happened += _award(actor, bids[pk], synergies[bids[pk].synergy_id], listings, amount)
    others = [bid for pk, bid in bids.items() if pk not in awards]
    happened += _decline(actor, others, _("The tender went to others."))
    happened = _last_of_each(happened)
    happened += settle_holds(listings)
    record_events(actor=actor, happenings=happened)
    return tender


def _check_open(tender: Tender) -> None:
    if tender.state != TenderState.OPEN:
        raise Conflict(
            _("This tender is %(state)s already.") % {"state": TenderState(tender.state).label},
            code="tender_decided",
        )


def _check_awards(
    awards: Mapping[int, Decimal],
    bids: Mapping[int, Bid],
    synergies: Mapping[int, Synergy],
    listings: Mapping[int, Listing],
) -> None:
    if not awards:
        raise Invalid({"awards": _("Choose at least one bid, or cancel the tender.")})
    left = {pk: listing.left for pk, listing in listings.items()}
    for pk, amount in awards.items():
        bid = bids.get(pk)
        if bid is None:
            raise Invalid({"awards": _("Bid %(bid)s is not one of this tender.") % {"bid": pk}})
        synergy = synergies[bid.synergy_id]
        if synergy.stage not in LIVE_STAGES:
            raise Conflict(
                _("The synergy of bid %(bid)s was given up.") % {"bid": bid.number}, code="stage_forbidden"
            )
        unit = synergy.unit
        if not amount.is_finite() or amount <= 0 or amount != amount.quantize(PLACES):
            raise Invalid({"awards": _("Type a number above zero, with at most six decimals.")})
        if amount > bid.amount:
            raise Invalid(
                {
                    "awards": _("The bid is for %(amount)s %(unit)s; it cannot be awarded more.")
                    % {"amount": exact(bid.amount), "unit": unit}
                }
            )
        agreements.check_same_goods(synergy, listings)
        wanted = synergy.request_amount(amount)
        for listing_pk, taken in ((synergy.offer_id, amount), (synergy.request_id, wanted)):
            rest = left[listing_pk] if listing_pk else None
            if listing_pk and rest is not None:
                if taken > rest + NEAR:
                    raise Invalid(
                        {
                            "awards": _("That is more than there is: only %(left)s %(unit)s are left.")
                            % {
                                "left": exact(listings[listing_pk].left or Decimal(0)),
                                "unit": listings[listing_pk].canonical_unit,
                            }
                        }
                    )
                left[listing_pk] = max(rest - taken, Decimal(0))


def _award(
    actor: User, bid: Bid, synergy: Synergy, listings: Mapping[int, Listing], amount: Decimal
) -> list[Happened]:
    if not synergy.introduced:
        synergy.supplier_interested_at = synergy.supplier_interested_at or timezone.now()
        synergy.receiver_interested_at = synergy.receiver_interested_at or timezone.now()
        synergy.save(update_fields=["supplier_interested_at", "receiver_interested_at"])
        introduce(synergy)
    unit = CANONICAL_UNIT[synergy.resource.dimension]
    awarded = Typed(amount, unit, Period.YEAR if synergy.is_rate else Period.ONCE)
    typed = typed_of(bid) if amount == bid.amount else awarded
    shares, short = amounts_taken(synergy, listings, amount, typed)
    if short:
        raise Invalid({"awards": too_little_left(short).message})
    agreement, happened = agreements.sign(actor, synergy, bid, listings, shares, amount=amount)
    return [
        Happened(
            "bid.accepted", bid, {"synergy": synergy.pk, "agreement": agreement.pk, "amount": str(amount)}
        ),
        *happened,
    ]


def _last_of_each(happened: list[Happened]) -> list[Happened]:
    """Keep one event per subject: an award split over several takes of the listing at once."""
    return list({each.stream: each for each in happened}.values())


def _decline(actor: User, bids: list[Bid], reason: str) -> list[Happened]:
    decide(actor, BidState.DECLINED, *bids, reason=reason)
    return [Happened("bid.declined", bid, {"synergy": bid.synergy_id, "reason": reason}) for bid in bids]


def _close(actor: User, tender: Tender, state: TenderState) -> None:
    tender.state = state
    tender.decided_by, tender.decided_at = actor, timezone.now()
    tender.save(update_fields=["state", "decided_by", "decided_at"])


@transaction.atomic
def cancel_tender(*, actor: User, tender: Tender) -> Tender:
    """Call a tender off; its bids are declined, and before the deadline stay sealed for good."""
    locks.lock_listings([tender.listing_id])
    tender = locks.lock_tender(tender.pk)
    _check_open(tender)
    live = Bid.objects.filter(tender=tender, state__in=LIVE_BIDS)
    locks.lock_synergies(live.values_list("synergy", flat=True))
    bids = locks.lock_bids_of(tender.pk)
    _close(actor, tender, TenderState.CANCELLED)
    happened = _decline(actor, bids, _("The tender was called off."))
    record_events(actor=actor, happenings=[Happened("tender.cancelled", tender), *happened])
    return tender
