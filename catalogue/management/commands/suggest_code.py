import csv
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from catalogue.codes.evaluation import Accuracy, by_overlap, by_tf_idf, held_out
from catalogue.selectors.codes import (
    MOST_CODES,
    CodeSuggestions,
    code_book,
    code_files,
    read_code_knowledge,
    suggest_codes,
)
from common.reading.tables import TableError, read_table


class Command(BaseCommand):
    help = "Say which waste codes plain words may mean: of one text, of a CSV file, or of all that is known."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("text", nargs="?", help="what it is, in plain words")
        parser.add_argument(
            "--csv", type=Path, help="a file with the column text; writes text,code_1,…,code_10"
        )
        parser.add_argument(
            "--evaluate", action="store_true", help="leave each by-product name out in turn; print the table"
        )
        parser.add_argument("--every", type=int, default=1, help="evaluate every n-th name only")

    def handle(self, *args: Any, text: str | None, evaluate: bool, every: int, **options: Any) -> None:
        if evaluate:
            self._evaluate(max(1, every))
        elif options["csv"]:
            self._of_file(options["csv"])
        elif text is not None:
            self._of_text(suggest_codes(text))
        else:
            raise CommandError('Say what it is, as "fly ash", or give --csv FILE or --evaluate.')

    def _of_file(self, path: Path) -> None:
        try:
            table = read_table(path, ragged=True)
        except (OSError, TableError) as error:
            raise CommandError(f"{path} cannot be read as UTF-8 CSV: {error}") from error
        if "text" not in table.columns:
            raise CommandError(f"{path}: the column text is missing")
        texts = [row["text"] for row in table.rows]
        book = code_book()
        writer = csv.writer(self.stdout, lineterminator="\n")
        writer.writerow(["text", *(f"code_{place}" for place in range(1, MOST_CODES + 1))])
        for text in texts:
            codes = [hit.code for hit in book.index.search(text, MOST_CODES).hits]
            writer.writerow([text, *codes, *[""] * (MOST_CODES - len(codes))])

    def _of_text(self, found: CodeSuggestions) -> None:
        if found.resource:
            self.stdout.write(f"Resource: {found.resource.name} ({found.resource.breadcrumb})")
        if found.note:
            self.stdout.write(found.note)
        elif not found.codes:
            self.stdout.write("No code known. Try the material, and the plant or process it comes from.")
        if found.question:
            self.stdout.write(found.question.text)
            for answer, origin in found.question.answers:
                self.stdout.write(f"  {answer}  {origin}")
        for place, code in enumerate(found.codes, start=1):
            self.stdout.write(f"{place:>2}. {code.display:<9} {code.description}")
            self.stdout.write(f"              {code.reason}")
            if code.warning:
                self.stdout.write(f"              {code.warning}")

    def _evaluate(self, every: int) -> None:
        files = code_files()
        knowledge = read_code_knowledge(files)
        asked = [name for name in files.by_products if name.codes][::every]
        figures, misses = held_out(knowledge, asked)
        stricter, _ = held_out(knowledge, asked, stricter=True)
        overlap, _ = held_out(knowledge, asked, ranker=by_overlap)
        tf_idf, _ = held_out(knowledge, asked, ranker=by_tf_idf)
        self.stdout.write(f"{len(asked)} names, each left out in turn\n\n")
        self.stdout.write("| | first | first, an alternative counted | in ten |\n|---|---|---|---|")
        for label, row in (
            ("suggest_codes", figures),
            ("the same, without all of the name's resource", stricter),
            ("token overlap", overlap),
            ("plain TF-IDF", tf_idf),
        ):
            self.stdout.write(_line(label, row))
        self.stdout.write("\nNot first:\n")
        for miss in misses:
            place = f"comes {miss.place}." if miss.place else "not among ten"
            self.stdout.write(f"- {miss.name}: {miss.code} {place}, first {miss.instead or 'nothing'}")


def _line(label: str, row: Accuracy) -> str:
    return f"| {label} | {row.first:.1%} | {row.first_accepted:.1%} | {row.in_ten:.1%} |"
