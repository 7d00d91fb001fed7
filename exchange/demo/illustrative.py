"""The background: real plants of the Finnish register, with listings that their activity makes plausible.

The plants and their waste tonnages are facts of the register. What they list is not: the rules in
`data/register_rules.csv` say what plants of an activity may offer or seek, and dice seeded with the plant's id decide
the rest, so that every start brings the same network.
"""

import hashlib
import math
import random
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from accounts.models import Provenance
from exchange.demo.rows import Ad, Network, Plant, read_demo_rows
from listings.models import Disclosure, Side
from listings.services.terms import Interval

Row = Mapping[str, str]

REGISTER = "Finnish Environment Institute / EEA Industrial Reporting"
ANONYMOUS_SHARE = 0.15
SPREAD_OF_ASSUMED = 0.6  # standard deviation of the natural logarithm
LEAST_AMOUNT = 1.0


def illustrative_network() -> Network:
    """Return the register's plants for which a rule yields at least one listing, and these listings."""
    activities = {row["activity"]: row for row in read_demo_rows("register_activities.csv")}
    rules = list(read_demo_rows("register_rules.csv"))
    companies: dict[str, str] = {}
    plants: list[Plant] = []
    ads: list[Ad] = []
    for row in read_demo_rows("register_plants.csv"):
        found = list(_ads(row, rules))
        if found:
            company, site = _company_and_site(row)
            company = companies.setdefault(company.casefold().replace("-", " "), company)
            plants.append(_plant(row, activities[row["activity"]], company, site))
            ads += found
    return Network(tuple(plants), tuple(ads))


def _company_and_site(row: Row) -> tuple[str, str]:
    """Split what the register calls a facility: “Helen Oy, Vuosaaren voimalaitokset” in Helsinki."""
    company, _comma, site = row["name"].partition(", ")
    company = company.partition(" (ent.")[0].strip(" .")
    town = row["town"]
    if site.casefold() in ("", town.casefold()):
        return company, town
    return company, site if site.casefold().endswith(town.casefold()) else f"{site}, {town}"


def _plant(row: Row, activity: Row, company: str, site: str) -> Plant:
    return Plant(
        name=row["name"],
        organization=company,
        site=site,
        nace_code=activity["nace"],
        town=row["town"],
        country="FI",
        latitude=float(row["latitude"]),
        longitude=float(row["longitude"]),
        provenance=Provenance.ILLUSTRATIVE,
        source=f"{REGISTER}, facility {row['facility_id']}, activity {row['activity']}",
        description="Real plants of a public register. Their listings here are illustrative.",
        hazardous_permit=activity["hazardous_permit"] == "1",
    )


def _ads(plant: Row, rules: Iterable[Row]) -> Iterator[Ad]:
    for rule in rules:
        if not _applies(rule, plant):
            continue
        dice = _dice(plant["facility_id"], rule["side"], rule["resource"])
        if dice.random() >= float(rule["chance"]):
            continue
        amount = _amount(rule, plant, dice)
        if amount >= LEAST_AMOUNT:
            yield _ad(rule, plant, amount, dice)


def _applies(rule: Row, plant: Row) -> bool:
    parts = rule["name_has"].split(";")
    return plant["activity"] in rule["activities"].split(";") and any(
        part in plant["name"].lower() for part in parts
    )


def _dice(*words: str) -> random.Random:
    digest = hashlib.sha256("|".join(words).encode()).digest()
    return random.Random(int.from_bytes(digest[:8], "big"))  # noqa: S311 — plausible, not secret


def _amount(rule: Row, plant: Row, dice: random.Random) -> float:
    """Return the amount per year in the rule's unit: a share of the reported waste, or about the assumed one."""
    if rule["basis"] == "assumed":
        return float(rule["amount"]) * math.exp(SPREAD_OF_ASSUMED * dice.gauss(0, 1))
    reported = plant[f"{rule['basis']}_t"]
    return float(rule["amount"]) * float(reported or 0)


def _ad(rule: Row, plant: Row, amount: float, dice: random.Random) -> Ad:
    anonymous = dice.random() < ANONYMOUS_SHARE
    reported = rule["basis"] != "assumed"
    return Ad(
        plant=plant["name"],
        side=Side(rule["side"]),
        resource=rule["resource"],
        quantity=_two_digits(amount),
        unit=rule["unit"],
        period="year",
        provenance=Provenance.ILLUSTRATIVE,
        source=_source(rule, plant),
        year=int(plant["waste_year"]) if reported else None,
        price=_price(rule, dice),
        months=tuple(int(month) for month in rule["months"].split(";") if month),
        hazardous=rule["basis"] == "hazardous",
        disclosure=Disclosure.ANONYMOUS if anonymous else Disclosure.OPEN,
        quality=dict(_interval(text) for text in rule["quality"].split(";") if text),
    )


def _source(rule: Row, plant: Row) -> str:
    if rule["basis"] == "assumed":
        quantity = "quantity assumed"
    else:
        kind = "hazardous" if rule["basis"] == "hazardous" else "non-hazardous"
        quantity = f"quantity a share of the {kind} waste that the plant reported for {plant['waste_year']}"
    return (
        f"Illustrative, not entered by the plant: resource assumed from activity {plant['activity']}, {quantity}. "
        f"{REGISTER}."
    )


def _two_digits(amount: float) -> Decimal:
    """Round to two significant digits: more would look like knowledge."""
    exponent = math.floor(math.log10(amount)) - 1
    return Decimal(f"{Decimal(round(amount / 10**exponent)).scaleb(exponent):f}")


def _price(rule: Row, dice: random.Random) -> Decimal | None:
    """Return EUR per unit; negative where the seller pays, None where the rule leaves it open."""
    if not rule["price_low"]:
        return None
    low, high = float(rule["price_low"]), float(rule["price_high"])
    return Decimal(f"{low + (high - low) * dice.random():.2g}").quantize(Decimal("0.01"))


def _interval(text: str) -> tuple[str, Interval]:
    name, _equals, ends = text.partition("=")
    low, high = (Decimal(end) if end else None for end in ends.split(".."))
    return name, (low, high)
