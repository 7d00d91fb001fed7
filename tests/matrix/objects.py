"""Two organizations with one of everything, and what of it is hidden."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.utils import timezone

from accounts.models import Invitation, Membership, Organization, Programme, Role, Site, User
from accounts.services.sites import SiteDetails, create_site
from accounts.services.tokens import create_api_token
from catalogue.models import Resource
from catalogue.precedents.services import PrecedentDetails, add_precedent
from listings.bulk.services import check_import, start_import
from listings.models import Alert, Disclosure, Listing, Side
from listings.services.favourites import star
from listings.services.files import add_file as add_listing_file
from listings.services.listings import create_listing, pause_listing
from listings.services.saved_searches import save_search
from matching.models import Match
from matching.services.refresh import refresh_matches
from notifications.models import Channel, Notification
from notifications.models import Kind as NotificationKind
from notifications.services.outbox import queue_letter
from notifications.services.stopping import stop_token
from planning.services.runs import start_run
from planning.services.scenarios import ScenarioDetails, create_scenario
from planning.services.working import work_run
from register.services.claims import claim_plant
from tests.conftest import join, make_plant, make_terms, make_user
from tests.matrix.routes import ACTORS, MISSING, Route, kind_of
from tests.trading.conftest import agree, bid_in, introduce
from trading.models import ImpactEntry
from trading.services.deliveries import Consignment, add_delivery_file, record_delivery
from trading.services.messages import add_file
from trading.services.tenders import open_tender

SECRET = "secret-of-an-invitation"


@dataclass(frozen=True)
class Hidden:
    """An object that some of the actors may not see."""

    kind: str
    pk: int
    why: str
    actors: tuple[str, ...] = ACTORS


@dataclass(frozen=True)
class World:
    """The cast, the object that each kind of address names, what right requests send, and what is hidden."""

    actors: Mapping[str, User | None]
    objects: Mapping[str, Any]
    bodies: Mapping[str, dict[str, Any]]
    hidden: Sequence[Hidden]

    def key(self, route: "Route") -> object:
        """Return the key of the object that the route's address shall name."""
        if not route.has_object:
            return ""
        return self.objects["secret" if "<str:secret>" in route.pattern else kind_of(route)]


def invite(organization: Organization, by: User, email: str, secret: str, *, days: int = 1) -> Invitation:
    # The service mails its secret and returns none, so the digest is made here as it is there.
    return Invitation.objects.create(
        organization=organization,
        email=email,
        role=Role.TRADER,
        invited_by=by,
        digest=sha256(secret.encode()).hexdigest(),
        expires_at=timezone.now() + timedelta(days=days),
    )


def objects_of(owner: User, site: Site, partner: User, partner_site: Site, secret: str) -> dict[str, Any]:
    """Fill an organization; return the keys of its objects."""
    organization = site.organization
    terms = {
        "offer": make_terms(Side.OFFER, site),
        "other offer": make_terms(Side.OFFER, site, quantity=Decimal(9_000)),
        "draft": make_terms(Side.OFFER, site, resource="fgd-gypsum"),
        "paused": make_terms(Side.OFFER, site, resource="fgd-gypsum"),
        "among members": make_terms(Side.OFFER, site, resource="fgd-gypsum", disclosure=Disclosure.PROGRAMME),
    }
    listings = {
        name: create_listing(actor=owner, organization=organization, terms=of, publish=name != "draft")
        for name, of in terms.items()
    }
    pause_listing(actor=owner, listing=listings["paused"])
    request_terms = make_terms(Side.REQUEST, partner_site)
    request = create_listing(actor=partner, organization=partner_site.organization, terms=request_terms)
    for listing in (request, listings["offer"], listings["other offer"]):
        refresh_matches(listing_id=listing.pk)
    empty = SiteDetails("Empty", "Kalundborg", "DK", 55.7, 11.1)
    member = make_user(f"member-of-{organization.slug}@example.org")
    join(member, organization, Role.TRADER)
    token, _secret = create_api_token(actor=owner, name="a system")
    sheet = SimpleUploadedFile("listings.csv", b"resource,quantity,unit\ncoal fly ash,5,t\n")
    sent = start_import(actor=owner, organization=organization, upload=sheet)
    check_import(import_id=sent.pk)
    sheet_of_it = SimpleUploadedFile("moisture.csv", b"moisture;0.4")
    of_listing = add_listing_file(actor=owner, listing=listings["among members"], upload=sheet_of_it)
    return {
        "listing file": of_listing.pk,
        **{name: listing.pk for name, listing in listings.items()},
        **deals_of(owner, site, partner, partner_site.organization, listings["among members"]),
        "match": Match.objects.get(offer=listings["offer"]).pk,
        "other match": Match.objects.get(offer=listings["other offer"]).pk,
        "site": site.pk,
        "empty site": create_site(actor=owner, organization=organization, details=empty).pk,
        "member": Membership.objects.get(user=member).pk,
        "invitation": invite(organization, owner, f"new-at-{organization.slug}@example.org", secret).pk,
        "secret": secret,
        "part of the sitemap": "pages",
        "published case": "kalundborg",
        "organization": organization.pk,
        "token": token.pk,
        "passkey": MISSING,
        "import": sent.pk,
        **claim_of(owner, organization),
        **kept_by(owner, listings["offer"]),
        **told_of(owner),
    }


def kept_by(owner: User, listing: Listing) -> dict[str, int]:
    """Let the owner keep a search and star a listing of their own."""
    search = save_search(
        actor=owner, name="Kept by the owner", query=QueryDict("q=fly+ash"), alert=Alert.DAILY
    )
    return {"saved search": search.pk, "favourite": star(actor=owner, listing=listing).listing_id}


def told_of(owner: User) -> dict[str, Any]:
    """Tell the owner something, by letter too."""
    notification = Notification.objects.create(
        person=owner,
        told="address.refused",
        kind=NotificationKind.ADDRESS,
        channel=Channel.INBOX,
        key="test",
        subject_type="accounts.user",
        subject_id=owner.pk,
        address="/inbox/settings/",
        words={"email": owner.email},
    )
    letter = queue_letter(to=owner.email, subject="Read this", text="Read this.", html="<p>Read this.</p>")
    return {
        "notification": notification.pk,
        "letter": letter.pk,
        "stop": stop_token(owner, "bid"),
        "kind of notification": "bid",
    }


def claim_of(owner: User, organization: Organization) -> dict[str, int]:
    """Let an organization claim a plant of a register, and leave another one for others to claim."""
    claimed, free = (make_plant(register_id=f"{organization.pk}-{number}") for number in range(2))
    claim = claim_plant(actor=owner, organization=organization, plant=claimed)
    return {"claim": claim.pk, "plant": free.pk}


def deals_of(
    owner: User, site: Site, partner: User, other: Organization, among_members: Any
) -> dict[str, int]:
    """Let the partner enquire, bid, agree and deliver; return the keys of what comes of it."""
    organization = site.organization
    wanted, traded, tendered = (
        create_listing(
            actor=owner,
            organization=organization,
            terms=make_terms(Side.OFFER, site, resource="coal-bottom-ash", quantity=Decimal(1_000 + number)),
        )
        for number in range(3)
    )
    bid = bid_in(introduce(wanted, other), other, quantity=Decimal(10))
    agreement = agree(introduce(traded, other), quantity=Decimal(10))
    upload = SimpleUploadedFile("analysis.csv", b"loi;4.1")
    file = add_file(actor=partner, synergy=bid.synergy, organization=other, upload=upload)
    consignment = Consignment("W-1", timezone.now().date(), Decimal(2), "t")
    delivery = record_delivery(
        actor=partner, agreement=agreement, organization=other, consignment=consignment
    )
    ticket = SimpleUploadedFile("ticket.csv", b"t;2")
    evidence = add_delivery_file(actor=partner, delivery=delivery, organization=other, upload=ticket)
    deadline = timezone.now() + timedelta(days=3)
    entry = ImpactEntry.objects.filter(agreement=agreement).earliest("pk")
    return {
        "impact": entry.pk,
        "synergy": bid.synergy_id,
        "synergy file": file.pk,
        "bid": bid.pk,
        "agreement": agreement.pk,
        "delivery": delivery.pk,
        "delivery file": evidence.pk,
        "tender": open_tender(actor=owner, listing=tendered, deadline=deadline).pk,
        "tender among members": open_tender(actor=owner, listing=among_members, deadline=deadline).pk,
    }


def plans_of(facilitator: User, programme: Programme) -> dict[str, int]:
    """Let a facilitator make a scenario and have it run to its end."""
    details = ScenarioDetails(name="As it is")
    scenario = create_scenario(actor=facilitator, programme=programme, details=details)
    run = start_run(actor=facilitator, scenario=scenario)
    work_run(run_id=run.pk)
    return {"scenario": scenario.pk, "plan run": run.pk}


def an_added_precedent(facilitator: User, programme: Programme) -> int:
    ash = Resource.objects.get(slug="coal-fly-ash")
    details = PrecedentDetails("Aalborg", "DK", "Power station", "Cement works", ash, "A report")
    return add_precedent(actor=facilitator, programme=programme, details=details).pk
