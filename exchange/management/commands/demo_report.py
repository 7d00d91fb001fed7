"""`manage.py demo_report`: which of the published exchanges the matching service found by itself."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from exchange.demo.report import GOOD_RANK, LEAST_SHARE, Finding, Report, published_pairs, report_on


class Command(BaseCommand):
    """Say how well the matching does on what is known."""

    help = (
        f"List the published exchanges and their ranks among the stored matches; exit code 1 when less than "
        f"{LEAST_SHARE:.0%} are at rank {GOOD_RANK} or better in the buyer's list."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take --json."""
        parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the report."""
        report = report_on(published_pairs())
        self.stdout.write(as_json(report) if options["json"] else as_text(report))
        if not report.passes:
            sys.exit(1)


def as_text(report: Report) -> str:
    """Return the report as a table with what counts below it."""
    lines = [f"{'buyer':>8} {'seller':>8} {'score':>6} {'km':>6}  exchange"]
    network = ""
    for finding in report.findings:
        if finding.exchange.network != network:
            network = finding.exchange.network
            lines.append(f"\n{network}")
        lines.append(_line(finding))
    total = len(report.findings)
    lines += [
        "",
        f"{report.good_for_buyer} of {total} published exchanges ({report.share:.0%}) stand at rank {GOOD_RANK} or "
        f"better in the buyer's list; this counts, and at least {LEAST_SHARE:.0%} are wanted.",
        f"{report.good_for_both} of {total} do so in both lists.",
        f"Of {report.possible_pairs} pairs of a published offer and a published request, {report.proposed_pairs} are "
        "proposed.",
        "Rank 2/7: second of seven matches of that listing; – : not proposed. Offers and requests are entered "
        "separately;",
        "where a source gives one quantity for an exchange, both sides state it, which helps the quantity part.",
        "",
        "Left out:",
        *(f"  {row['network']}: {row['resource']} ({row['reason']})" for row in report.left_out),
    ]
    return "\n".join(lines)


def _line(finding: Finding) -> str:
    exchange = finding.exchange
    score = "–" if finding.score is None else f"{finding.score:.0%}"
    km = "–" if finding.distance_km is None else f"{finding.distance_km:.0f}"
    return (
        f"{_rank(finding.buyer_rank, finding.buyer_matches):>8} "
        f"{_rank(finding.seller_rank, finding.seller_matches):>8} {score:>6} {km:>6}  "
        f"{exchange.from_plant}: {exchange.offered} → {exchange.to_plant}: {exchange.requested}"
    )


def _rank(rank: int | None, matches: int) -> str:
    return f"{rank or '–'}/{matches}"


def as_json(report: Report) -> str:
    """Return the report as JSON: what was found for each exchange, and what was left out."""
    findings = [
        {
            "network": finding.exchange.network,
            "from": finding.exchange.from_plant,
            "offered": finding.exchange.offered,
            "to": finding.exchange.to_plant,
            "requested": finding.exchange.requested,
            "proposed": finding.score is not None,
            "score": finding.score,
            "distance_km": finding.distance_km,
            "rank_for_buyer": finding.buyer_rank,
            "matches_of_buyer": finding.buyer_matches,
            "rank_for_seller": finding.seller_rank,
            "matches_of_seller": finding.seller_matches,
            "worse_rank": finding.worse_rank,
        }
        for finding in report.findings
    ]
    return json.dumps(
        {
            "exchanges": findings,
            "at_good_rank_for_buyer": report.good_for_buyer,
            "at_good_rank_for_both": report.good_for_both,
            "share": report.share,
            "possible_pairs": report.possible_pairs,
            "proposed_pairs": report.proposed_pairs,
            "passes": report.passes,
            "left_out": list(report.left_out),
        },
        ensure_ascii=False,
        indent=2,
    )
