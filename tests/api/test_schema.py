"""The OpenAPI document, and every response against it."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.http import QueryDict
from django.test import Client
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode, checks
from schemathesis.core.failures import FailureGroup

from accounts.models import Organization, Programme, Site, User
from catalogue.models import Precedent, Resource
from catalogue.precedents.services import PrecedentDetails, add_precedent
from events.models import Event
from exchange.wsgi import application
from listings.models import Alert, Listing
from listings.services.favourites import star
from listings.services.files import add_file as add_listing_file
from listings.services.saved_searches import save_search
from matching.models import Match
from matching.services.refresh import refresh_matches
from notifications.models import Notification
from notifications.services.telling import tell
from planning.services.runs import start_run
from planning.services.scenarios import ScenarioDetails, create_scenario
from planning.services.working import work_run
from register.services.claims import claim_plant
from tests.api.conftest import Api, ApiOf
from tests.conftest import MakeListing, make_plant
from tests.proof import examples, in_tens, one_in, taken_back
from tests.trading.conftest import agree, bid_in, introduce, owner_of
from trading.models import ImpactEntry
from trading.services.deliveries import Consignment, add_delivery_file, record_delivery
from trading.services.messages import add_file
from trading.services.tenders import open_tender

CONFORMS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
EXAMPLES_PER_OPERATION = examples(3, 10)
MORE_EXAMPLES = (12, 40, 100)
WENT_THROUGH = {200, 201, 204, 207, 409}
SENSIBLE = {
    "side": "offer",
    "resource": "coal-fly-ash",
    "serves_as": "fly-ash",
    "unit": "t",
    "quality": {"moisture": {"high": "3"}},
    "ewc_code": "100102",
    "quantity": "120.5",
    "minimum_lot": "20",
    "price": "-3.25",
    "available_from": "2026-01-01",
    "available_until": None,
    "months": [1, 12],
    "disposal_low": "60",
    "disposal_high": "90",
    "purchase_low": "12.5",
    "purchase_high": "20",
    "transport_cost_per_load": "5",
    "transport_cost_per_km": "0.2",
    "road_factor": "1.5",
    "treatment_cost": "4",
    "yield_per_unit": "0.9",
    "amount_per_year": "5000",
    "currency": "EUR",
    "period": "year",
    "starts_on": "2026-01-01",
    "ends_on": None,
    "expires_at": None,
    "deadline": "2100-01-01T10:00:00Z",
    "happened_on": "2026-01-05",
    "reference": "CMR 7",
    "metric": "jobs",
    "year": 2026,
    "amount": "2",
    "share": "0.5",
    "by": "",
    "on": None,
    "text": "A few words",
    "treatment_operation": "R5",
    "programme": "zealand-network",
    "per_eur": "1",
    "interest": "0.05",
    "horizon_years": 20,
    "price_year": 2022,
    "seconds": 60,
    "study": "front",
    "sites_out": [],
    "country": "DK",
    "giver_activity": "35.11",
    "receiver_activity": "",
    "since": 1979,
    "quantity_year": 1999,
}
CALLERS = ("owner", "owner", "owner", "partner", "facilitator", "nobody")
WHO = {
    "POST /api/v1/precedents/": "facilitator",
    "PATCH /api/v1/precedents/{id}/": "facilitator",
    "DELETE /api/v1/precedents/{id}/": "facilitator",
    "POST /api/v1/bids/{id}/withdraw/": "partner",
    "POST /api/v1/matches/{id}/approve/": "facilitator",
    "POST /api/v1/plant-claims/{id}/confirm/": "facilitator",
    "POST /api/v1/plant-claims/{id}/refuse/": "facilitator",
    "POST /api/v1/matches/{id}/dismiss/": "facilitator",
    "POST /api/v1/synergies/propose/": "facilitator",
    "POST /api/v1/synergies/{id}/attribution/": "facilitator",
    "POST /api/v1/synergies/{id}/verify/": "facilitator",
}
"""Who may do it, where that is not the owner."""
# The generated files have no name that says what they are; tests/api/test_trading.py sends some that do.
UPLOADS = {"POST /api/v1/synergies/{id}/files/", "POST /api/v1/deliveries/{id}/files/"}


def make_document() -> dict[str, Any]:
    document: dict[str, Any] = SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]  # has no types
    return document


def load(document: dict[str, Any]) -> Any:
    schema = schemathesis.openapi.from_dict(document)
    schema.app = application
    return schema


OPERATIONS = {result.ok().label: result.ok() for result in load(make_document()).get_all_operations()}

WHO |= {label: "facilitator" for label in OPERATIONS if re.search(r"/(scenarios|plan-runs)/", label)}


def may_be_wrong(operation: Any) -> bool:
    """Whether it has a body, a query or an id that can be other than the document says."""
    return bool(operation.body) or bool(operation.query) or "{id}" in operation.path


@pytest.fixture
def _one_connection() -> Iterator[None]:
    """A request of its own would close the connection that holds the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def world(
    make_offer: MakeListing,
    make_request: MakeListing,
    programme: Programme,
    asnaes_site: Site,
    cement_site: Site,
    settings: Any,
    tmp_path: Path,
) -> dict[str, list[int]]:
    """Existing ids by collection, so that not every call ends at a missing object."""
    settings.MEDIA_ROOT = tmp_path
    offer = make_offer(quality={"moisture": (None, Decimal(2))}, months=(1, 2))
    for listing in (make_request(), offer):
        refresh_matches(listing_id=listing.pk)
    traded, tendered = make_offer(resource="coal-bottom-ash"), make_offer(resource="fgd-gypsum")
    return deals(traded, tendered, cement_site.organization) | {
        "organizations": [asnaes_site.organization_id],
        "sites": [asnaes_site.pk],
        "partner sites": [cement_site.pk],
        "listings": [offer.pk, make_offer(publish=False).pk],
        "listing-files": [sheet_of(offer)],
        "matches": [Match.objects.get().pk],
        "precedents": [precedent_of(programme).pk],
        "notifications": [tell_owner(asnaes_site.organization)],
        "saved-searches": [keep_search(asnaes_site.organization)],
        "favourites": [star(actor=owner_of(asnaes_site.organization), listing=offer).listing_id],
        **register(asnaes_site.organization),
        **planned(programme),
    }


def planned(programme: Programme) -> dict[str, list[int]]:
    """Plan the programme's network once."""
    facilitator = programme.facilitators.get()
    details = ScenarioDetails(name="As it is")
    scenario = create_scenario(actor=facilitator, programme=programme, details=details)
    run = start_run(actor=facilitator, scenario=scenario)
    assert work_run(run_id=run.pk)
    return {"scenarios": [scenario.pk], "plan-runs": [run.pk]}


def sheet_of(offer: Listing) -> int:
    """Add a data sheet to a listing."""
    upload = SimpleUploadedFile("moisture.csv", b"moisture;0.4")
    return add_listing_file(actor=owner_of(offer.organization), listing=offer, upload=upload).pk


def tell_owner(organization: Organization) -> int:
    """Tell the owner of the last bid."""
    event = Event.objects.filter(kind="bid.placed").latest("pk")
    tell(event)
    return Notification.objects.get(person=owner_of(organization), event=event).pk


def keep_search(organization: Organization) -> int:
    """Let the owner keep a search."""
    query, alert = QueryDict("q=ash"), Alert.DAILY
    return save_search(actor=owner_of(organization), name="Ash", query=query, alert=alert).pk


def register(organization: Organization) -> dict[str, list[int]]:
    """Import plants and let the organization claim one of them."""
    claimed, free = (make_plant(register_id=str(number)) for number in range(2))
    claim = claim_plant(actor=owner_of(organization), organization=organization, plant=claimed)
    return {"plant-claims": [claim.pk], "register-plants": [free.pk]}


def precedent_of(programme: Programme) -> Precedent:
    """Add a documented exchange for the programme."""
    ash = Resource.objects.get(slug="coal-fly-ash")
    details = PrecedentDetails("Aalborg", "DK", "Power station", "Cement works", ash, "A report")
    return add_precedent(actor=programme.facilitators.get(), programme=programme, details=details)


def deals(traded: Listing, tendered: Listing, other: Organization) -> dict[str, list[int]]:
    """Let another organization agree on one listing, deliver and bid again, and bid sealed on the other."""
    buyer = owner_of(other)
    agreement = agree(introduce(traded, other), starts_on=date(2026, 1, 1))
    consignment = Consignment("CMR 1", date(2026, 1, 2), Decimal(500), "t")
    delivery = record_delivery(actor=buyer, agreement=agreement, organization=other, consignment=consignment)
    file = add_file(
        actor=buyer,
        synergy=agreement.synergy,
        organization=other,
        upload=SimpleUploadedFile("analysis.txt", b"dry"),
    )
    ticket = add_delivery_file(
        actor=buyer,
        delivery=delivery,
        organization=other,
        upload=SimpleUploadedFile("ticket.txt", b"500 t"),
    )
    deadline = timezone.now() + timedelta(days=1)
    tender = open_tender(actor=owner_of(tendered.organization), listing=tendered, deadline=deadline)
    return {
        "synergies": [agreement.synergy_id],
        "bids": [bid_in(agreement.synergy).pk],
        "tenders": [tender.pk],
        "agreements": [agreement.pk],
        "deliveries": [delivery.pk],
        "impact": [ImpactEntry.objects.earliest("pk").pk],
        "synergy-files": [file.pk],
        "delivery-files": [ticket.pk],
    }


@pytest.fixture
def keys(seller: User, buyer: User, facilitator: User, api_of: ApiOf) -> dict[str, dict[str, str]]:
    """Headers of an owner, of the other party, a facilitator and nobody; the owner may do most."""
    people = {"owner": seller, "partner": buyer, "facilitator": facilitator, "nobody": None}
    return {name: api_of(user).headers for name, user in people.items()}


def aim(case: Any, world: dict[str, list[int]], draw: Any) -> int:
    """Let most calls hit what exists, and many say what can be so: generated numbers and words hardly ever do.

    Returns how much care was taken, from 0 to 3.
    """
    care: int = draw(st.sampled_from((0, 1, 2, 3, 3, 3)))
    if care == 0:
        return care
    collection = case.operation.path.split("/")[3]
    if "id" in case.path_parameters:
        case.path_parameters["id"] = draw(st.sampled_from(world[collection]))
    if "slug" in case.path_parameters:
        case.path_parameters["slug"] = "coal-fly-ash"
    if "kind" in case.path_parameters:
        case.path_parameters["kind"] = "bid"
    if isinstance(case.body, dict):
        known: dict[str, Any] = {
            "site": world["sites"][0],
            "supplier_site": world["sites"][0],
            "receiver_site": world["partner sites"][0],
            "organization": world["organizations"][0],
            "listing": world["listings"][0],
            "match": world["matches"][0],
            "own_listing": None,
            "offer": None,
            "request": None,
        }
        if care > 1:
            known |= SENSIBLE
        case.body |= {name: value for name, value in known.items() if name in case.body}
    return care


def send_generated(
    label: str,
    mode: Any,
    world: dict[str, list[int]],
    keys: dict[str, dict[str, str]],
    count: int = EXAMPLES_PER_OPERATION,
) -> set[int]:
    """Check the responses to generated requests of one operation; return their status codes."""

    @settings(
        max_examples=count,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=OPERATIONS[label].as_strategy(generation_mode=mode), data=st.data())
    def check(case: Any, data: st.DataObject) -> None:
        care = aim(case, world, data.draw) if mode == GenerationMode.POSITIVE else 0
        # What is said with care is said by whoever may.
        name = WHO.get(label, "owner") if care == 3 else data.draw(st.sampled_from(CALLERS))
        response = case.call(headers=keys[name])
        case.validate_response(response, checks=CONFORMS)
        seen.add(response.status_code)

    seen: set[int] = set()
    check()
    return seen


@pytest.mark.mass
@pytest.mark.usefixtures("_one_connection")
@pytest.mark.parametrize("labels", in_tens(one_in(2, sorted(OPERATIONS))), ids=lambda labels: labels[0])
def test_responses_to_what_the_document_allows_conform_to_it(
    labels: list[str], world: dict[str, list[int]], keys: dict[str, dict[str, str]]
) -> None:
    for label in labels:
        with taken_back():
            seen = send_generated(label, GenerationMode.POSITIVE, world, keys)
            for count in MORE_EXAMPLES:
                # Hypothesis also draws constants of our own source: any change can turn a few examples to bad luck.
                if not seen & WENT_THROUGH:
                    seen |= send_generated(label, GenerationMode.POSITIVE, world, keys, count)
        assert seen & WENT_THROUGH or label in UPLOADS, f"{label}: no call went through: {seen}"


@pytest.mark.mass
@pytest.mark.usefixtures("_one_connection")
@pytest.mark.parametrize(
    "labels",
    in_tens(one_in(4, [label for label, operation in sorted(OPERATIONS.items()) if may_be_wrong(operation)])),
    ids=lambda labels: labels[0],
)
def test_responses_to_what_it_does_not_allow_conform_too(
    labels: list[str], world: dict[str, list[int]], keys: dict[str, dict[str, str]]
) -> None:
    for label in labels:
        with taken_back():
            seen = send_generated(label, GenerationMode.NEGATIVE, world, keys)
        assert seen & {400, 404}, f"{label}: nothing was refused: {seen}"


@pytest.mark.usefixtures("_one_connection")
def test_response_off_the_document_is_caught(
    world: dict[str, list[int]], keys: dict[str, dict[str, str]]
) -> None:
    document = make_document()
    document["components"]["schemas"]["Listing"]["properties"]["quantity"] = {"type": "number"}
    case = load(document)["/api/v1/listings/"]["GET"].Case()
    with pytest.raises(FailureGroup):
        case.validate_response(case.call(), checks=CONFORMS)


def test_document_is_made_without_a_warning(tmp_path: Path) -> None:
    target = tmp_path / "schema.yml"
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(target))
    assert "bearerAuth" in target.read_text()


def test_document_is_served_to_anybody(client: Client, db: None) -> None:
    response = client.get("/api/schema/", headers={"Accept": "application/json"})
    assert response.status_code == 200
    document = response.json()
    assert document["components"]["securitySchemes"]["bearerAuth"]["scheme"] == "bearer"
    assert set(document["paths"]) == {operation.path for operation in OPERATIONS.values()}


def test_every_operation_names_its_summary_and_its_problems() -> None:
    for operation in OPERATIONS.values():
        definition = operation.definition.raw
        assert definition["summary"], operation.label
        assert "default" in definition["responses"], operation.label
        assert ("404" in definition["responses"]) == ("{" in operation.path), operation.label


def test_reading_needs_no_token_where_the_document_says_so(api_of: ApiOf) -> None:
    nobody: Api = api_of(None)
    for operation in OPERATIONS.values():
        if operation.method == "get" and "{" not in operation.path:
            public = {} in operation.definition.raw["security"]
            assert nobody.get(operation.path).status_code == (200 if public else 401), operation.label
