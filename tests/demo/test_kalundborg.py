"""What the flows of the Kalundborg Symbiosis are worth: the figures of docs/matching.md, from the named rows alone."""

import csv
import re
from decimal import Decimal
from typing import NamedTuple

import pytest

from exchange.demo.report import ListedExchange, published_pairs
from exchange.demo.rows import Network
from local.stack import ROOT
from matching.models import Match

pytestmark = pytest.mark.django_db

REPORTED_EUR = 24_000_000


class Flow(NamedTuple):
    """A line of the table."""

    offered: str
    sought: str
    amount: Decimal
    disposal: list[str]
    purchase: list[str]
    load: str
    km: Decimal
    low: int
    high: int


def section() -> str:
    text = (ROOT / "docs/matching.md").read_text(encoding="utf-8")
    return text.partition("\n## Kalundborg\n")[2].partition("\n## ")[0]


def flows() -> tuple[list[Flow], list[str]]:
    """The flows, and the line of sums."""
    lines = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in section().splitlines()
        if line.startswith("|")
    ][2:]
    found = []
    for names, amount, disposal, purchase, load, km, low, high in lines[:-1]:
        offered, sought = re.findall(r"`([\w-]+)`", names)
        prices = [re.findall(r"[\w.-]+", cell.replace("`", "")) for cell in (disposal, purchase)]
        found.append(
            Flow(
                offered,
                sought,
                Decimal(amount.split()[0]),
                prices[0],
                prices[1],
                load.strip("`"),
                Decimal(km),
                int(low),
                int(high),
            )
        )
    return found, [cell for cell in lines[-1] if cell]


def rows(path: str) -> list[dict[str, str]]:
    with (ROOT / path).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def ends(quoted: list[str], kind: str) -> tuple[Decimal, Decimal]:
    """The two ends of a price, by the row that is named, which must say what the table says."""
    *named, low, _to, high = quoted
    [row] = [
        row
        for row in rows("catalogue/data/prices.csv")
        if (row["resource"], row["kind"], row["country"]) == (named[-1], kind, "EU")
    ]
    assert (row["low"], row["high"]) == (low, high)
    return Decimal(low), Decimal(high)


def pairs() -> dict[tuple[str, str], ListedExchange]:
    return {
        (pair.exchange.offered, pair.exchange.requested): pair
        for pair in published_pairs()
        if pair.exchange.network.startswith("Kalundborg")
    }


def match_of(pair: ListedExchange) -> Match:
    return Match.objects.get(offer=pair.offer, request=pair.request)


def test_each_figure_follows_from_the_named_rows_and_stands_at_the_stored_match(published: Network) -> None:
    loads = {row["key"]: row for row in rows("matching/market/tables/loads.csv")}
    found, sums = flows()
    listed = pairs()
    for flow in found:
        disposal, purchase, load = (
            ends(flow.disposal, "disposal"),
            ends(flow.purchase, "purchase"),
            loads[flow.load],
        )
        match = match_of(listed.pop((flow.offered, flow.sought)))
        assert (match.amount_per_year, round(Decimal(match.distance_km), 1)) == (flow.amount, flow.km)
        way = Decimal(load["eur_per_unit"]) + Decimal(load["eur_per_unit_km"]) * Decimal(
            str(match.distance_km)
        )
        for end, written, stored in (
            (0, flow.low, match.benefit_low_eur_per_year),
            (1, flow.high, match.benefit_high_eur_per_year),
        ):
            assert round(flow.amount * (disposal[end] + purchase[end] - way)) == written == stored
    assert sums == ["all six", str(sum(flow.low for flow in found)), str(sum(flow.high for flow in found))]
    assert [match_of(pair).benefit_low_eur_per_year for pair in listed.values()] == [None] * 5


def test_what_the_symbiosis_reports_lies_between_both_ends() -> None:
    found, _sums = flows()
    low, high = sum(flow.low for flow in found), sum(flow.high for flow in found)
    assert low < REPORTED_EUR < high

    by_number = REPORTED_EUR * len(found) // (len(found) + 5)
    assert f"{by_number / 1e6:.1f} M" in section()
    assert f"{1 - by_number / low:.0%}".replace("%", " %") in section()
    nearer = low - (200_000 - 110_000) * Decimal("22.5") - 1_000_000 * 10 * Decimal("0.12")
    assert f"{nearer / 1_000_000:.1f} M" in section()
    assert nearer < by_number
