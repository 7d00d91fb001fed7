"""How deals are written on pages: whose turn, who pays whom, what is left, when."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access import can_trade, facilitates_organization, has_members, is_member
from accounts.models import Programme, Site
from catalogue.called import called
from common.reading.names import name_key
from common.templatetags.loopyard import number
from listings.models import Listing, State
from matching.access import may_be_taken_up
from matching.models import Match
from trading.access import knows_party, own_synergies, visible_synergies, visible_tenders
from trading.models import LIVE_STAGES, Actor, Agreement, Bid, ImpactEntry, Synergy, TenderState
from trading.selectors.impact import programme_figures
from trading.selectors.terms_in_words import TermRow, days_words, rows_of, said_of, total_words
from trading.selectors.turns import BOTH, NOBODY, Turn
from trading.selectors.words import baseline_words, code_words, metric_words, pays_words, utc

register = template.Library()

THIN_SPACE = "\u202f"

register.simple_tag(pays_words)
register.filter(code_words)
register.filter(utc)
register.filter(metric_words)
register.filter(baseline_words)


@register.filter
def is_turn_of(turn: Turn, side: str) -> bool:
    """Whether the turn is this side's."""
    return turn.is_of(side)


@register.simple_tag
def turn_words(turn: Turn, synergy: Synergy) -> str:
    """Say what is to be done next."""
    if turn.why == "step":
        return synergy.next_step
    return {
        "interest": _("say whether you are interested"),
        "invite": _("invite the other party: nobody acts for it here yet"),
        "bid": _("answer the bid"),
        "award": _("decide the tender"),
        "cancel": _("agree to cancel the agreement, or talk about it"),
        "confirm": _("confirm what was delivered"),
        "talk": _("talk, or make a bid"),
        "run": _("runs as agreed"),
        "over": _("over"),
    }.get(turn.why, "")


@register.simple_tag
def turn_who(turn: Turn, synergy: Synergy, side: str) -> str:
    """Say whose turn it is, seen from a side ("" for a facilitator)."""
    if turn.who == NOBODY:
        return _("Nothing waits")
    if turn.is_of(side):
        return _("Your turn")
    if turn.who == BOTH:
        return _("Either party")
    if turn.who == Actor.FACILITATOR:
        return _("The facilitator") if side else _("Your turn")
    if side:
        return _("Their turn")
    return synergy.supplier_name if turn.who == Actor.SUPPLIER else synergy.receiver_name


# --- terms --------------------------------------------------------------------------------------------------


@register.filter
def knows(synergy: Synergy, organization_id: int | None) -> bool:
    """Whether the reader of a marked synergy knows who a party is; None: a facilitator."""
    return knows_party(synergy, organization_id)


@register.filter
def party_of(synergy: Synergy, organization_id: int) -> str:
    """Return how a party of a marked synergy is called to the reader."""
    return synergy.supplier_name if organization_id == synergy.supplier_id else synergy.receiver_name


@register.filter
def tonnes_of(value: Decimal) -> str:
    """Write an amount of the ledger, with as many decimals as its size deserves."""
    places = 0 if not value or abs(value) >= 1000 else 1 if abs(value) >= 100 else 2
    return number(value, places)


@register.filter
def whole_percent(share: Decimal) -> str:
    """Write a share in percent, with its decimals where it has any."""
    return f"{number(share * 100)}{THIN_SPACE}%"


@register.simple_tag
def term_rows(terms: Bid | Agreement, side: str = "", before: Bid | None = None) -> list[TermRow]:
    """Return what a bid or agreement says, exactly; with `before`, also what each term was there."""
    return rows_of(terms, side=side or "", before=before or None)


@register.simple_tag
def quantity_of(terms: Bid | Agreement) -> SafeString:
    """Write the quantity as it was typed, the canonical one beside it."""
    row = rows_of(terms)[0]
    beside = format_html(' <span class="soft small unbroken">({})</span>', row.beside) if row.beside else ""
    return format_html('<span class="number">{}</span>{}', row.words, beside)


@register.simple_tag
def price_of(terms: Bid | Agreement, side: str = "") -> str:
    """Say who pays whom how much per unit, as it was typed; `side` is the reader's."""
    said = said_of(terms)
    return pays_words(said.price, terms.currency, said.price_unit, side)


@register.simple_tag
def total_of(terms: Bid | Agreement) -> str:
    """Write what changes hands for the whole amount."""
    return total_words(terms)


@register.simple_tag
def days_of(terms: Bid | Agreement) -> str:
    """Write over which days the terms hold."""
    return days_words(terms)


# --- time ---------------------------------------------------------------------------------------------------


@register.filter
def left_until(moment: datetime) -> str:
    """Say how long it is until a moment; empty once it is past."""
    rest = moment - timezone.now()
    if rest <= timedelta(0):
        return ""
    days, hours, minutes = rest.days, rest.seconds // 3600, rest.seconds % 3600 // 60
    if days:
        return ngettext("in %(days)s day", "in %(days)s days", days) % {"days": days}
    if hours:
        return _("in %(hours)s h %(minutes)s min") % {"hours": hours, "minutes": minutes}
    return _("in %(minutes)s min") % {"minutes": max(1, minutes)}


@register.simple_tag(takes_context=True)
def to_invite(context: dict[str, Any], synergy: Synergy) -> int | None:
    """Return the party that nobody acts for, where the reader facilitates it and can invite its first member."""
    user = context["request"].user
    parties = (synergy.supplier_id, synergy.receiver_id)
    return next(
        (party for party in parties if not has_members(party) and facilitates_organization(user, party)), None
    )


@register.filter
def last_action(moment: datetime) -> str:
    """Say how long ago somebody did something last."""
    days = (timezone.now() - moment).days
    if not days:
        return _("last action today")
    return ngettext("last action %(days)s day ago", "last action %(days)s days ago", days) % {"days": days}


# --- on other pages -----------------------------------------------------------------------------------------
@register.inclusion_tag("trading/_on_listing.html", takes_context=True)
def deals_on_listing(context: dict[str, Any], listing: Listing) -> dict[str, Any]:
    """Show what of a listing is left, and the ways into a deal from it."""
    request = context["request"]
    user, membership = request.user, context.get("membership")
    own = is_member(user, listing.organization_id)
    tender = visible_tenders(user).filter(listing=listing, state=TenderState.OPEN).first()
    mine = visible_synergies(user) if user.is_authenticated else Synergy.objects.none()
    count = mine.filter(stage__in=LIVE_STAGES)
    deals = (
        (count.filter(offer=listing) | count.filter(request=listing)).count() if user.is_authenticated else 0
    )
    trades = membership is not None and can_trade(user, membership.organization_id)
    may_ask = trades and not own and tender is None and listing.state == State.PUBLISHED
    facilitates = facilitates_organization(user, listing.organization_id)
    deserted = (may_ask or facilitates) and not has_members(listing.organization_id)
    return {
        "listing": listing,
        "own": own,
        "tender": tender,
        "deals": deals,
        "may_enquire": may_ask and not deserted,
        "nobody_there": deserted,
        "may_invite": facilitates and deserted,
        "may_open_tender": own
        and tender is None
        and listing.state == State.PUBLISHED
        and can_trade(user, listing.organization_id),
        "may_pair": context.get("facilitates") and listing.state == State.PUBLISHED and not own,
    }


@register.inclusion_tag("trading/_on_match.html", takes_context=True)
def deal_on_match(context: dict[str, Any], match: Match) -> dict[str, Any]:
    """Show the deal that a match became, or the way into one."""
    request = context["request"]
    user = request.user
    parties = (match.offer.organization_id, match.request.organization_id)
    visible = own_synergies(user) | visible_synergies(user)
    synergy = visible.filter(offer=match.offer_id, request=match.request_id).order_by("-pk").first()
    open_to_all = match.fits and may_be_taken_up(match)
    is_live = synergy is not None and synergy.is_live
    trades = any(can_trade(user, pk) for pk in parties)
    return {
        "match": match,
        "synergy": synergy,
        "may_show_interest": trades and open_to_all and not is_live,
        "may_pair": context.get("facilitates") and not trades and match.fits and not is_live,
        "reads_only": open_to_all
        and not is_live
        and not trades
        and any(is_member(user, pk) for pk in parties),
        "request": request,
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("trading/_on_programme.html", takes_context=True)
def figures_of_programme(context: dict[str, Any], programme: Programme) -> dict[str, Any]:
    """Show who facilitates a programme what it brings about."""
    user = context["request"].user
    facilitates = programme.facilitators.filter(pk=user.pk).exists()
    return {"figures": programme_figures(user, programme) if facilitates else None}


@register.filter
def site_words(site: Site) -> str:
    """Say where a site is, its name before it; the town is named once, even if the site's name ends with it."""
    names = [part.strip() for part in site.name.split(",")]
    while names and name_key(names[-1]) in (name_key(site.town), name_key(site.country)):
        names.pop()
    return ", ".join([*names, site.town, site.country])


@register.filter
def source_words(entry: ImpactEntry) -> str:
    """Say what a line of the ledger rests on."""
    if entry.factor_source:
        return called(entry.factor_source)
    return (
        _("declared by a party") if entry.delivery_id is None and entry.agreement_id is None else _("counted")
    )
