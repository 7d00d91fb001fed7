"""`manage.py affinity "steam" "refinery"`: how well a material suits an activity as an input, and why."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from math import isnan
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from catalogue.affinity.evaluation import CandidatePair, DocumentedExchange, Ranking, pairs_of, rank, scorers
from catalogue.affinity.scoring import KnowledgeBase, affinity
from catalogue.loading.folder import DATA_FOLDER
from catalogue.selectors.knowledge import read_knowledge
from common.reading.tables import TableError

PAIR_COLUMNS = ("material", "activity")
FLOW_COLUMNS = ("network", "resource", "to_org", "to_activity")
LONGEST_CELL = 1_000_000
MOST_FAILURES = 8


class Command(BaseCommand):
    help = "Say how well materials suit activities as inputs, for any two texts; needs no database."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("material", nargs="?", help="what there is, in any words")
        parser.add_argument("activity", nargs="?", help="who may take it, in any words")
        parser.add_argument(
            "--csv", type=Path, dest="table", help="file with the columns material,activity; writes CSV"
        )
        parser.add_argument(
            "--evaluate",
            nargs="?",
            type=Path,
            const=DATA_FOLDER / "documented_flows.csv",
            help="measure on documented exchanges (columns network,resource,to_org,to_activity)",
        )

    def handle(
        self,
        *args: Any,
        material: str | None,
        activity: str | None,
        table: Path | None,
        evaluate: Path | None,
        **options: Any,
    ) -> None:
        try:
            knowledge = read_knowledge()
        except TableError as error:
            raise CommandError(str(error)) from error
        if evaluate is not None:
            for line in _evaluation(list(_rows(evaluate, FLOW_COLUMNS)), knowledge):
                self.stdout.write(line)
        elif table is not None:
            self._write_csv(table, knowledge)
        elif material is not None and activity is not None:
            found = affinity(material, activity, knowledge)
            self.stdout.write(f"{found.score:.2f}  {found.reason}")
        else:
            raise CommandError(
                'Name a material and an activity, as in affinity "steam" "refinery", or --csv FILE.'
            )

    def _write_csv(self, path: Path, knowledge: KnowledgeBase) -> None:
        writer = csv.writer(self.stdout, lineterminator="\n")
        writer.writerow([*PAIR_COLUMNS, "score", "reason"])
        for row in _rows(path, PAIR_COLUMNS):
            found = affinity(row["material"], row["activity"], knowledge)
            writer.writerow([row["material"], row["activity"], f"{found.score:.4f}", found.reason])


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[dict[str, str]]:
    """Yield the lines of a CSV file; what a short line leaves out is empty."""
    before = csv.field_size_limit(LONGEST_CELL)
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
            reader = csv.DictReader((line.replace("\0", "") for line in lines), restval="")
            missing = [column for column in columns if column not in (reader.fieldnames or ())]
            if missing:
                raise CommandError(f"{path}: the columns {', '.join(missing)} are missing in the first line.")
            for row in reader:
                yield {column: row[column] or "" for column in columns}
    except (OSError, csv.Error) as error:
        raise CommandError(f"{path}: {error}") from error
    finally:
        # It holds for the whole process.
        csv.field_size_limit(before)


def _evaluation(rows: Sequence[Mapping[str, str]], knowledge: KnowledgeBase) -> Iterator[str]:
    """Yield the lines of the report: every scorer, by what the receiver is called."""
    for title, pairs in receivers(rows, knowledge).items():
        real = sum(pair.is_real for pair in pairs)
        yield f"receiver by {title}: {real} exchanges among {len(pairs)} pairs"
        rankings = {name: rank(pairs, scorer) for name, scorer in scorers(pairs, knowledge).items()}
        for name, ranking in rankings.items():
            best, limit = ranking.best
            yield (
                f"  {name:<14} AUC {_number(ranking.auc)}  best F {best:.3f} (from {limit:.3f})  "
                f"F with the other networks' threshold {ranking.f1_left_out():.3f}"
            )
        yield from _by_network(rankings["affinity"])
    yield from _failures(rankings["affinity"], knowledge)


def receivers(rows: Sequence[Mapping[str, str]], knowledge: KnowledgeBase) -> dict[str, list[CandidatePair]]:
    """Return the pairs by what the receiver is called: as in the file, by the title of its NACE class, by both."""

    def exchanges(with_name: bool, with_title: bool) -> Iterator[DocumentedExchange]:
        for row in rows:
            title = knowledge.nace_titles.get(row["to_activity"], "")
            parts = [row["to_org"] if with_name or not title else "", title if with_title else ""]
            yield DocumentedExchange(
                row["network"], row["resource"], ", ".join(part for part in parts if part)
            )

    ways = {"name": (True, False), "NACE title": (False, True), "name and NACE title": (True, True)}
    if not any(row["to_activity"] for row in rows):
        ways = {"name": (True, False)}
    return {way: pairs_of(exchanges(*which)) for way, which in ways.items()}


def _by_network(ranking: Ranking) -> Iterator[str]:
    for network in dict.fromkeys(pair.network for pair in ranking.pairs):
        part = ranking.only(network)
        if not isnan(part.auc):
            real = sum(pair.is_real for pair in part.pairs)
            yield f"    {network[:44]:<44} {real:>3}/{len(part.pairs):<4} AUC {part.auc:.3f}  best F {part.best[0]:.3f}"


def _failures(ranking: Ranking, knowledge: KnowledgeBase) -> Iterator[str]:
    """Yield the real exchanges with the lowest and the other pairs with the highest score."""
    scored = sorted(zip(ranking.scores, ranking.pairs, strict=True), key=lambda each: each[0])
    for heading, wrong in (
        ("real, scored lowest", [each for each in scored if each[1].is_real]),
        ("not known to be real, scored highest", [each for each in reversed(scored) if not each[1].is_real]),
    ):
        yield f"{heading}:"
        for score, pair in wrong[:MOST_FAILURES]:
            reason = affinity(pair.material, pair.activity, knowledge).reason
            yield f"  {score:.2f}  {pair.material} → {pair.activity[:60]} | {reason}"


def _number(value: float) -> str:
    return "–" if isnan(value) else f"{value:.3f}"
