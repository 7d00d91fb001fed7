"""Writes: matches computed, stored, retired, reviewed."""

import math
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from catalogue.models import Resource
from common.errors import Conflict, Invalid
from common.geo import within_box
from events.services import record_event
from listings.models import Listing, Side, State
from matching import assumptions
from matching.adapters import day_number, load_known, to_arrays
from matching.engine import PARTS, Candidates, Listings, match
from matching.models import DismissReason, Match, MatchState

MATCHES_PER_LISTING = 25
_COMPUTED = [
    "score",
    "parts",
    "distance_km",
    "amount_per_year",
    "covered_share",
    "benefit_eur_per_year",
    "break_even_km",
    "assumptions",
    "fits",
]
_RUN_LOCK = 7_201_001  # one number for all runs of this application in one database


def _lock_run(*, whole: bool) -> None:
    """Let single listings run side by side, but not beside a whole run, which would store what it read before."""
    function = "pg_advisory_xact_lock" if whole else "pg_advisory_xact_lock_shared"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [_RUN_LOCK])


@transaction.atomic
def refresh_matches(*, listing_id: int) -> int:
    """Bring the matches of one listing up to date with what it says now; return how many fit."""
    _lock_run(whole=False)
    listing = Listing.objects.select_related("resource").filter(pk=listing_id).first()
    if listing is None:
        return 0
    found: list[Match] = []
    if listing.state == State.PUBLISHED:
        known = load_known()
        this = to_arrays(Listing.objects.filter(pk=listing_id), known)
        those = to_arrays(_possible_partners(listing), known)
        offers, requests = (this, those) if listing.side == Side.OFFER else (those, this)
        candidates = match(
            offers,
            requests,
            today=day_number(timezone.now().date()),
            weights=known.weights,
            # Everything that fits this listing; each side keeps its own best below.
            limit_per_listing=None,
        )
        found = _to_matches(candidates, offers, requests)
    found = _best_of_either(found, listing)
    _store(found, within=Match.objects.filter(Q(offer_id=listing_id) | Q(request_id=listing_id)))
    return len(found)


@transaction.atomic
def refresh_all_matches() -> int:
    """Bring every match up to date; return how many fit."""
    _lock_run(whole=True)
    known = load_known()
    published = Listing.objects.filter(state=State.PUBLISHED)
    offers = to_arrays(published.filter(side=Side.OFFER), known)
    requests = to_arrays(published.filter(side=Side.REQUEST), known)
    candidates = match(
        offers,
        requests,
        today=day_number(timezone.now().date()),
        weights=known.weights,
        limit_per_listing=MATCHES_PER_LISTING,
    )
    found = _to_matches(candidates, offers, requests)
    _store(found, within=Match.objects.all())
    return len(found)


def _possible_partners(listing: Listing) -> QuerySet[Listing]:
    """Return the published listings of the other side that resource and reach do not rule out."""
    resource = listing.resource
    if listing.side == Side.OFFER:
        resources = Resource.objects.ancestors_of(resource)
        reach_km: float = resource.reach_km
        side = Side.REQUEST
    else:
        resources = Resource.objects.descendants_of(resource)
        reach_km = resources.aggregate(most=Max("reach_km"))["most"]
        side = Side.OFFER
    others = Listing.objects.filter(state=State.PUBLISHED, side=side, resource__in=resources)
    # A box wider than half the globe narrows nothing, and earth_box means something else there.
    return (
        others.filter(within_box("latitude", "longitude", listing.public_point, reach_km))
        if reach_km < 8000
        else others
    )


def _best_of_either(found: list[Match], listing: Listing) -> list[Match]:
    """Return the pairs that are among the best of `listing` or of the partner, as in a full run."""
    ranked = sorted(
        found, key=lambda match: (-match.score, match.distance_km, match.offer_id, match.request_id)
    )
    rest = ranked[MATCHES_PER_LISTING:]
    partner = "request" if listing.side == Side.OFFER else "offer"
    partner_ids = [getattr(match, f"{partner}_id") for match in rest]
    scores: defaultdict[int, list[float]] = defaultdict(list)
    others = Match.objects.filter(**{f"{partner}__in": partner_ids}, fits=True).exclude(
        Q(offer=listing) | Q(request=listing)
    )
    for partner_id, score in others.values_list(partner, "score"):
        scores[partner_id].append(score)
    kept = [
        match
        for match, partner_id in zip(rest, partner_ids, strict=True)
        if sum(score > match.score for score in scores[partner_id]) < MATCHES_PER_LISTING
    ]
    return ranked[:MATCHES_PER_LISTING] + kept


def _number(value: float, digits: int) -> float | None:
    return round(float(value), digits) if math.isfinite(value) else None


def _decimal(value: float, places: str) -> Decimal | None:
    return Decimal(float(value)).quantize(Decimal(places)) if math.isfinite(value) else None


def _to_matches(candidates: Candidates, offers: Listings, requests: Listings) -> list[Match]:
    """Return unsaved matches, rounded once here so that equal results are equal rows."""
    offer_ids, request_ids = offers.id[candidates.offer_row], requests.id[candidates.request_row]
    found = []
    for row in range(len(candidates)):
        parts = {name: _number(value, 4) for name, value in zip(PARTS, candidates.parts[row], strict=True)}
        found.append(
            Match(
                offer_id=int(offer_ids[row]),
                request_id=int(request_ids[row]),
                score=round(float(candidates.score[row]), 4),
                parts=parts,
                distance_km=round(float(candidates.distance_km[row]), 1),
                amount_per_year=_decimal(candidates.amount_per_year[row], "0.001"),
                covered_share=_number(candidates.covered_share[row], 4),
                benefit_eur_per_year=_decimal(candidates.benefit_per_year[row], "1"),
                break_even_km=_number(candidates.break_even_km[row], 1),
                assumptions=_assumptions(candidates, row, offers),
            )
        )
    return found


def _assumptions(candidates: Candidates, row: int, offers: Listings) -> dict[str, Any]:
    offer_row = int(candidates.offer_row[row])
    return {
        "disposal_avoided_eur_per_unit": _number(candidates.disposal_avoided[row], 4),
        "purchase_avoided_eur_per_unit": _number(candidates.purchase_avoided[row], 4),
        "transport_eur_per_unit": _number(candidates.transport_cost[row], 4),
        "transport_eur_per_unit_km": _number(offers.transport_cost_per_km[offer_row], 4),
        "road_factor": _number(offers.road_factor[offer_row], 2),
        "transport_source": assumptions.TRANSPORT_SOURCE,
    }


def _same(a: Match, b: Match) -> bool:
    return all(getattr(a, name) == getattr(b, name) for name in _COMPUTED)


def _store(found: Iterable[Match], *, within: QuerySet[Match]) -> None:
    """Make the stored matches of `within` equal to `found`; what a person has said of one is kept."""
    stored = {(m.offer_id, m.request_id): m for m in within}
    wanted = {(m.offer_id, m.request_id): m for m in found}
    # In one order everywhere, so that two workers that store the same pairs wait for each other in turn.
    changed = [
        wanted[key] for key in sorted(wanted) if key not in stored or not _same(wanted[key], stored[key])
    ]
    now = timezone.now()
    for row in changed:
        row.computed_at = now
    Match.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["offer", "request"],
        update_fields=[*_COMPUTED, "computed_at"],
        batch_size=1000,
    )
    returned = [stored[key].pk for key in wanted if key in stored and stored[key].state == MatchState.RETIRED]
    Match.objects.filter(pk__in=returned, state=MatchState.RETIRED).update(state=MatchState.PROPOSED)
    gone = [m.pk for key, m in stored.items() if key not in wanted]
    Match.objects.filter(pk__in=gone, fits=True).update(fits=False, computed_at=now)
    Match.objects.filter(pk__in=gone, state=MatchState.PROPOSED).update(state=MatchState.RETIRED)


def _locked(found: Match) -> Match:
    return Match.objects.select_for_update(of=("self",)).select_related("offer", "request").get(pk=found.pk)


@transaction.atomic
def approve_match(*, actor: User, match: Match, remark: str = "") -> Match:
    """Introduce the two parties to each other."""
    match = _locked(match)
    if match.state == MatchState.APPROVED:
        raise Conflict(_("This match is approved already."), code="approved_already")
    published = match.offer.state == match.request.state == State.PUBLISHED
    if not (match.fits and published):
        raise Conflict(
            _("This match no longer fits: one of the listings was changed or taken off."), code="stale"
        )
    return _review(match, actor, MatchState.APPROVED, "", remark)


@transaction.atomic
def dismiss_match(*, actor: User, match: Match, reason: str, remark: str = "") -> Match:
    """Take a match out, saying why; "other" needs words."""
    if reason not in DismissReason.values:
        raise Invalid(
            {"reason": _("Choose one of: %(choices)s.") % {"choices": ", ".join(DismissReason.values)}}
        )
    if reason == DismissReason.OTHER and not remark.strip():
        raise Invalid({"remark": _("Say the reason in a few words.")})
    match = _locked(match)
    if match.state == MatchState.DISMISSED:
        raise Conflict(_("This match is dismissed already."), code="dismissed_already")
    return _review(match, actor, MatchState.DISMISSED, reason, remark)


def _review(match: Match, actor: User, state: MatchState, reason: str, remark: str) -> Match:
    match.state = state
    match.reason = reason
    match.remark = remark.strip()[:1000]
    match.reviewed_by = actor
    match.reviewed_at = timezone.now()
    match.save(update_fields=["state", "reason", "remark", "reviewed_by", "reviewed_at"])
    record_event(
        kind=f"match.{state}",
        subject=match,
        actor=actor,
        data={"offer": match.offer_id, "request": match.request_id, "reason": reason, "score": match.score},
    )
    return match
