"""An import from the file to the listings: kept as it was sent, checked, and written, each by a job of its own.

Checking and writing go the same way, row by row through the same rules, only that the first undoes nothing and writes
nothing. How far a job is stands in the cache, which no transaction hides.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Final

from django.core.cache import cache
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from accounts.models import Organization, User
from catalogue.models import QualityProperty
from common.errors import Conflict, Invalid
from events.services import record_event, told_together
from listings.bulk import sheets
from listings.bulk.columns import guess_mapping
from listings.bulk.rows import Problem, Read, RowReader, Way, habits, properties_by_key
from listings.bulk.sheets import Reading, Sheet, read_sheet
from listings.models import ImportProblem, ImportState, ListingImport
from listings.selectors.knowledge import RememberedKnowledge
from listings.services.bulk import Became, BulkWriter, Line

CHUNK: Final = 1000
HEAD_ROWS: Final = 8
SAMPLE_ROWS: Final = 1000
"""So much of a workbook is read while somebody waits: all of it takes seconds, and is the job's."""
KEPT: Final = timedelta(days=30)
MOST_PROBLEMS: Final = 50_000
_PROGRESS_S: Final = 3600
COUNTED: Final = (Became.CREATED, Became.UPDATED, Became.UNCHANGED, Became.REFUSED)

Progress = Callable[[int, int], None]
"""Called with how many rows are done, and of how many."""


@dataclass
class Result:
    """What came of a file's rows, or would come."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("rows", *COUNTED), 0))
    problems: list[Problem] = field(default_factory=list)

    @property
    def refused(self) -> int:
        """How many rows were refused."""
        return self.counts[Became.REFUSED]


# --- what a person does -------------------------------------------------------------------------------------
@transaction.atomic
def start_import(
    *, actor: User, organization: Organization, upload: UploadedFile, site_id: int | None = None
) -> ListingImport:
    """Keep a file and say how it is read; raises `Invalid` on `file` for one that cannot be taken."""
    if not upload.size:
        raise sheets.refused(_("This file is empty. Fill in the template, and send it."))
    if upload.size > sheets.MOST_BYTES:
        raise sheets.too_large()
    content = upload.read()
    sheet = read_sheet(content, most=SAMPLE_ROWS)
    found = ListingImport(
        organization=organization, created_by=actor, name=(upload.name or "")[:200], content=content
    )
    _read_so(found, sheet, guessed(sheet, site_id))
    found.save()
    record_event(kind="listing_import.sent", subject=found, actor=actor)
    return found


@transaction.atomic
def read_otherwise(*, actor: User, listing_import: ListingImport, reading: Reading, way: Way | None) -> None:
    """Read a file in another way; without `way` its columns are guessed anew. Raises `Invalid` on `file`."""
    found = _open(listing_import)
    sheet = read_sheet(bytes(found.content), reading, most=SAMPLE_ROWS)
    _read_so(found, sheet, way or guessed(sheet, way_of(found).site_id))
    found.state, found.counts, found.refusal = ImportState.CHECKING, {}, ""
    found.save()
    found.problems.all().delete()
    cache.delete(_key(found.pk))
    record_event(kind="listing_import.sent", subject=found, actor=actor)


@transaction.atomic
def take_import(*, actor: User, listing_import: ListingImport, publish: bool, only_whole: bool) -> None:
    """Let what a file says be listed; with `only_whole` nothing of it where any row is refused."""
    found = _open(listing_import)
    if found.state != ImportState.CHECKED:
        raise Conflict(_("It is being checked still. Wait for the counts."), code="being_checked")
    found.publish, found.only_whole = publish, only_whole
    found.state, found.refusal = ImportState.WRITING, ""
    found.save(update_fields=["publish", "only_whole", "state", "refusal"])
    cache.delete(_key(found.pk))
    record_event(kind="listing_import.taken", subject=found, actor=actor)


def guessed(sheet: Sheet, site_id: int | None = None) -> Way:
    """Return how the columns and cells of a file seem to be meant."""
    mapping = guess_mapping(sheet.headings, properties_by_key(QualityProperty.objects.all()))
    return habits(sheet, mapping, site_id)


def way_of(listing_import: ListingImport) -> Way:
    """Return how the cells of an import's file are meant."""
    return Way(mapping=listing_import.mapping, **listing_import.reading.get("way", {}))


def reading_of(listing_import: ListingImport) -> Reading:
    """Return how an import's file is read."""
    return Reading(**listing_import.reading.get("file", {}))


def _read_so(found: ListingImport, sheet: Sheet, way: Way) -> None:
    said = asdict(way)
    found.mapping = said.pop("mapping")
    # What is wrong is said in the language of who reads it, by a job that has none of its own.
    found.reading = {"file": asdict(sheet.reading), "way": said, "language": get_language() or ""}
    found.head = sheet.head(HEAD_ROWS)


def _open(listing_import: ListingImport) -> ListingImport:
    found = (
        ListingImport.objects.select_for_update(of=("self",))
        .select_related("organization")
        .get(pk=listing_import.pk)
    )
    if found.state in (ImportState.WRITING, ImportState.DONE):
        raise Conflict(_("This file is imported already, or just being so. Send it anew."), code="taken")
    return found


def preview(listing_import: ListingImport) -> list[Read]:
    """Return the first rows as they are understood."""
    reader = RowReader(listing_import.organization, way_of(listing_import), RememberedKnowledge())
    return list(reader.read(listing_import.head.get("rows", ()), check=True))


# --- what the jobs do ---------------------------------------------------------------------------------------
def check_import(*, import_id: int) -> None:
    """Say what would come of a file's rows; nothing where it is not waited for any more."""
    found = ListingImport.objects.select_related("organization", "created_by").filter(pk=import_id).first()
    if found is None or found.state != ImportState.CHECKING:
        return
    way, reading = way_of(found), found.reading
    with override(reading.get("language") or None):
        result = work_off(found, way, write=False, progress=_progress_of(found))
    with transaction.atomic():
        # Somebody may have chosen another way meanwhile, which has a job of its own.
        now = ListingImport.objects.select_for_update().get(pk=found.pk)
        if now.state != ImportState.CHECKING or (now.reading, now.mapping) != (reading, found.mapping):
            return
        _keep_problems(now, result)
        now.state, now.counts = ImportState.CHECKED, result.counts
        now.save(update_fields=["state", "counts"])


def write_import(*, import_id: int) -> None:
    """List what a file says, in one transaction: a worker that dies leaves nothing, and the next begins anew."""
    with transaction.atomic():
        found = (
            ListingImport.objects.select_for_update(of=("self",))
            .select_related("organization", "created_by")
            .filter(pk=import_id, state=ImportState.WRITING)
            .first()
        )
        if found is None:
            return
        result = _written(found)
        _keep_problems(found, result)
        if found.only_whole and result.refused:
            found.state = ImportState.CHECKED
            found.refusal = _("Nothing was listed: some rows are not right, and you asked for all or none.")
            found.counts = result.counts
            found.save(update_fields=["state", "refusal", "counts"])
            return
        found.state, found.counts, found.finished_at = ImportState.DONE, result.counts, timezone.now()
        found.save(update_fields=["state", "counts", "finished_at"])
        said = {str(name): result.counts[name] for name in COUNTED}
        record_event(kind="listing_import.done", subject=found, actor=found.created_by, data=said)


def _written(found: ListingImport) -> Result:
    """Write, and undo it where all was wanted and not all is right."""
    with transaction.atomic():
        with told_together(), override(found.reading.get("language") or None):
            result = work_off(found, way_of(found), write=True, progress=_progress_of(found))
        if found.only_whole and result.refused:
            transaction.set_rollback(True)
    return result


def work_off(found: ListingImport, way: Way, *, write: bool, progress: Progress) -> Result:
    """Take all rows of a file through the rules, and with `write` into the market."""
    try:
        sheet = read_sheet(bytes(found.content), reading_of(found))
    except Invalid as error:
        return Result(problems=[Problem(0, "file", "", " ".join(error.fields.get("file", ())))])
    knowledge = RememberedKnowledge()
    reader = RowReader(found.organization, way, knowledge)
    writer = BulkWriter(
        actor=found.created_by,
        organization=found.organization,
        knowledge=knowledge,
        publish=found.publish,
        write=write,
    )
    result, total = Result(), len(sheet.rows)
    progress(0, total)
    for rows in _chunks(sheet.rows, CHUNK):
        reads = list(reader.read(rows))
        lines = [read.line for read in reads if read.line]
        _note(result, reads, writer, lines)
        progress(result.counts["rows"], total)
    return result


def _note(result: Result, reads: Sequence[Read], writer: BulkWriter, lines: list[Line]) -> None:
    outcomes = {outcome.number: outcome for outcome in writer.put(lines)}
    for read in reads:
        result.counts["rows"] += 1
        outcome = outcomes.get(read.row)
        if outcome is None:
            result.counts[Became.REFUSED] += 1
            result.problems += read.problems
            continue
        result.counts[outcome.became] += 1
        for name, texts in outcome.errors.items():
            result.problems.append(Problem(read.row, name, read.typed(name), " ".join(texts)))


def _chunks(rows: list[tuple[int, list[str]]], size: int) -> Iterator[list[tuple[int, list[str]]]]:
    """Hand out rows, and forget them: what was read needs no memory any more."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
        rows[start : start + size] = [(0, [])] * len(rows[start : start + size])


def _keep_problems(found: ListingImport, result: Result) -> None:
    found.problems.all().delete()
    ImportProblem.objects.bulk_create(
        (
            ImportProblem(listing_import=found, row=p.row, field=p.field[:60], typed=p.typed, text=p.text)
            for p in result.problems[:MOST_PROBLEMS]
        ),
        batch_size=2000,
    )


def forget_imports() -> int:
    """Remove the files that were sent long ago, with what was wrong in them; return how many."""
    return (
        ListingImport.objects.filter(created_at__lt=Now() - KEPT).delete()[1].get("listings.ListingImport", 0)
    )


# --- how far it is ------------------------------------------------------------------------------------------
def _key(import_id: int) -> str:
    return f"listing-import-{import_id}"


def _progress_of(found: ListingImport) -> Progress:
    def note(done: int, of: int) -> None:
        cache.set(_key(found.pk), (done, of), _PROGRESS_S)

    return note


def progress_of(listing_import: ListingImport) -> tuple[int, int]:
    """Return how many rows a job has done, and of how many; (0, 0) before it begins."""
    done, of = cache.get(_key(listing_import.pk)) or (0, 0)
    return done, of


# --- what was refused ---------------------------------------------------------------------------------------
def refused_rows(listing_import: ListingImport) -> Iterable[list[str]]:
    """Return the headings and the rows that were refused, as they were sent, with what is wrong in a last column."""
    sheet = read_sheet(bytes(listing_import.content), reading_of(listing_import))
    mapping = listing_import.mapping
    wrong: dict[int, list[str]] = {}
    for problem in listing_import.problems.all():
        place = mapping.get(problem.field)
        heading = sheet.names[place] if place is not None else problem.field.replace("_", " ")
        wrong.setdefault(problem.row, []).append(f"{heading}: {problem.text}" if heading else problem.text)
    yield [*sheet.names, _("What is wrong")]
    for number, cells in sheet.rows:
        if number in wrong:
            yield [*cells, " ".join(wrong[number])]
