"""The fixed cast, named by role, and what they deal in. Everything runs on a real PostgreSQL."""

import os
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.cache import cache as redis_cache
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client, TransactionTestCase
from django.utils import translation
from pytest_django import Settings
from pytest_django.plugin import DjangoDbBlocker

from accounts.models import Membership, Organization, Programme, Role, Site, User
from accounts.services.organizations import OrganizationDetails, create_organization
from accounts.services.programmes import add_to_programme
from accounts.services.sites import SiteDetails, create_site
from catalogue.models import Resource
from exchange.addresses import cache_url
from listings.disclosure.crowd import ENOUGH_OTHERS
from listings.models import Listing, Side
from listings.search.memory import forget
from listings.services.listings import create_listing
from listings.services.terms import ListingTerms
from matching.models import Match
from matching.services.runs import refresh_all_matches
from register.models import RegisterPlant
from register.services.files import PlantEntry
from register.services.plants import import_plants

PASSWORD = "a-long-test-password"


# Each client of each test would list all static files anew, which is a twentieth of its work.
settings.WHITENOISE_AUTOREFRESH = True


# What no test writes and takes seconds to load; precedents hang on programmes too.
REFERENCE_DATA = ("catalogue_", "accounts_town", "django_content_type", "auth_permission")
READY = "test_ready"


@cache
def _emptying() -> str:
    tables = [
        name
        for name in connection.introspection.django_table_names(only_existing=True, include_views=False)
        if not name.startswith(REFERENCE_DATA) or name == "catalogue_precedent"
    ]
    # Past triggers and constraints: what is append-only goes too, and in any order.
    return "; ".join(
        ["SET LOCAL session_replication_role = replica", *(f"DELETE FROM {name}" for name in tables)]
    )


def empty_tables() -> None:
    """Django's flush truncates all tables, full or not, and makes permissions anew: a second for each such test."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_emptying())


def _make_ready(run: str) -> None:
    """Make the database that every process of this run copies, unless another of them did."""
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [READY])
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [READY]
        )
        if cursor.fetchone() == (run,):
            return
        cursor.execute(f"DROP DATABASE IF EXISTS {READY}")
        cursor.execute(f"CREATE DATABASE {READY}")
        name, connection.settings_dict["NAME"] = connection.settings_dict["NAME"], READY
        call_command("migrate", verbosity=0)
        call_command("load_catalogue", verbosity=0)
        connection.close()
        connection.settings_dict["NAME"] = name
        cursor.execute(f"COMMENT ON DATABASE {READY} IS '{run}'")


@pytest.fixture(scope="session")
def ready(django_db_blocker: DjangoDbBlocker, testrun_uid: str) -> str:
    """Name of the database that all others of this run are copies of: schema and reference data take half a minute."""
    with django_db_blocker.unblock():
        _make_ready(testrun_uid)
    return READY


@pytest.fixture(scope="session")
def copy_of_ready(ready: str, django_db_blocker: DjangoDbBlocker) -> Callable[[str], str]:
    """`copy_of_ready(name)`: the address of a database of that name, for programs that a test starts."""

    def copy(name: str) -> str:
        with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            cursor.execute(f"CREATE DATABASE {name} TEMPLATE {ready}")
        return f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{name}"

    return copy


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None, ready: str) -> None:
    """Let the test databases be copies."""
    connection.settings_dict["TEST"]["TEMPLATE"] = ready
    TransactionTestCase._fixture_teardown = lambda _case: empty_tables()  # type: ignore[attr-defined]  # Django's own


@pytest.fixture(scope="module")
def one_world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """What fixtures of this scope make after it is there for all tests of a module, each of which is taken back alone:
    for modules all of whose tests look at the same large world, which takes longer to make than what they try."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="session", autouse=True)
def _own_cache(worker_id: str) -> None:
    """Give each of the parallel test processes a database of the cache of its own: every test empties it."""
    number = 2 + int(worker_id.removeprefix("gw")) if worker_id != "master" else 1
    caches.settings["default"]["LOCATION"] = cache_url(settings.REDIS_URL, number)
    if caches.all(initialized_only=True):
        del caches["default"]  # opened at start-up, with the common database


@pytest.fixture(autouse=True)
def _empty_cache(_own_cache: None) -> None:
    redis_cache.clear()


@pytest.fixture(autouse=True)
def _empty_memory() -> None:
    """What a process remembers of the market would outlive the transaction that a test takes back."""
    forget()


@pytest.fixture(autouse=True)
def _language_of_the_test() -> Iterator[None]:
    """A request leaves its language to the thread, where the next test would find it."""
    translation.deactivate()
    yield
    translation.deactivate()


@cache
def _hashed_password() -> str:
    # Slow on purpose in production; once is enough for all tests.
    return make_password(PASSWORD)


@pytest.fixture
def quick_passwords(settings: Settings) -> None:
    """For tests that hash and check many: that takes long on purpose, and is not what they try."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def make_user(email: str, **fields: Any) -> User:
    """Create a person with the test password and a verified address."""
    user = User.objects.create(email=email, password=_hashed_password(), **fields)
    user.emailaddress_set.create(email=email, verified=True, primary=True)  # type: ignore[attr-defined]
    return user


def join(user: User, organization: Organization, role: Role) -> User:
    """Make a person a member."""
    Membership.objects.create(user=user, organization=organization, role=role)
    return user


@pytest.fixture
def seller(db: None) -> User:
    """Owner of Asnæs, a power station at Kalundborg."""
    return make_user("seller@example.org", name="Seller")


@pytest.fixture
def buyer(db: None) -> User:
    """Owner of the cement works."""
    return make_user("buyer@example.org", name="Buyer")


@pytest.fixture
def stranger(db: None) -> User:
    """Owner of an unrelated organization in no programme."""
    return make_user("stranger@example.org", name="Stranger")


@pytest.fixture
def facilitator(db: None) -> User:
    """Runs the programme that Asnæs and the cement works take part in; a member of neither."""
    return make_user("facilitator@example.org", name="Facilitator")


@pytest.fixture
def asnaes(seller: User) -> Organization:
    return create_organization(
        actor=seller, details=OrganizationDetails(name="Asnæs power station", nace_code="35.11")
    )


@pytest.fixture
def cement_works(buyer: User) -> Organization:
    return create_organization(
        actor=buyer, details=OrganizationDetails(name="Cement works", nace_code="23.51")
    )


@pytest.fixture
def elsewhere(stranger: User) -> Organization:
    return create_organization(actor=stranger, details=OrganizationDetails(name="Elsewhere"))


@pytest.fixture
def trader(asnaes: Organization) -> User:
    """May list for Asnæs, not manage it."""
    return join(make_user("trader@example.org", name="Trader"), asnaes, Role.TRADER)


@pytest.fixture
def viewer(asnaes: Organization) -> User:
    """Reads at Asnæs."""
    return join(make_user("viewer@example.org", name="Viewer"), asnaes, Role.VIEWER)


@pytest.fixture
def partner(asnaes: Organization) -> User:
    """Another system that acts for Asnæs by token."""
    return join(make_user("partner@example.org", name="Partner"), asnaes, Role.TRADER)


@pytest.fixture
def asnaes_site(seller: User, asnaes: Organization) -> Site:
    details = SiteDetails("Asnæsværket", "Kalundborg", "DK", 55.66167, 11.08056)
    return create_site(actor=seller, organization=asnaes, details=details)


@pytest.fixture
def cement_site(buyer: User, cement_works: Organization) -> Site:
    details = SiteDetails("Kiln", "Slagelse", "DK", 55.40276, 11.35459)
    return create_site(actor=buyer, organization=cement_works, details=details)


@pytest.fixture
def elsewhere_site(stranger: User, elsewhere: Organization) -> Site:
    details = SiteDetails("Yard", "Linz", "AT", 48.30639, 14.28611)
    return create_site(actor=stranger, organization=elsewhere, details=details)


@pytest.fixture
def programme(facilitator: User, asnaes: Organization, cement_works: Organization) -> Programme:
    found = Programme.objects.create(name="Zealand network", slug="zealand-network")
    found.facilitators.add(facilitator)
    for organization in (asnaes, cement_works):
        add_to_programme(actor=facilitator, programme=found, organization=organization)
    return found


def make_terms(side: str, site: Site, resource: str = "coal-fly-ash", **changes: Any) -> ListingTerms:
    """Return plain terms: 12,000 t of fly ash a year, open end, no price."""
    values: dict[str, Any] = {
        "side": side,
        "resource": Resource.objects.get(slug=resource),
        "site": site,
        "quantity": Decimal(12_000),
        "unit": "t",
        "period": "year",
        "available_from": date.today() - timedelta(days=1),  # noqa: DTZ011 - any day that is past everywhere
    }
    return ListingTerms(**(values | changes))


def make_plant(**changes: Any) -> RegisterPlant:
    """Import one plant of a register, a brewery that reported 24,800 t; return it."""
    values: dict[str, Any] = {
        "register_id": "0001",
        "name": "Old Brewery Oy, Harbour works",
        "nace_code": "11.05",
        "activity": "brewery",
        "town": "Kalundborg",
        "country": "DK",
        "latitude": 55.68,
        "longitude": 11.09,
        "year": 2022,
        "nonhazardous_t": Decimal("24800.000"),
        "hazardous_t": Decimal("19.130"),
    }
    entry = PlantEntry(**(values | changes))
    import_plants(register="FI-PRTR", source="A register, reuse with attribution.", entries=[entry])
    return RegisterPlant.objects.get(register="FI-PRTR", register_id=entry.register_id)


def list_it(actor: User, terms: ListingTerms, *, publish: bool = True) -> Listing:
    """Put terms on the market for the site's organization."""
    return create_listing(actor=actor, organization=terms.site.organization, terms=terms, publish=publish)


def make_neighbours(site: Site, count: int = ENOUGH_OTHERS) -> list[Organization]:
    """Let other organizations operate within a few metres of a site, so many as let its finest cell be told."""
    found = []
    there = Organization.objects.filter(slug__startswith="neighbour-").count()
    for number in range(there + 1, there + count + 1):
        organization = Organization.objects.create(name=f"Neighbour {number}", slug=f"neighbour-{number}")
        latitude = site.latitude + number * 1e-4
        Site.objects.create(
            organization=organization,
            name="Works",
            town=site.town,
            country=site.country,
            latitude=latitude,
            longitude=site.longitude,
        )
        found.append(organization)
    return found


def make_crowds() -> None:
    """Let every site have its neighbours, so that each is told by its finest cell."""
    for site in list(Site.objects.order_by("pk")):
        make_neighbours(site)


MakeListing = Callable[..., Listing]


@pytest.fixture
def make_offer(seller: User, asnaes_site: Site) -> MakeListing:
    """`make_offer(**terms, publish=True)`: an offer of Asnæs."""

    def make(*, publish: bool = True, **changes: Any) -> Listing:
        return list_it(seller, make_terms(Side.OFFER, **({"site": asnaes_site} | changes)), publish=publish)

    return make


@pytest.fixture
def make_request(buyer: User, cement_site: Site) -> MakeListing:
    """`make_request(**terms, publish=True)`: a request of the cement works."""

    def make(*, publish: bool = True, **changes: Any) -> Listing:
        return list_it(buyer, make_terms(Side.REQUEST, **({"site": cement_site} | changes)), publish=publish)

    return make


@pytest.fixture
def client_of() -> Callable[[User | None], Client]:
    """`client_of(user)`: a browser in which the user is signed in; `None`: nobody is."""

    def sign_in(user: User | None) -> Client:
        client = Client()
        if user is not None:
            client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


@pytest.fixture
def ash_match(make_offer: MakeListing, make_request: MakeListing, programme: Programme) -> Match:
    """12,000 t of fly ash a year, for which 8 EUR/t are paid; 24,000 t are sought, for which 3 EUR/t are paid."""
    make_offer(price=Decimal(-8))
    make_request(resource="fly-ash", quantity=Decimal(24_000), price=Decimal(3))
    refresh_all_matches()
    return Match.objects.get()
