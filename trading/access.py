"""Which synergies, bids, tenders and agreements somebody may see, and for which party they may act.

A synergy is open to the members of its two parties and to facilitators of a programme of either. A sealed bid is
its bidder's alone until the deadline, by the database's clock; so is a synergy that only a sealed bid opened.
"""

from collections.abc import Iterable
from typing import Final

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from accounts.access import (
    AnyUser,
    can_trade,
    facilitated_organizations,
    organizations_of,
    role_in,
    viewer_only,
)
from accounts.models import Organization, Programme
from catalogue.models import Resource
from common.errors import Forbidden, NotFound
from common.rows import Columns, split
from listings.access import listings_on_market
from listings.disclosure.rules import Reader, unknown_to
from listings.models import Listing
from matching.access import parties_only
from trading.models import (
    Agreement,
    Bid,
    Delivery,
    DeliveryFile,
    ImpactEntry,
    Origin,
    Synergy,
    SynergyFile,
    Tender,
)

# All that answering a bid reads before it locks the rows and reads them anew, and what the answer shows.
_ANSWERED: Final = (
    Columns(Bid, "b", "id", "organization", "tender", "synergy"),
    Columns(Synergy, "s", "id", "supplier", "receiver", "resource", "offer", "request"),
    Columns(Organization, "supplier", "id", "name"),
    Columns(Organization, "receiver", "id", "name"),
    Columns(Resource, "resource", "id", "slug", "name", "dimension"),
)
_LARGEST_KEY: Final = 2**63 - 1
_PARTIES = ("supplier", "receiver", "resource", "offer__resource", "request__resource")


def _unsealed() -> Q:
    return Q(tender__isnull=True) | Q(tender__deadline__lte=Now()) & (
        Q(tender__decided_at__isnull=True) | Q(tender__decided_at__gte=F("tender__deadline"))
    )


# --- synergies ----------------------------------------------------------------------------------------------
def with_parties(synergies: QuerySet[Synergy]) -> QuerySet[Synergy]:
    """Load what a row about a synergy shows, without a query per row."""
    return synergies.select_related(*_PARTIES, "supplier_site", "receiver_site")


def own_synergies(user: AnyUser) -> QuerySet[Synergy]:
    """Return the synergies of the user's organizations, without those that only a sealed bid opened for them."""
    own = organizations_of(user)
    return Synergy.objects.filter(Q(supplier__in=own) | Q(receiver__in=own)).filter(_not_under_seal(own))


def _not_under_seal(own: QuerySet[Organization]) -> Q:
    return (
        ~Q(origin=Origin.TENDER)
        | Q(supplier_interested_at__isnull=False, receiver_interested_at__isnull=False)
        | Q(supplier_interested_at__isnull=False, supplier__in=own)
        | Q(receiver_interested_at__isnull=False, receiver__in=own)
        | Q(Exists(Bid.objects.filter(_unsealed(), synergy=OuterRef("pk"))))
    )


def visible_synergies(user: AnyUser) -> QuerySet[Synergy]:
    """Return every synergy that the user may see, as a party or as a facilitator of one."""
    own, facilitated = organizations_of(user), facilitated_organizations(user)
    return Synergy.objects.filter(
        Q(supplier__in=own) | Q(receiver__in=own) | Q(supplier__in=facilitated) | Q(receiver__in=facilitated)
    ).filter(_not_under_seal(own))


def get_synergy(user: AnyUser, pk: int) -> Synergy:
    """Return a synergy that the user may see, its parties named as this user may know them."""
    synergy = with_parties(visible_synergies(user)).filter(pk=pk).first()
    if synergy is None:
        raise NotFound
    mark_parties(user, [synergy])
    return synergy


def acting_party(user: AnyUser, synergy: Synergy, organization_id: int | None = None) -> Organization:
    """Return the party that the user acts for, `organization_id` where that is one; `Forbidden` without a role to.

    Whoever may act for both parties and names none acts for the supplier.
    """
    parties = [synergy.supplier, synergy.receiver]
    chosen = [party for party in parties if party.pk == organization_id] or parties
    for party in chosen:
        if can_trade(user, party.pk):
            return party
    if any(role_in(user, party.pk) for party in parties):
        raise viewer_only()
    raise parties_only()


def get_synergy_to_act(
    user: AnyUser, pk: int, organization_id: int | None = None
) -> tuple[Synergy, Organization]:
    """Return a synergy and the party for which the user may act in it: bid, answer, show interest."""
    synergy = get_synergy(user, pk)
    return synergy, acting_party(user, synergy, organization_id)


def get_synergy_to_work_on(
    user: AnyUser, pk: int, organization_id: int | None = None
) -> tuple[Synergy, Organization | None]:
    """Return a synergy and the party that the user speaks for, None for a facilitator: to write, plan, give up."""
    synergy = get_synergy(user, pk)
    try:
        return synergy, acting_party(user, synergy, organization_id)
    except Forbidden:
        if not facilitates_synergy(user, synergy):
            raise
        return synergy, None


def facilitates_synergy(user: AnyUser, synergy: Synergy) -> bool:
    """Whether the user is a facilitator of a programme of either party."""
    return (
        user.is_authenticated
        and Programme.objects.filter(
            facilitators=user.pk, organizations__in=[synergy.supplier_id, synergy.receiver_id]
        ).exists()
    )


def facilitators_only() -> Forbidden:
    """Return what others than a party's facilitators are answered."""
    return Forbidden(_("Only a facilitator of a programme of one of the parties can do this."))


def get_synergy_to_facilitate(user: AnyUser, pk: int) -> Synergy:
    """Return a synergy of which the user facilitates a party: to verify, to set the attribution."""
    synergy = get_synergy(user, pk)
    if not facilitates_synergy(user, synergy):
        raise facilitators_only()
    return synergy


def mark_parties(user: AnyUser, synergies: Iterable[Synergy]) -> list[Synergy]:
    """Return the synergies with `supplier_name` and `receiver_name` as this user may know them.

    A party is known to its members and its facilitators, to the other party once both are introduced, and to whom its
    own listing names it.
    """
    reader = Reader(user)
    marked = list(synergies)
    for synergy in marked:
        for side, other, listing in (
            ("supplier", synergy.receiver_id, synergy.offer),
            ("receiver", synergy.supplier_id, synergy.request),
        ):
            party: Organization = getattr(synergy, side)
            is_known = (
                party.pk in reader.trusted
                or (synergy.introduced and other in reader.own)
                or (listing is not None and reader.knows(listing))
            )
            setattr(synergy, f"{side}_known", is_known)
            setattr(synergy, f"{side}_name", party.name if is_known else _code_name(synergy, side, listing))
    return marked


def with_unknown_party(user: AnyUser, synergies: QuerySet[Synergy]) -> QuerySet[Synergy]:
    """Narrow to the synergies of which the user does not know both parties: the rule of `mark_parties`, in SQL."""
    return synergies.filter(_unknown(user, "supplier") | _unknown(user, "receiver"))


def with_known_party(
    user: AnyUser, synergies: QuerySet[Synergy], organization: Organization
) -> QuerySet[Synergy]:
    """Narrow to the synergies of which an organization is a party whom the user knows as one."""
    return synergies.filter(
        Q(supplier=organization) & ~Q(pk__in=synergies.filter(_unknown(user, "supplier")).values("pk"))
        | Q(receiver=organization) & ~Q(pk__in=synergies.filter(_unknown(user, "receiver")).values("pk"))
    )


def _unknown(user: AnyUser, side: str) -> Q:
    listing, other = {"supplier": ("offer", "receiver"), "receiver": ("request", "supplier")}[side]
    introduced = Q(supplier_interested_at__isnull=False, receiver_interested_at__isnull=False)
    introduced &= Q(**{f"{other}__in": organizations_of(user)})
    return unknown_to(Reader(user), listing, side) & ~introduced


def knows_party(synergy: Synergy, organization_id: int | None) -> bool:
    """Whether the reader of a marked synergy knows who that is: a party by its key, None for a facilitator."""
    if organization_id is None:
        return True
    known: bool = getattr(synergy, f"{synergy.side_of(organization_id)}_known")
    return known


def _code_name(synergy: Synergy, side: str, listing: Listing | None) -> str:
    if listing is not None:
        return listing.code_name
    digest = salted_hmac(f"trading.{side}", str(synergy.pk)).hexdigest()[:4].upper()
    return (_("Seller %s") if side == "supplier" else _("Buyer %s")) % digest


def visible_files(user: AnyUser) -> QuerySet[SynergyFile]:
    """Return the documents of synergies that the user may see: another party's once both are introduced.

    A facilitator sees the documents of those they facilitate, and of others where they know both parties.
    """
    own, facilitated = organizations_of(user), facilitated_organizations(user)
    introduced = Q(
        synergy__supplier_interested_at__isnull=False, synergy__receiver_interested_at__isnull=False
    ) & (Q(synergy__supplier__in=own) | Q(synergy__receiver__in=own))
    facilitates = Q(synergy__supplier__in=facilitated) | Q(synergy__receiver__in=facilitated)
    unknown = with_unknown_party(user, visible_synergies(user))
    return (
        SynergyFile.objects.filter(synergy__in=visible_synergies(user))
        .filter(
            Q(organization__isnull=True)
            | Q(organization__in=own)
            | Q(organization__in=facilitated)
            | introduced
            | facilitates & ~Q(synergy__in=unknown.values("pk"))
        )
        .select_related("synergy", "organization", "uploaded_by")
    )


def get_synergy_file(user: AnyUser, pk: int) -> SynergyFile:
    """Return a document of a synergy that the user may open."""
    file = visible_files(user).filter(pk=pk).first()
    if file is None:
        raise NotFound
    return file


# --- bids ---------------------------------------------------------------------------------------------------
def visible_bids(user: AnyUser) -> QuerySet[Bid]:
    """Return the bids that the user may see: sealed ones of others only after the deadline."""
    return Bid.objects.filter(synergy__in=visible_synergies(user)).filter(
        _unsealed() | Q(organization__in=organizations_of(user))
    )


def with_terms(bids: QuerySet[Bid]) -> QuerySet[Bid]:
    """Load what a bid shows and what deciding on it needs, without a query per row."""
    related = (f"synergy__{name}" for name in _PARTIES)
    return bids.select_related(*related, "organization", "tender", "by")


def get_bid(user: AnyUser, pk: int) -> Bid:
    """Return a bid that the user may see."""
    bid = with_terms(visible_bids(user)).filter(pk=pk).first()
    if bid is None:
        raise NotFound
    return bid


def _bid_in_short(pk: int) -> Bid | None:
    if pk > _LARGEST_KEY:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(map(str, _ANSWERED))} FROM trading_bid b "  # noqa: S608 - our own names
            "JOIN trading_synergy s ON s.id = b.synergy_id "
            "JOIN accounts_organization supplier ON supplier.id = s.supplier_id "
            "JOIN accounts_organization receiver ON receiver.id = s.receiver_id "
            "JOIN catalogue_resource resource ON resource.id = s.resource_id WHERE b.id = %s",
            [pk],
        )
        found = cursor.fetchone()
    if found is None:
        return None
    bid: Bid
    bid, synergy, supplier, receiver, resource = split(found, *_ANSWERED)
    synergy.supplier, synergy.receiver, synergy.resource = supplier, receiver, resource
    bid.synergy = synergy
    return bid


def get_bid_to_answer(user: AnyUser, pk: int) -> Bid:
    """Return a bid that the user may accept, decline or counter: for the party that did not make it."""
    bid = _bid_in_short(pk)
    answering = bid.synergy.other_than(bid.organization_id) if bid else 0
    # Whoever trades for the other party sees every bid that is not sealed; the rest is looked at more closely.
    if bid is not None and bid.tender_id is None and can_trade(user, answering):
        return bid
    bid = get_bid(user, pk)
    if can_trade(user, answering):
        return bid
    if role_in(user, answering):
        raise viewer_only()
    raise Forbidden(_("Only the other party can answer a bid."))


def get_bid_to_withdraw(user: AnyUser, pk: int) -> Bid:
    """Return a bid that the user may take back: for the party that made it."""
    bid = get_bid(user, pk)
    if can_trade(user, bid.organization_id):
        return bid
    if role_in(user, bid.organization_id):
        raise viewer_only()
    raise Forbidden(_("Only the party that made a bid can withdraw it."))


# --- tenders ------------------------------------------------------------------------------------------------
def visible_tenders(user: AnyUser) -> QuerySet[Tender]:
    """Return the tenders for listings on the market or of the user's, those bid in, and those facilitated."""
    own = organizations_of(user)
    return Tender.objects.filter(
        Q(listing__in=listings_on_market(user).values("pk"))
        | Q(listing__organization__in=own)
        | Q(listing__organization__in=facilitated_organizations(user))
        | Exists(Bid.objects.filter(tender=OuterRef("pk"), organization__in=own))
    ).select_related("listing__resource", "listing__organization", "listing__site")


def get_tender(user: AnyUser, pk: int) -> Tender:
    """Return a tender that the user may see."""
    tender = visible_tenders(user).filter(pk=pk).first()
    if tender is None:
        raise NotFound
    return tender


def get_tender_to_decide(user: AnyUser, pk: int) -> Tender:
    """Return a tender that the user may award or cancel: for the listing's organization."""
    tender = get_tender(user, pk)
    if can_trade(user, tender.listing.organization_id):
        return tender
    if role_in(user, tender.listing.organization_id):
        raise viewer_only()
    raise Forbidden(_("Only the owner of the listing decides its tender."))


# --- agreements, deliveries, ledger -------------------------------------------------------------------------
def visible_agreements(user: AnyUser) -> QuerySet[Agreement]:
    """Return the agreements of the synergies that the user may see."""
    return Agreement.objects.filter(synergy__in=visible_synergies(user)).select_related(
        "supplier", "receiver", "resource", "synergy", "offer__resource", "request__resource", "bid"
    )


def get_agreement(user: AnyUser, pk: int) -> Agreement:
    """Return an agreement that the user may see."""
    agreement = visible_agreements(user).filter(pk=pk).first()
    if agreement is None:
        raise NotFound
    return agreement


def get_agreement_to_print(user: AnyUser, pk: int) -> tuple[Agreement, Synergy]:
    """Return an agreement with its marked synergy for the summary, which names both parties and their sites.

    `Forbidden` for who does not know one of them, such as a facilitator of the other one alone.
    """
    agreement = get_agreement(user, pk)
    synergy = get_synergy(user, agreement.synergy_id)
    if not (synergy.supplier_known and synergy.receiver_known):
        raise Forbidden(_("The summary names both parties, and you do not know one of them."))
    return agreement, synergy


def get_agreement_to_act(
    user: AnyUser, pk: int, organization_id: int | None = None
) -> tuple[Agreement, Organization]:
    """Return an agreement and the party for which the user may act: deliver, cancel, complete."""
    agreement = get_agreement(user, pk)
    agreement.synergy.supplier, agreement.synergy.receiver = agreement.supplier, agreement.receiver
    return agreement, acting_party(user, agreement.synergy, organization_id)


def visible_deliveries(user: AnyUser) -> QuerySet[Delivery]:
    """Return the deliveries of the agreements that the user may see."""
    return Delivery.objects.filter(agreement__synergy__in=visible_synergies(user)).select_related(
        "agreement__synergy", "agreement__resource", "organization", "reported_by"
    )


def get_delivery(user: AnyUser, pk: int) -> Delivery:
    """Return a delivery that the user may see."""
    delivery = visible_deliveries(user).filter(pk=pk).first()
    if delivery is None:
        raise NotFound
    return delivery


def get_delivery_to_act(
    user: AnyUser, pk: int, organization_id: int | None = None
) -> tuple[Delivery, Organization]:
    """Return a delivery and the party for which the user may act: correct, confirm, add evidence."""
    delivery = get_delivery(user, pk)
    return delivery, acting_party(user, delivery.agreement.synergy, organization_id)


def get_delivery_file(user: AnyUser, pk: int) -> DeliveryFile:
    """Return a piece of evidence of a delivery that the user may see."""
    file = (
        DeliveryFile.objects.filter(pk=pk, delivery__in=visible_deliveries(user).values("pk"))
        .select_related("delivery")
        .first()
    )
    if file is None:
        raise NotFound
    return file


def visible_impact(user: AnyUser) -> QuerySet[ImpactEntry]:
    """Return the ledger's lines of the synergies that the user may see."""
    return ImpactEntry.objects.filter(synergy__in=visible_synergies(user))
