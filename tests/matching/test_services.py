from decimal import Decimal

import pytest

from accounts.models import Programme, Site, User
from catalogue.models import Resource
from common.errors import Conflict, Forbidden, Invalid, NotFound
from events.models import Event
from listings.models import Disclosure, Listing, Side
from listings.services.listings import follow_site, pause_listing, publish_listing, withdraw_listing
from matching import access
from matching.market.assumptions import MOST_MATCHES
from matching.market.rules import groups_of, load_rules
from matching.market.store import FIGURE_TYPES
from matching.models import DismissReason, MarketRow, Match, MatchState
from matching.services.refresh import refresh_matches
from matching.services.reviews import approve_match, dismiss_match
from matching.services.runs import refresh_all_matches
from tests.conftest import MakeListing, list_it, make_terms


def refresh(*listings: Listing) -> None:
    for listing in listings:
        refresh_matches(listing_id=listing.pk)


@pytest.fixture
def offer(make_offer: MakeListing) -> Listing:
    return make_offer()


@pytest.fixture
def request_listing(make_request: MakeListing) -> Listing:
    return make_request(quantity=Decimal(24_000))


@pytest.fixture
def match(offer: Listing, request_listing: Listing) -> Match:
    refresh(request_listing, offer)
    return Match.objects.get()


def test_same_resource_close_by_is_proposed(match: Match, offer: Listing, request_listing: Listing) -> None:
    assert (match.offer, match.request, match.state) == (offer, request_listing, MatchState.PROPOSED)
    assert match.parts["resource"] == 1
    assert match.amount_per_year == 12_000
    assert match.covered_share == 0.5
    # 33.4 km great circle, 1.3 times that by road.
    assert match.distance_km == pytest.approx(43.5, abs=0.2)


def test_either_side_finds_the_same_match(match: Match, offer: Listing, request_listing: Listing) -> None:
    values = Match.objects.values(*FIGURE_TYPES).get()
    Match.objects.all().delete()
    MarketRow.objects.all().delete()
    refresh(offer, request_listing)
    assert Match.objects.values(*values).get() == values


def test_whole_run_equals_single_runs(match: Match) -> None:
    before = Match.objects.values().get()
    assert refresh_all_matches() == 1
    assert Match.objects.values().get() == before, "nothing changed, so nothing is rewritten"


def test_match_whose_prices_leave_no_gain_any_more_is_retired_for_it(
    make_offer: MakeListing, make_request: MakeListing
) -> None:
    """Cement sells for 80 at least, and 45 is what the other saves at most."""
    offer = make_offer(resource="cement", price=Decimal(30))
    refresh(offer, make_request(resource="gypsum-and-lime", price=Decimal(30)))
    assert Match.objects.get().fits
    Listing.objects.filter(pk=offer.pk).update(price=100, unit_price=100)
    refresh(offer)
    found = Match.objects.get()
    assert (found.fits, found.stale_reason) == (False, "price")
    assert found.get_stale_reason_display() == "no price at which both could gain"


def test_match_of_a_treatment_that_covers_too_little_now_is_retired_for_it(
    make_offer: MakeListing, make_request: MakeListing
) -> None:
    offer = make_offer(resource="carbide-lime", quantity=Decimal(800))  # makes 980.6 t of cement
    refresh(offer, make_request(resource="cement", quantity=Decimal(9_000)))
    assert Match.objects.get().fits
    Listing.objects.filter(pk=offer.pk).update(quantity=700, amount=700)
    refresh(offer)
    found = Match.objects.get()
    assert (found.fits, found.stale_reason) == (False, "coverage")


def test_request_for_a_general_resource_accepts_its_descendants(
    offer: Listing, make_request: MakeListing
) -> None:
    general = make_request(resource="fly-ash")
    refresh(offer, general)
    found = Match.objects.get()
    assert found.request == general
    assert found.parts["resource"] == 0.85


@pytest.mark.parametrize(
    ("offered", "sought", "part"),
    [
        ("fly-ash", "coal-fly-ash", 0.4),  # ½ × 0.8 for a kind of it
        ("iron-and-steel-slag", "bof-slag", 0.32),  # two levels
        ("bof-slag", "electric-arc-furnace-slag", 0.25),  # ½ × 0.5: both are steel slag
        ("coal-fly-ash", "fly-ash", 0.85),  # a kind of what is sought: as ever
    ],
)
def test_related_resources_match_with_the_share_that_affinity_leaves(
    make_offer: MakeListing, make_request: MakeListing, offered: str, sought: str, part: float
) -> None:
    refresh(make_offer(resource=offered), make_request(resource=sought))
    found = Match.objects.get()
    assert found.parts["resource"] == part
    assert bool(found.relation) == (part < 0.5)


@pytest.mark.parametrize(
    ("offered", "sought"),
    [
        ("ashes-and-combustion-residues", "coal-fly-ash"),  # a branch says too little
        ("sulphuric-acid", "hydrochloric-acid"),  # two kinds of a group that is not close
        ("coal-bottom-ash", "coal-fly-ash"),  # cousins
    ],
)
def test_resources_that_are_far_relatives_do_not_match(
    make_offer: MakeListing, make_request: MakeListing, offered: str, sought: str
) -> None:
    refresh(make_offer(resource=offered), make_request(resource=sought))
    assert not Match.objects.exists()


def test_what_is_sought_comes_before_a_relative_that_is_as_good_otherwise(
    make_offer: MakeListing, make_request: MakeListing
) -> None:
    general, same = make_offer(resource="fly-ash"), make_offer()
    refresh(general, same, make_request(resource="coal-fly-ash"))
    first, second = Match.objects.order_by("-score")
    assert (first.offer_id, second.offer_id) == (same.pk, general.pk)
    # 0.2 of the weight × 0.6 less of the part, over the weights that are known (0.7 of 1), with the discount ×0.85.
    assert first.score - second.score == pytest.approx(0.2 * 0.6 / 0.7 * 0.85, abs=1e-8)
    assert second.relation == (
        "related, not the same: Coal fly ash is one kind of Fly ash; ask which kind is offered"
    )


@pytest.mark.django_db
def test_related_pairs_stay_within_the_groups_that_direct_pairs_and_pathways_make() -> None:
    rules = load_rules()
    table = rules.compatibility
    related = (rules.steps == 0) & (table.fit <= 0.4) & table.direct
    depth = dict(Resource.objects.values_list("pk", "depth"))
    direct_only = (rules.steps > 0) | (table.fit > 0.4) | ~table.direct
    assert 300 < related.sum() < 0.2 * len(table)
    assert {depth[pk] for pk in rules.resource_ids[table.offer_resource[related]].tolist()} == {2, 3, 4}
    assert (rules.group[table.offer_resource] == rules.group[table.request_resource]).all()
    joined = groups_of(
        table.offer_resource[direct_only].tolist(),
        table.request_resource[direct_only].tolist(),
        len(rules.resource_ids),
    )
    assert (joined == rules.group).all()


def test_own_organization_is_no_partner(offer: Listing, seller: User, asnaes_site: Site) -> None:
    refresh(offer, list_it(seller, make_terms(Side.REQUEST, asnaes_site)))
    assert not Match.objects.exists()


def test_programme_listing_matches_within_its_programme_only(
    make_offer: MakeListing,
    request_listing: Listing,
    programme: Programme,
    stranger: User,
    elsewhere_site: Site,
) -> None:
    closed = make_offer(disclosure=Disclosure.PROGRAMME)
    outside = list_it(stranger, make_terms(Side.REQUEST, elsewhere_site))
    refresh(request_listing, closed, outside)
    assert [match.request for match in Match.objects.all()] == [request_listing]


@pytest.mark.parametrize("step", [pause_listing, withdraw_listing])
def test_match_is_retired_when_a_listing_leaves_and_returns_with_it(
    match: Match, offer: Listing, seller: User, step: object
) -> None:
    step(actor=seller, listing=offer)  # type: ignore[operator]
    refresh(offer)
    match.refresh_from_db()
    assert (match.state, match.fits) == (MatchState.RETIRED, False)
    if step is pause_listing:
        publish_listing(actor=seller, listing=offer)
        refresh(offer)
        match.refresh_from_db()
        assert (match.state, match.fits) == (MatchState.PROPOSED, True)


def test_what_a_person_said_survives_a_new_run(
    match: Match, facilitator: User, offer: Listing, seller: User
) -> None:
    dismiss_match(actor=facilitator, match=match, reason=DismissReason.QUALITY, remark="Too wet")
    pause_listing(actor=seller, listing=offer)
    refresh_all_matches()
    match.refresh_from_db()
    assert (match.state, match.remark, match.fits) == (MatchState.DISMISSED, "Too wet", False)


def test_programme_weights_change_the_score(match: Match, programme: Programme) -> None:
    programme.weights = {"resource": 0, "distance": 1, "quantity": 0, "season": 0, "quality": 0, "price": 0}
    programme.save()
    refresh_all_matches()
    match.refresh_from_db()
    assert match.score == pytest.approx(match.parts["distance"], abs=1e-4)


def test_approve_notes_who_when_and_in_the_log(match: Match, facilitator: User) -> None:
    approve_match(actor=facilitator, match=match)
    match.refresh_from_db()
    assert (match.state, match.reviewed_by) == (MatchState.APPROVED, facilitator)
    event = Event.objects.get(subject_type="matching.match", subject_id=match.pk)
    assert (event.kind, event.actor_id, event.data["offer"]) == (
        "match.approved",
        facilitator.pk,
        match.offer_id,
    )


def test_approve_twice_is_a_conflict(match: Match, facilitator: User) -> None:
    approve_match(actor=facilitator, match=match)
    with pytest.raises(Conflict) as caught:
        approve_match(actor=facilitator, match=match)
    assert caught.value.code == "approved_already"


def test_approve_after_the_offer_was_paused_is_refused_before_the_worker_knows(
    match: Match, facilitator: User, offer: Listing, seller: User
) -> None:
    pause_listing(actor=seller, listing=offer)
    with pytest.raises(Conflict) as caught:
        approve_match(actor=facilitator, match=match)
    assert caught.value.code == "stale"


@pytest.mark.parametrize(
    ("reason", "remark", "field"), [("", "", "reason"), ("mood", "", "reason"), ("other", " ", "remark")]
)
def test_dismiss_needs_a_reason(
    match: Match, facilitator: User, reason: str, remark: str, field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        dismiss_match(actor=facilitator, match=match, reason=reason, remark=remark)
    assert list(caught.value.fields) == [field]


def test_who_sees_and_who_reviews(
    match: Match,
    programme: Programme,
    seller: User,
    viewer: User,
    buyer: User,
    facilitator: User,
    stranger: User,
) -> None:
    for user in (seller, viewer, buyer):
        assert access.get_match(user, match.pk) == match
        with pytest.raises(Forbidden):
            access.get_match_to_review(user, match.pk)
    assert access.get_match_to_review(facilitator, match.pk) == match
    with pytest.raises(NotFound):
        access.get_match(stranger, match.pk)


def test_dismissed_match_is_gone_for_the_parties(
    match: Match, programme: Programme, seller: User, facilitator: User
) -> None:
    dismiss_match(actor=facilitator, match=match, reason=DismissReason.KNOWN)
    with pytest.raises(NotFound):
        access.get_match(seller, match.pk)
    assert access.get_match(facilitator, match.pk) == match


def test_anonymous_partner_moves_no_number_within_its_cell(
    make_offer: MakeListing, request_listing: Listing, seller: User, asnaes_site: Site
) -> None:
    """Whoever sees the match learns the cell, and the score tells nothing more."""
    hidden = make_offer(disclosure=Disclosure.ANONYMOUS)
    refresh(request_listing, hidden)
    before = Match.objects.values(
        *("distance_km", "score", "break_even_km"), "benefit_low_eur_per_year", "benefit_high_eur_per_year"
    ).get()
    Site.objects.filter(pk=asnaes_site.pk).update(latitude=55.6795, longitude=11.0886)
    follow_site(site_id=asnaes_site.pk)
    refresh(hidden)
    assert Match.objects.values(*before).get() == before


def test_more_partners_than_are_kept_keeps_the_nearest(
    offer: Listing, buyer: User, cement_site: Site
) -> None:
    for n in range(MOST_MATCHES["material"] + 5):
        Site.objects.create(
            organization=cement_site.organization,
            name=f"Works {n}",
            town="Slagelse",
            country="DK",
            latitude=55.40 - n * 0.01,
            longitude=11.35,
        )
    sites = list(Site.objects.filter(name__startswith="Works").order_by("-latitude"))
    for site in sites:
        list_it(buyer, make_terms(Side.REQUEST, site))
    refresh_all_matches()
    # Each request keeps its own best too, and this offer is every request's only one.
    assert Match.objects.filter(fits=True).count() == MOST_MATCHES["material"] + 5
    best = Match.objects.filter(offer=offer).order_by("-score")[:3]
    assert [match.request.site for match in best] == sites[:3]
