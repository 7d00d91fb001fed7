"""Writes: how a synergy is opened, moved along its stages, and given up, each with its event."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import has_members
from accounts.models import Organization, Site, User
from accounts.selectors.timezones import today_at
from catalogue.called import called
from catalogue.models import Resource
from common.errors import Conflict, Invalid
from common.versions import check_version
from events.services import Happened, record_event, record_events
from listings.models import Introduction, Listing, Side, State
from matching.access import may_be_taken_up, parties_only
from matching.market.rules import load_rules
from matching.models import Match
from trading.models import (
    LIVE_STAGES,
    Actor,
    Agreement,
    AgreementState,
    BidState,
    LostReason,
    Origin,
    Stage,
    Synergy,
    may_move,
)
from trading.selectors.days import step_overdue
from trading.selectors.synergies import attribution_of, editable_of, next_step_of
from trading.services import locks
from trading.services.decisions import decide
from trading.services.messages import checked_text, write_message

LONGEST_STEP: Final = 300


# --- opening ------------------------------------------------------------------------------------------------
@transaction.atomic
def open_synergy_from_match(*, actor: User, match: Match, organization: Organization) -> Synergy:
    """Say that a party is interested in a match; the second party to say so joins the first's synergy.

    The match must be approved, or nobody be there to approve it (`matching.access.may_be_taken_up`).
    """
    if not may_be_taken_up(match):
        raise Conflict(
            _("Only an approved match can be taken up. A facilitator reviews it first."), code="not_approved"
        )
    listings = locks.lock_listings([match.offer_id, match.request_id])
    offer, request = listings[match.offer_id], listings[match.request_id]
    if organization.pk not in (offer.organization_id, request.organization_id):
        raise parties_only()
    return _open(
        actor,
        organization,
        origin=Origin.MATCH,
        match=match,
        offer=offer,
        request=request,
        supplier_id=offer.organization_id,
        receiver_id=request.organization_id,
    )


@transaction.atomic
def open_synergy_by_enquiry(
    *,
    actor: User,
    listing: Listing,
    organization: Organization,
    text: str,
    own_listing: Listing | None = None,
) -> Synergy:
    """Ask about a listing, with an own listing of the other side where there is one."""
    text = checked_text(text)
    listings = locks.lock_listings([listing.pk, own_listing.pk if own_listing else None])
    listing = listings[listing.pk]
    own = listings[own_listing.pk] if own_listing else None
    if own is not None and (own.organization_id != organization.pk or own.side == listing.side):
        raise Invalid({"own_listing": _("Choose a listing of your own, of the other side.")})
    offer, request = (listing, own) if listing.side == Side.OFFER else (own, listing)
    synergy = open_for_listing(
        actor, organization, listing, origin=Origin.ENQUIRY, offer=offer, request=request
    )
    write_message(actor, synergy, organization, text)
    return synergy


def open_for_listing(
    actor: User,
    organization: Organization,
    listing: Listing,
    *,
    origin: Origin,
    offer: Listing | None,
    request: Listing | None,
) -> Synergy:
    """Open a synergy of another organization with a listing's owner; the listings must be locked."""
    if listing.organization_id == organization.pk:
        raise Conflict(
            _("This is a listing of your own organization. You cannot trade with yourself."),
            code="own_listing",
        )
    if not has_members(listing.organization_id):
        raise Conflict(
            _(
                "Nobody acts for this organization here yet, so nobody could answer. Ask a facilitator to invite it."
            ),
            code="nobody_there",
        )
    owner = listing.organization_id
    is_offer = listing.side == Side.OFFER
    return _open(
        actor,
        organization,
        origin=origin,
        offer=offer,
        request=request,
        supplier_id=owner if is_offer else organization.pk,
        receiver_id=organization.pk if is_offer else owner,
    )


@transaction.atomic
def open_synergy_by_facilitator(
    *,
    actor: User,
    supplier_site: Site,
    receiver_site: Site,
    resource: Resource,
    offer: Listing | None = None,
    request: Listing | None = None,
    is_rate: bool = True,
) -> Synergy:
    """Bring two sites together, with their listings where there are any; `is_rate` counts where there are none."""
    if supplier_site.organization_id == receiver_site.organization_id:
        raise Conflict(
            _("Both sites belong to one organization. A synergy needs two."), code="same_organization"
        )
    listings = locks.lock_listings([each.pk if each else None for each in (offer, request)])
    offer = listings[offer.pk] if offer else None
    request = listings[request.pk] if request else None
    errors = {}
    for name, listing, side, site in (
        ("offer", offer, Side.OFFER, supplier_site),
        ("request", request, Side.REQUEST, receiver_site),
    ):
        if listing and (listing.side != side or listing.organization_id != site.organization_id):
            errors[name] = _("Choose one of this organization's own.")
    named = offer or request
    if named and named.resource_id != resource.pk:
        errors["resource"] = _("What moves is what is listed: %(resource)s.") % {
            "resource": named.resource.name
        }
    if errors:
        raise Invalid(errors)
    return _open(
        actor,
        None,
        origin=Origin.FACILITATOR,
        offer=offer,
        request=request,
        supplier_id=supplier_site.organization_id,
        receiver_id=receiver_site.organization_id,
        supplier_site=supplier_site,
        receiver_site=receiver_site,
        resource=resource,
        is_rate=is_rate,
    )


def _open(
    actor: User,
    organization: Organization | None,
    *,
    origin: Origin,
    offer: Listing | None,
    request: Listing | None,
    supplier_id: int,
    receiver_id: int,
    match: Match | None = None,
    supplier_site: Site | None = None,
    receiver_site: Site | None = None,
    resource: Resource | None = None,
    is_rate: bool = True,
) -> Synergy:
    named = [listing for listing in (offer, request) if listing is not None]
    for listing in named:
        check_on_market(listing)
    moved = named[0].resource if named else resource
    if moved is None:
        raise ValueError("a synergy needs a listing or a resource")
    existing = Synergy.objects.filter(
        offer=offer,
        request=request,
        supplier=supplier_id,
        receiver=receiver_id,
        resource=moved,
        stage__in=LIVE_STAGES,
    ).first()
    if existing is not None:
        return _join(actor, existing, organization, origin, match)
    synergy = Synergy(
        offer=offer,
        request=request,
        match=match,
        supplier_id=supplier_id,
        receiver_id=receiver_id,
        supplier_site=offer.site if offer else supplier_site,
        receiver_site=request.site if request else receiver_site,
        resource=moved,
        yield_per_unit=_yield_between(offer, request),
        is_rate=all(listing.is_rate for listing in named) if named else is_rate,
        origin=origin,
        opened_by=actor,
    )
    if organization is not None:
        setattr(synergy, f"{synergy.side_of(organization.pk)}_interested_at", timezone.now())
    try:
        with transaction.atomic():
            synergy.save()
    except IntegrityError as error:
        if "synergy_live_once" not in str(error):
            raise
        raise _already_open() from error
    record_event(kind="synergy.opened", subject=synergy, actor=actor, data={"origin": origin})
    return synergy


def _already_open() -> Conflict:
    return Conflict(_("You work on this with the same party already: see your deals."), code="already_open")


def _join(
    actor: User, existing: Synergy, organization: Organization | None, origin: Origin, match: Match | None
) -> Synergy:
    """Take up what the other party opened, instead of opening the same once more."""
    if organization is None:
        raise _already_open()
    synergy = locks.lock_synergy(existing.pk)
    if synergy.stage not in LIVE_STAGES or _interested_at(synergy, organization.pk):
        raise _already_open()
    # What only a sealed bid opened counts from now on as what the other party took it for.
    synergy.origin = origin
    synergy.match = synergy.match or match
    return _interest(actor, synergy, organization, ["origin", "match"])


def check_on_market(listing: Listing) -> None:
    """Raise `Conflict` for a listing on which nothing can be agreed now."""
    # Most have no end, and their acceptance need not ask where they stand.
    over = listing.available_until is not None and listing.over_on(today_at(listing.site))
    if listing.state != State.PUBLISHED or over:
        state = State.EXPIRED if listing.state == State.PUBLISHED else State(listing.state)
        raise Conflict(
            _("The %(side)s is %(state)s; nothing can be agreed on it now.")
            % {"side": listing.get_side_display(), "state": state.label},
            code="listing_closed",
        )


def _yield_between(offer: Listing | None, request: Listing | None) -> Decimal:
    """Units of the request per unit of the offer: one, or what the pathway between them leaves."""
    if offer is None or request is None or request.resource.covers(offer.resource):
        return Decimal(1)
    path = load_rules().pathways.get((offer.resource_id, request.resource_id))
    if path is None:
        raise Invalid(
            {
                "own_listing": _("%(offered)s does not serve as %(sought)s, and we know no treatment for it.")
                % {"offered": called(offer.resource.name), "sought": called(request.resource.name)}
            }
        )
    return Decimal(str(path.yield_per_unit)).quantize(Decimal("0.00000001"))


# --- interest -----------------------------------------------------------------------------------------------
def _interested_at(synergy: Synergy, organization_id: int) -> datetime | None:
    at: datetime | None = getattr(synergy, f"{synergy.side_of(organization_id)}_interested_at")
    return at


@transaction.atomic
def show_interest(*, actor: User, synergy: Synergy, organization: Organization) -> Synergy:
    """Say that a party is interested. With the second, both learn who the other is, and talks begin."""
    synergy = locks.lock_synergy(synergy.pk)
    check_live(synergy)
    if _interested_at(synergy, organization.pk):
        raise Conflict(_("Your interest is known already."), code="already_interested")
    return _interest(actor, synergy, organization, [])


def _interest(actor: User, synergy: Synergy, organization: Organization, also: list[str]) -> Synergy:
    now = timezone.now()
    side = synergy.side_of(organization.pk)
    setattr(synergy, f"{side}_interested_at", now)
    synergy.acted_at = now
    kind = "synergy.interested"
    if synergy.introduced:
        kind = "synergy.introduced"
        introduce(synergy)
        if synergy.stage == Stage.IDEA:
            put_stage(synergy, Stage.DISCUSSION)
    synergy.save(update_fields=[f"{side}_interested_at", "acted_at", "stage", "stage_changed_at", *also])
    record_event(kind=kind, subject=synergy, actor=actor, data={"by": side, "stage": synergy.stage})
    return synergy


def introduce(synergy: Synergy) -> None:
    """Let each party know from now on who stands behind the other's listing, and behind no other of theirs."""
    across = ((synergy.offer_id, synergy.receiver_id), (synergy.request_id, synergy.supplier_id))
    Introduction.objects.bulk_create(
        [
            Introduction(organization_id=reader, listing_id=listing)
            for listing, reader in across
            if listing is not None
        ],
        ignore_conflicts=True,
    )


def put_stage(synergy: Synergy, stage: Stage) -> None:
    """Set a stage that the table of moves allows; the caller saves it."""
    if not may_move("synergy", synergy.stage, stage):
        raise Conflict(
            _("From “%(origin)s” a synergy does not go to “%(target)s”.")
            % {"origin": Stage(synergy.stage).label, "target": stage.label},
            code="stage_forbidden",
        )
    synergy.stage = stage
    synergy.stage_changed_at = timezone.now()


def move_stage(synergy: Synergy, stage: Stage) -> Happened:
    """Set and save a stage, and return the event that says so."""
    origin = synergy.stage
    put_stage(synergy, stage)
    synergy.acted_at = synergy.stage_changed_at
    synergy.save(update_fields=["stage", "stage_changed_at", "acted_at"])
    return stage_changed(synergy, origin)


def stage_changed(synergy: Synergy, origin: str) -> Happened:
    """Return the event that says from which stage a synergy came to that which it has."""
    return Happened("synergy.stage_changed", synergy, {"from": origin, "to": synergy.stage})


def check_live(synergy: Synergy) -> None:
    """Raise `Conflict` for a synergy that is over."""
    if not synergy.is_live:
        raise Conflict(
            _("This synergy is %(stage)s; nothing more is done in it.")
            % {"stage": Stage(synergy.stage).label},
            code="stage_forbidden",
        )


@transaction.atomic
def set_next_step(
    *, actor: User, synergy: Synergy, text: str, on: date | None, by: str, seen: str = ""
) -> Synergy:
    """Say what comes next, when, and who does it; an empty text: nothing.

    `seen` is the version that the actor saw (`common.versions`); raises `Outdated` where another one holds.
    """
    text = text.strip()
    errors = {}
    if by not in ("", *Actor.values):
        errors["by"] = _("Choose one of: %(choices)s.") % {"choices": ", ".join(Actor.values)}
    if len(text) > LONGEST_STEP:
        errors["text"] = _("At most %(most)s characters.") % {"most": LONGEST_STEP}
    if not text and (on or by):
        errors["text"] = _("Say what is to be done.")
    if errors:
        raise Invalid(errors)
    synergy = locks.lock_synergy(synergy.pk)
    check_live(synergy)
    check_version(seen, next_step_of(synergy), editable_of(synergy))
    synergy.next_step, synergy.next_step_on, synergy.next_step_by = text, on, by
    synergy.acted_at = timezone.now()
    synergy.save(update_fields=["next_step", "next_step_on", "next_step_by", "acted_at"])
    data: dict[str, Any] = {"text": text, "on": on.isoformat() if on else None, "by": by}
    record_event(kind="synergy.next_step", subject=synergy, actor=actor, data=data)
    return synergy


@transaction.atomic
def set_attribution(*, actor: User, synergy: Synergy, share: Decimal, reason: str, seen: str = "") -> Synergy:
    """Say which share of the benefit the network's work explains; less than all needs a reason.

    `seen` is the version that the actor saw (`common.versions`); raises `Outdated` where another one holds.
    """
    reason = reason.strip()[:1000]
    errors = {}
    if not share.is_finite() or not 0 <= share <= 1:
        errors["share"] = _("Type a number from 0 to 1.")
    elif share != 1 and not reason:
        errors["reason"] = _("Say what else the benefit comes from.")
    if errors:
        raise Invalid(errors)
    synergy = locks.lock_synergy(synergy.pk)
    check_version(seen, attribution_of(synergy), editable_of(synergy))
    synergy.attribution = share.quantize(Decimal("0.0001"))
    synergy.attribution_reason = reason
    synergy.save(update_fields=["attribution", "attribution_reason"])
    record_event(
        kind="synergy.attribution", subject=synergy, actor=actor, data={"share": str(synergy.attribution)}
    )
    return synergy


# --- giving up ----------------------------------------------------------------------------------------------
@transaction.atomic
def lose(*, actor: User, synergy: Synergy, reason: str, remark: str = "") -> Synergy:
    """Give a synergy up, saying why; a bid that waits for an answer is declined with it."""
    remark = remark.strip()[:1000]
    if reason not in LostReason.values:
        raise Invalid(
            {"reason": _("Choose one of: %(choices)s.") % {"choices": ", ".join(LostReason.values)}}
        )
    if reason == LostReason.OTHER and not remark:
        raise Invalid({"remark": _("Say the reason in a few words.")})
    locks.lock_listings(synergy.listing_ids)
    synergy = locks.lock_synergy(synergy.pk)
    check_live(synergy)
    if Agreement.objects.filter(synergy=synergy, state=AgreementState.ACTIVE).exists():
        raise Conflict(
            _("There is an active agreement. Cancel it, both of you, or complete it."), code="stage_forbidden"
        )
    happened = []
    bid = locks.lock_live_bid(synergy.pk)
    # A sealed bid is decided with its tender: to decline it now would tell that there is one.
    if bid is not None and bid.tender_id is None:
        decide(actor, BidState.DECLINED, bid, reason=_("The synergy was given up."))
        happened.append(Happened("bid.declined", bid, {"synergy": synergy.pk}))
    put_stage(synergy, Stage.LOST)
    synergy.lost_reason, synergy.lost_remark = reason, remark
    synergy.acted_at = synergy.stage_changed_at
    synergy.save(update_fields=["stage", "stage_changed_at", "lost_reason", "lost_remark", "acted_at"])
    record_events(
        actor=actor,
        happenings=[*happened, Happened("synergy.lost", synergy, {"reason": reason, "remark": remark})],
    )
    return synergy


# --- going stale --------------------------------------------------------------------------------------------
@transaction.atomic
def remind_stale(*, after: timedelta) -> list[Synergy]:
    """Mark and return the live synergies in which nobody did anything for so long, or whose next step is due.

    Each is returned once until somebody acts again.
    """
    unreminded = Q(reminded_at__isnull=True) | Q(reminded_at__lt=F("acted_at"))
    live = Synergy.objects.filter(unreminded, stage__in=LIVE_STAGES)
    # No place is a whole day ahead of UTC; which of these are over says the day at the sites.
    perhaps = live.filter(next_step_on__lte=timezone.now().date()).select_related(
        "supplier_site", "receiver_site"
    )
    due = [synergy.pk for synergy in perhaps if step_overdue(synergy)]
    found = live.filter(Q(acted_at__lt=Now() - after) | Q(pk__in=due))
    locks.lock_synergies(found.values_list("pk", flat=True))
    stale = list(found.order_by("pk"))
    if stale:
        Synergy.objects.filter(pk__in=[synergy.pk for synergy in stale]).update(reminded_at=Now())
        record_events(actor=None, happenings=[Happened("synergy.reminded", synergy) for synergy in stale])
    return stale
