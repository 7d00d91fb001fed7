"""A market of any size to try the load on: real resources and towns, everything else drawn by a seed.

Organizations and listings are marked as illustrative, with a source that says so. They come without events, so that
nobody is told of them and nothing is matched; `manage.py match --all` does that.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
from django.db import connection, transaction

from accounts.models import Town
from catalogue.models import Resource
from common.geo import Point, blur
from common.postgres.copying import copy_in

SOURCE: Final = "drawn at random, to try the load"
LISTINGS_PER_ORGANIZATION: Final = 4
BATCH: Final = 100_000
MOST_TOWNS: Final = 4_000
TOWN_SPREAD_DEGREES: Final = 0.06
MEDIAN_AMOUNT: Final = 800.0
AMOUNT_SIGMA: Final = 1.8
_SITE_TYPES: Final = {
    "number": "int8",
    "town": "int8",
    "latitude": "float8",
    "longitude": "float8",
    "cell_latitude": "float8",
    "cell_longitude": "float8",
}
_LISTING_TYPES: Final = {
    "number": "int8",
    "organization": "int8",
    "resource": "int8",
    "is_offer": "bool",
    "amount": "numeric(3)",
    "period": "int4",
    "price": "numeric(2)",
    "currency": "int4",
    "first_day": "int4",
    "length_days": "int4",
    "legal": "int4",
    "hazardous": "bool",
    "coded": "bool",
    "titled": "bool",
    "disclosure": "int4",
    "minutes": "int4",
}
_CREATE: Final = """
CREATE TEMPORARY TABLE load_site (number bigint PRIMARY KEY, town bigint, latitude float8, longitude float8,
    cell_latitude float8, cell_longitude float8) ON COMMIT DROP;
CREATE TEMPORARY TABLE load_listing (number bigint, organization bigint, resource bigint, is_offer bool, amount numeric,
    period int, price numeric, currency int, first_day int, length_days int, legal int, hazardous bool, coded bool,
    titled bool, disclosure int, minutes int) ON COMMIT DROP;
"""
_ORGANIZATIONS: Final = """
INSERT INTO accounts_organization (name, slug, nace_code, description, website, currency, provenance, source)
SELECT t.name || ' ' || (ARRAY['Chemicals', 'Cement', 'Paper', 'Foods', 'Energy', 'Metals', 'Recycling', 'Brewery'])
    [1 + s.number %% 8] || ' ' || s.number, 'load-' || s.number, '', '', '', 'EUR', 'illustrative', %(source)s
FROM load_site s JOIN accounts_town t ON t.id = s.town;
INSERT INTO accounts_site (organization_id, name, street, postal_code, town, country, latitude, longitude,
    hazardous_permit, permit_reference)
SELECT o.id, 'Works', '', '', t.name, t.country, s.latitude, s.longitude, false, ''
FROM load_site s JOIN accounts_town t ON t.id = s.town JOIN accounts_organization o ON o.slug = 'load-' || s.number;
"""
# Six places of a price as numbers of a unit; a lot has one amount, a rate is counted to the year.
_LISTINGS: Final = """
INSERT INTO listings_listing (organization_id, site_id, side, resource_id, title, description, quantity, unit, period,
    amount, available_from, available_until, months, price, currency, unit_price, hazardous, ewc_code, legal_status,
    disclosure, state, latitude, longitude, place, provenance, source, created_at, published_at, changed_at)
SELECT o.id, p.id, CASE WHEN d.is_offer THEN 'offer' ELSE 'request' END, r.id,
    CASE WHEN d.titled THEN r.name || ' from line ' || d.number %% 7 ELSE '' END,
    CASE WHEN d.titled THEN 'Steady quality, sampled every month.' ELSE '' END,
    d.amount, CASE r.dimension WHEN 'mass' THEN 't' WHEN 'energy' THEN 'MWh' WHEN 'volume' THEN 'm3'
        WHEN 'area' THEN 'm2' ELSE 'h' END,
    (ARRAY['year', 'once', 'month', 'week'])[1 + d.period],
    d.amount * (ARRAY[1, 1, 12, 52.1775])[1 + d.period],
    CURRENT_DATE + d.first_day, CURRENT_DATE + d.first_day + d.length_days, '{}',
    d.price, (ARRAY['EUR', 'DKK', 'SEK', 'GBP', 'PLN'])[1 + d.currency], d.price,
    d.hazardous AND r.hazardous_possible,
    CASE WHEN d.coded AND d.is_offer THEN coalesce(r.ewc_codes[1], '') ELSE '' END,
    (ARRAY['', 'waste', 'by-product', 'end-of-waste', 'product'])[1 + d.legal],
    (ARRAY['open', 'anonymous', 'programme'])[1 + d.disclosure], 'published',
    CASE WHEN d.disclosure = 1 THEN s.cell_latitude ELSE s.latitude END,
    CASE WHEN d.disclosure = 1 THEN s.cell_longitude ELSE s.longitude END,
    CASE WHEN d.disclosure = 1 THEN 'near ' ELSE '' END || t.name || ', ' || t.country, 'illustrative', %(source)s,
    now() - d.minutes * interval '1 minute', now() - d.minutes * interval '1 minute', now()
FROM load_listing d JOIN load_site s ON s.number = d.organization JOIN accounts_town t ON t.id = s.town
JOIN accounts_organization o ON o.slug = 'load-' || d.organization JOIN accounts_site p ON p.organization_id = o.id
JOIN catalogue_resource r ON r.id = d.resource ORDER BY d.number;
TRUNCATE load_listing;
"""


def load_market(listings: int, *, seed: int = 1) -> None:
    """Put so many listings on the market, of a fourth as many organizations; raises where that was done before.

    `ValueError` for less than one. The rows of search come with them, by the database's own triggers.
    """
    if listings < 1:
        raise ValueError("at least one listing")
    rng = np.random.default_rng(seed)
    organizations = -(-listings // LISTINGS_PER_ORGANIZATION)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CREATE)
        copy_in("load_site", _SITE_TYPES, _sites(rng, organizations))
        cursor.execute("ANALYZE load_site")
        cursor.execute(_ORGANIZATIONS, {"source": SOURCE})
        cursor.execute("ANALYZE accounts_organization; ANALYZE accounts_site")
        resources = _resources(rng)
        for start in range(0, listings, BATCH):
            count = min(BATCH, listings - start)
            drawn = _listings(rng, start, count, organizations, resources)
            copy_in("load_listing", _LISTING_TYPES, drawn)
            cursor.execute(_LISTINGS, {"source": SOURCE})
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE listings_listing")
        cursor.execute("ANALYZE listings_listingsearch")


def _sites(rng: np.random.Generator, count: int) -> dict[str, npt.NDArray[Any]]:
    """One site per organization, near towns as often as people live there."""
    towns = list(
        Town.objects.order_by("-population").values_list("pk", "latitude", "longitude", "population")
    )
    towns = towns[:MOST_TOWNS]
    weight = np.array([max(town[3], 1) for town in towns], np.float64) ** 0.5
    at = rng.choice(len(towns), count, p=weight / weight.sum())
    places = np.array([(town[1], town[2]) for town in towns])[at] + rng.normal(
        0, TOWN_SPREAD_DEGREES, (count, 2)
    )
    places[:, 0] = np.clip(places[:, 0], -89, 89)
    places[:, 1] = np.clip(places[:, 1], -179.9, 179.9)
    cells = [blur(Point(latitude, longitude)) for latitude, longitude in places.tolist()]
    return {
        "number": np.arange(1, count + 1),
        "town": np.array([town[0] for town in towns])[at],
        "latitude": places[:, 0],
        "longitude": places[:, 1],
        "cell_latitude": np.array([cell.latitude for cell in cells]),
        "cell_longitude": np.array([cell.longitude for cell in cells]),
    }


def _resources(rng: np.random.Generator) -> tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any]]:
    """Keys of what can be listed, how popular each is (Zipf), and the usual price of each."""
    keys = rng.permutation(np.array(Resource.objects.listable().order_by("pk").values_list("pk", flat=True)))
    popular = 1 / np.arange(1, len(keys) + 1) ** 0.8
    return keys, popular / popular.sum(), np.round(rng.normal(0, 40, len(keys)), 2)


def _listings(
    rng: np.random.Generator,
    start: int,
    count: int,
    organizations: int,
    resources: tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any]],
) -> dict[str, npt.NDArray[Any]]:
    keys, popular, usual = resources
    at = rng.choice(len(keys), count, p=popular)
    amount = np.maximum(np.round(rng.lognormal(np.log(MEDIAN_AMOUNT), AMOUNT_SIGMA, count), 1), 0.1)
    price = np.round(usual[at] + rng.normal(0, 12, count), 2)
    price[rng.random(count) < 0.02] = 0.0
    length = rng.integers(60, 1500, count)
    return {
        "number": start + np.arange(1, count + 1),
        "organization": rng.integers(1, organizations + 1, count),
        "resource": keys[at],
        "is_offer": rng.random(count) < 0.6,
        "amount": np.where(rng.random(count) < 0.06, np.nan, np.minimum(amount, 1e7)),
        "period": rng.choice(4, count, p=[0.8, 0.12, 0.05, 0.03]),
        "price": np.where(rng.random(count) < 0.4, np.nan, price),
        "currency": rng.choice(5, count, p=[0.75, 0.08, 0.07, 0.06, 0.04]),
        "first_day": rng.integers(-300, 200, count),
        # Open ends are null by what COPY writes for no number.
        "length_days": np.where(rng.random(count) < 0.6, np.iinfo(np.int64).min, length + 301),
        "legal": rng.choice(5, count, p=[0.5, 0.25, 0.15, 0.05, 0.05]),
        "hazardous": rng.random(count) < 0.1,
        "coded": rng.random(count) < 0.6,
        "titled": rng.random(count) < 0.3,
        "disclosure": rng.choice(3, count, p=[0.7, 0.27, 0.03]),
        "minutes": rng.integers(1, 2 * 365 * 24 * 60, count),
    }
