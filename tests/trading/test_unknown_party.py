"""Who does not know a party reads nothing of it: neither on pages nor on paper, in the API, the log or the ledger."""

import re
from collections.abc import Callable
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Organization, Programme, Site, User
from accounts.services.programmes import add_to_programme
from accounts.services.sites import SiteDetails, create_site
from common.geo import distance_km
from listings.disclosure.cells import told_point
from listings.models import Disclosure, SiteCell
from tests.conftest import MakeListing, make_user
from tests.trading.deals import agree_on_all, deliver
from trading.adapters import travelled_km
from trading.models import Agreement, ImpactEntry, Metric
from trading.services.agreements import set_papers
from trading.services.impact import verify_year
from trading.services.messages import post_message
from trading.services.terms import Papers

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | None], Client]
PERMIT = "PERMIT-OF-ASNAES-4711"


@pytest.fixture
def agreement(
    make_offer: MakeListing,
    asnaes: Organization,
    cement_works: Organization,
    seller: User,
    settings: Any,
    tmp_path: Any,
) -> Agreement:
    """Asnæs offers without its name; both parties have dealt, delivered and talked."""
    settings.MEDIA_ROOT = tmp_path
    # A town of its own: what is published of an anonymous place may name the larger one beside it.
    details = SiteDetails("Asnæsværket II", "Rørbystrand", "DK", 55.66412, 11.09133)
    site = create_site(actor=seller, organization=asnaes, details=details)
    offer = make_offer(disclosure=Disclosure.ANONYMOUS, site=site)
    agreement = agree_on_all(offer, cement_works)
    synergy = agreement.synergy
    set_papers(actor=seller, agreement=agreement, papers=Papers(supplier_permit=PERMIT))
    post_message(actor=seller, synergy=synergy, organization=agreement.supplier, text="Thank you")
    deliver(agreement)
    return Agreement.objects.get(pk=agreement.pk)


@pytest.fixture(autouse=True)
def _kiln(cement_site: Site) -> None:
    """The receiver has a site, so that the way is known."""


def facilitator_of(*organizations: Organization) -> tuple[User, Programme]:
    number = Programme.objects.count()
    user = make_user(f"facilitator{number}@example.org", name=f"Facilitator {number}")
    programme = Programme.objects.create(name=f"Network {number}", slug=f"network-{number}")
    programme.facilitators.add(user)
    for organization in organizations:
        add_to_programme(actor=user, programme=programme, organization=organization)
    return user, programme


def addresses(agreement: Agreement, programme: Programme | None) -> list[str]:
    synergy, api = agreement.synergy_id, "/api/v1"
    delivery = agreement.deliveries.get()
    found = [
        reverse("synergy", args=[synergy]),
        reverse("my_deals"),
        reverse("agreement", args=[agreement.pk]),
        reverse("agreement_summary", args=[agreement.pk]),
        f"{api}/synergies/",
        f"{api}/synergies/{synergy}/",
        f"{api}/synergies/{synergy}/events/",
        f"{api}/synergies/{synergy}/messages/",
        f"{api}/synergies/{synergy}/files/",
        f"{api}/bids/?synergy={synergy}",
        f"{api}/agreements/{agreement.pk}/",
        f"{api}/agreements/{agreement.pk}/summary/",
        f"{api}/deliveries/{delivery.pk}/",
        f"{api}/impact/?synergy={synergy}",
        f"{api}/impact/sums/?synergy={synergy}",
    ]
    if programme is not None:
        found.append(reverse("programme_benefit", args=[programme.slug]))
        found.append(reverse("synergy_verify", args=[synergy]) + f"?year={delivery.happened_on.year}")
    return found


def told(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code in (200, 302, 403, 404), (address, answer.status_code)
    return unescape(answer.content.decode("utf-8", "ignore"))


def hidden_words(agreement: Agreement, side: str) -> list[str]:
    site = getattr(agreement.synergy, f"{side}_site")
    assert site is not None
    distance = travelled_km(agreement.synergy, "lorry")
    assert distance is not None
    return [
        getattr(agreement, side).name,
        site.name,
        site.town,
        f"{site.latitude:.4f}",
        f"{site.longitude:.4f}",
        f"{distance.normalize():f}",
        # What carrying a tonne costs says how far it goes: 4 EUR/t, and 0.11 for each kilometre.
        f"{(4 + Decimal('0.11') * distance).normalize():f}",
        PERMIT,
    ]


def leaks(
    client: Client, agreement: Agreement, programme: Programme | None, side: str = "supplier"
) -> list[tuple[str, str]]:
    found = []
    keys = f"{getattr(agreement, f'{side}_id')}|{getattr(agreement.synergy, f'{side}_site_id')}"
    for address in addresses(agreement, programme):
        said = told(client, address)
        found += [
            (address, said[said.index(word) - 80 : said.index(word) + 40])
            for word in hidden_words(agreement, side)
            if word in said
        ]
        party = rf'"(organization|site)":\s*({keys})\b'
        found += [(address, match[0]) for match in re.finditer(party, said)]
    return found


def test_facilitator_of_the_other_party_alone_reads_nothing_of_the_anonymous_one(
    agreement: Agreement, cement_works: Organization, client_of: ClientOf
) -> None:
    user, programme = facilitator_of(cement_works)
    client = client_of(user)
    assert client.get(reverse("agreement", args=[agreement.pk])).status_code == 200
    assert leaks(client, agreement, programme) == []
    for address in (
        reverse("agreement_summary", args=[agreement.pk]),
        f"/api/v1/agreements/{agreement.pk}/summary/",
    ):
        assert client.get(address).status_code == 403


@pytest.fixture
def sought(
    make_offer: MakeListing,
    make_request: MakeListing,
    cement_works: Organization,
    buyer: User,
    settings: Any,
    tmp_path: Any,
) -> Agreement:
    """The mirror of `agreement`: the cement works seek without their name, and Asnæs offers openly."""
    settings.MEDIA_ROOT = tmp_path
    details = SiteDetails("Klinkerværket II", "Rørbystrand", "DK", 55.66412, 11.09133)
    site = create_site(actor=buyer, organization=cement_works, details=details)
    request = make_request(disclosure=Disclosure.ANONYMOUS, site=site)
    offer = make_offer(disclosure=Disclosure.OPEN)
    agreement = agree_on_all(offer, request.organization, request)
    set_papers(actor=buyer, agreement=agreement, papers=Papers(receiver_permit=PERMIT))
    post_message(actor=buyer, synergy=agreement.synergy, organization=agreement.receiver, text="Thank you")
    deliver(agreement)
    return Agreement.objects.get(pk=agreement.pk)


def test_facilitator_of_the_supplier_alone_reads_nothing_of_who_seeks_anonymously(
    sought: Agreement, asnaes: Organization, client_of: ClientOf
) -> None:
    user, programme = facilitator_of(asnaes)
    client = client_of(user)
    page = told(client, reverse("agreement", args=[sought.pk]))
    assert "Asnæs power station" in page
    assert leaks(client, sought, programme, "receiver") == []
    for address in (
        reverse("agreement_summary", args=[sought.pk]),
        f"/api/v1/agreements/{sought.pk}/summary/",
    ):
        assert client.get(address).status_code == 403


def test_control_facilitator_of_who_seeks_anonymously_reads_who_it_is(
    sought: Agreement, cement_works: Organization, client_of: ClientOf
) -> None:
    user, programme = facilitator_of(cement_works)
    client = client_of(user)
    assert "Cement works" in told(client, reverse("agreement", args=[sought.pk]))
    assert leaks(client, sought, programme, "receiver") != []
    assert client.get(reverse("agreement_summary", args=[sought.pk])).status_code == 200


def test_who_may_see_nothing_of_it_reads_nothing(
    agreement: Agreement, elsewhere: Organization, client_of: ClientOf
) -> None:
    user, programme = facilitator_of(elsewhere)
    client = client_of(user)
    assert client.get(reverse("agreement", args=[agreement.pk])).status_code == 404
    assert [each for each in leaks(client, agreement, programme) if "verify" not in each[0]] == []


@pytest.mark.parametrize("who", ["seller", "buyer", "of supplier", "of both"])
def test_who_knows_the_party_reads_all(
    agreement: Agreement,
    asnaes: Organization,
    cement_works: Organization,
    seller: User,
    buyer: User,
    client_of: ClientOf,
    who: str,
) -> None:
    user = {"seller": seller, "buyer": buyer}.get(who) or facilitator_of(
        *([asnaes] if who == "of supplier" else [asnaes, cement_works])
    )[0]
    client = client_of(user)
    page = told(client, reverse("agreement", args=[agreement.pk]))
    assert "Asnæs power station" in page
    assert PERMIT in page
    receiver_known = who != "of supplier" or agreement.request_id is not None
    expected = 200 if receiver_known else 403
    assert client.get(reverse("agreement_summary", args=[agreement.pk])).status_code == expected


def test_way_is_told_from_the_middle_of_the_cell_in_all_lines_alike(
    agreement: Agreement, cement_works: Organization, client_of: ClientOf
) -> None:
    user, _programme = facilitator_of(cement_works)
    verify_year(actor=user, synergy=agreement.synergy, year=agreement.deliveries.get().happened_on.year)
    distance = travelled_km(agreement.synergy, "lorry")
    told_km = travelled_km(agreement.synergy, "lorry", supplier_known=False)
    assert distance is not None
    assert told_km is not None
    cell = SiteCell.objects.get(site=agreement.synergy.supplier_site_id).cell
    kiln = agreement.synergy.receiver_site or agreement.receiver.sites.get()
    assert float(told_km) == pytest.approx(distance_km(told_point(cell), kiln.point) * 1.3, abs=0.001)
    lines = client_of(user).get("/api/v1/impact/?page_size=200").json()["results"]
    true = {entry.pk: entry.gross for entry in ImpactEntry.objects.all()}
    of_co2e, of_cost = (
        [line for line in lines if line["metric"] == metric]
        for metric in (Metric.CO2E_TRANSPORT, Metric.COST_TRANSPORT)
    )
    assert {round(Decimal(line["gross"]) / true[line["id"]] * distance, 4) for line in of_co2e} == {
        round(told_km, 4)
    }
    # Loading at 4 EUR/t, and 0.11 EUR/t·km.
    cost = Decimal(4) + Decimal("0.11") * told_km
    assert {Decimal(line["factor"]) for line in of_cost} == {cost.quantize(Decimal("0.000001"))}
    sent = {Decimal(12_000), Decimal(100), Decimal(-100)}
    assert {round(-Decimal(line["gross"]) / cost, 3) for line in of_cost} == sent
    assert all(
        Decimal(line["gross"]) == true[line["id"]] for line in lines if "transport" not in line["metric"]
    )
    sums = client_of(user).get("/api/v1/impact/sums/").json()[0]["totals"]
    told_sum = sum(
        Decimal(line["net"])
        for line in lines
        if line["metric"] == Metric.CO2E_TRANSPORT and line["status"] != "estimated"
    )
    transport = next(row for row in sums if row["metric"] == Metric.CO2E_TRANSPORT)
    assert abs(Decimal(transport["benefit"]) - told_sum) < Decimal("0.0001")
