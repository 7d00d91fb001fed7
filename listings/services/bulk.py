"""Many listings of one organization at once: each checked by the rules of one, then written set-wise.

A line finds its listing again by the listing's own number (`pk`), by the organization's (`external_id`), and where it
has neither, by saying exactly the same; so the same lines sent again change nothing. What a line does not say stays as
it is. Listings that a line does not change are not locked.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields, replace
from enum import StrEnum
from typing import Any, Final

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organization, User
from common.errors import AppError, Invalid
from common.rows import copy_new
from events.services import Happened, record_events
from listings.disclosure.keys import drawn_keys, is_drawn
from listings.models import Listing, ListingQuality, State
from listings.selectors.knowledge import Knowledge
from listings.services.listings import (
    check_editable,
    content_of,
    kind_of_edit,
    put_terms,
    quality_rows,
    terms_of,
)
from listings.services.terms import ListingTerms

_BATCH: Final = 1000
_KEPT: Final = frozenset(
    ("organization_id", "created_at", "created_by_id", "provenance", "source", "source_year", "allocated")
)


class Became(StrEnum):
    """What came of a line."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True)
class Line:
    """What is said of one listing: some of the fields of `ListingTerms`."""

    number: int
    """The caller's, for the answer."""
    said: Mapping[str, Any]
    otherwise: Mapping[str, Any] = field(default_factory=dict)
    """What a new listing says where the line is silent; a listing that is there keeps what it has."""
    pk: int | None = None
    publish: bool | None = None
    """Whether a new listing goes on the market at once; None: as the whole."""

    @property
    def external_id(self) -> str:
        """The organization's own number for it; empty where the line has none."""
        return str(self.said.get("external_id") or "")


@dataclass(frozen=True)
class Outcome:
    """What came of one line, or would come; `errors` by field, "" for the whole line."""

    number: int
    became: Became
    listing_id: int | None = None
    errors: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass
class _Change:
    """A listing as a line leaves it."""

    line: Line
    listing: Listing
    terms: ListingTerms
    before: str = ""
    """The state that it was in."""


class BulkWriter:
    """Takes lines chunk by chunk. With `write` all within one transaction of the caller's, who may undo it."""

    def __init__(
        self,
        *,
        actor: User | None,
        organization: Organization,
        knowledge: Knowledge,
        publish: bool = True,
        write: bool = True,
    ) -> None:
        self.actor, self.organization, self.knowledge = actor, organization, knowledge
        self.publish, self.write = publish, write
        self._seen: dict[str | int, int] = {}
        self._alike: dict[tuple[bool, int], list[int]] | None = None
        if write:
            # Two imports of one organization wait for each other; who lists something there meanwhile does not.
            Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)

    def put(self, lines: Sequence[Line]) -> list[Outcome]:
        """Return what came of each line, in their order."""
        outcomes: dict[int, Outcome] = {}
        found = self._found(lines)
        changes = self._changes(lines, found, outcomes)
        if self.write and (changed := [each.listing.pk for each in changes if each.listing.pk]):
            # Once more, under the lock: somebody may have changed them meanwhile.
            again = [each.line for each in changes if each.listing.pk]
            locked = self._found(again, Q(pk__in=changed))
            new = [each for each in changes if not each.listing.pk]
            changes = [*new, *self._changes(again, locked, outcomes, first=False)]
        if self.write:
            self._write(changes)
        for each in changes:
            became = Became.UPDATED if each.before else Became.CREATED
            outcomes[each.line.number] = Outcome(each.line.number, became, each.listing.pk)
        return [outcomes[line.number] for line in lines]

    # --- finding ---
    def _found(self, lines: Iterable[Line], which: Q | None = None) -> dict[str | int, Listing]:
        """The listings that are there, by their own numbers and by the organization's."""
        lines = list(lines)
        pks = [line.pk for line in lines if line.pk is not None]
        names = [line.external_id for line in lines if line.external_id]
        if not (pks or names or which):
            return {}
        listings = Listing.objects.filter(organization=self.organization).order_by("pk")
        rows = listings.filter(which or (Q(pk__in=pks) | Q(external_id__in=names)))
        rows = rows.select_related("resource", "site").prefetch_related("quality__property")
        if which:
            rows = rows.select_for_update(of=("self",))
        found: dict[str | int, Listing] = {}
        for listing in rows:
            listing.organization = self.organization
            found[listing.pk] = listing
            if listing.external_id:
                found[listing.external_id] = listing
        return found

    def _listing_of(self, line: Line, found: Mapping[str | int, Listing]) -> Listing | None:
        named = found.get(line.external_id) if line.external_id else None
        if line.pk is None:
            return named
        listing = found.get(line.pk)
        if listing is None:
            text = _("No listing of yours has this number. Leave it empty to list it anew.")
            raise _refusal("id", text)
        if named is not None and named.pk != listing.pk:
            raise _refusal("external_id", _("Another listing of yours has this number already."))
        return listing

    # --- checking ---
    def _changes(
        self,
        lines: Iterable[Line],
        found: Mapping[str | int, Listing],
        outcomes: dict[int, Outcome],
        *,
        first: bool = True,
    ) -> list[_Change]:
        """What the lines change; of the others the outcomes are noted."""
        changes = []
        for line in lines:
            try:
                if first:
                    self._check_once(line)
                change = self._change(line, self._listing_of(line, found))
            except AppError as refusal:
                errors = refusal.fields or {"": [refusal.message]}
                outcomes[line.number] = Outcome(line.number, Became.REFUSED, errors=errors)
                continue
            if isinstance(change, int):
                outcomes[line.number] = Outcome(line.number, Became.UNCHANGED, change)
            else:
                changes.append(change)
        return changes

    def _check_once(self, line: Line) -> None:
        """Refuse a line about a listing that an earlier one is about: which of the two holds, nobody can say."""
        for name, key in (("id", line.pk), ("external_id", line.external_id)):
            if not key:
                continue
            before = self._seen.setdefault(key, line.number)
            if before != line.number:
                text = _("“%(key)s” stands in row %(row)d already; one listing, one row.")
                raise _refusal(name, text % {"key": str(key)[:40], "row": before})

    def _change(self, line: Line, listing: Listing | None) -> "_Change | int":
        """Return what a line changes, or the key of the listing that says so already."""
        if listing is None:
            # Its time is given: rows are copied, and no default of the database is asked for.
            listing = Listing(
                organization=self.organization, created_by=self.actor, created_at=timezone.now(), allocated=0
            )
            terms = put_terms(listing, _new_terms({**line.otherwise, **line.said}), self.knowledge)
            alike = None if line.external_id else self._take_alike(line, listing, terms)
            return _Change(line, listing, terms) if alike is None else alike
        check_editable(listing)
        before, old = listing.state, terms_of(listing)
        said = content_of(listing, old.quality)
        terms = put_terms(listing, replace(old, **line.said), self.knowledge)
        if content_of(listing, terms.quality) == said:
            return listing.pk
        return _Change(line, listing, terms, before)

    def _take_alike(self, line: Line, listing: Listing, terms: ListingTerms) -> int | None:
        """Return a listing that says just this and was not met by an earlier line; None where there is none."""
        if self._alike is None:
            self._alike = self._all_alike()
        dated = "available_from" in line.said
        there = self._alike.get((dated, hash(content_of(listing, terms.quality, dated=dated))))
        while there:
            pk = there.pop()
            if self._seen.setdefault(pk, line.number) == line.number:
                return pk
        return None

    def _all_alike(self) -> dict[tuple[bool, int], list[int]]:
        """The listings without a number of the organization's, by what they say, with and without their first day."""
        alike: dict[tuple[bool, int], list[int]] = {}
        listings = Listing.objects.filter(organization=self.organization, external_id="")
        rows = listings.exclude(state=State.WITHDRAWN).prefetch_related("quality__property").order_by("-pk")
        for listing in rows.iterator(chunk_size=_BATCH):
            quality = {row.property.slug: (row.low, row.high) for row in listing.quality.all()}
            for dated in (True, False):
                key = (dated, hash(content_of(listing, quality, dated=dated)))
                alike.setdefault(key, []).append(listing.pk)
        return alike

    # --- writing ---
    def _write(self, changes: Sequence[_Change]) -> None:
        if not changes:
            return
        happened = []
        new = [each for each in changes if not each.before]
        old = [each for each in changes if each.before]
        now = timezone.now()
        for each in new:
            if each.line.publish if each.line.publish is not None else self.publish:
                each.listing.state, each.listing.published_at = State.PUBLISHED, now
        hidden = [
            each.listing
            for each in new
            if is_drawn(each.listing.disclosure, published=each.listing.state == State.PUBLISHED)
        ]
        for listing, key in zip(hidden, drawn_keys(len(hidden)), strict=True):
            listing.pk = key
        copy_new([each.listing for each in new])
        if old:
            Listing.objects.bulk_create(
                [each.listing for each in old],
                batch_size=_BATCH,
                update_conflicts=True,
                unique_fields=["id"],
                update_fields=_changeable(),
            )
            ListingQuality.objects.filter(listing__in=[each.listing.pk for each in old]).delete()
        rows = [row for each in changes for row in quality_rows(each.listing, each.terms, self.knowledge)]
        copy_new(rows)
        for each in new:
            happened.append(Happened("listing.created", each.listing, {"side": each.listing.side}))
            if each.listing.state == State.PUBLISHED:
                happened.append(Happened("listing.published", each.listing))
        happened += [Happened(kind_of_edit(each.listing, each.before), each.listing) for each in old]
        record_events(actor=self.actor, happenings=happened)


def _new_terms(said: Mapping[str, Any]) -> ListingTerms:
    missing = [each.name for each in fields(ListingTerms) if _is_needed(each) and each.name not in said]
    if missing:
        raise Invalid(dict.fromkeys(missing, _("A new listing needs this.")))
    return ListingTerms(**said)


def _is_needed(each: Field[Any]) -> bool:
    return each.default is MISSING and each.default_factory is MISSING


def _changeable() -> list[str]:
    """The columns that an edit may change."""
    return [
        field.name
        for field in Listing._meta.concrete_fields
        if not field.primary_key and field.attname not in _KEPT
    ]


def _refusal(name: str, text: str) -> Invalid:
    return Invalid({name: text})
