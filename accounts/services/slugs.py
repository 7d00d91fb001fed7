"""Short names for addresses, each used once."""

from collections.abc import Callable, Collection

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from accounts.models import Organization, Programme
from common.reading.names import PLAIN_LETTERS

_MOST_TRIES = 20


def save_with_slug(instance: Organization | Programme, check: Callable[[], None]) -> None:
    """Insert the instance under a free slug of its name; `check` raises for values that cannot be so.

    Whoever takes the same one at the same moment is waited for, and the next one tried.
    """
    for tries_left in reversed(range(_MOST_TRIES)):
        instance.slug = _free_slug(type(instance), instance.name)
        check()
        try:
            with transaction.atomic():
                instance.save(force_insert=True)
        except IntegrityError as error:
            taken = str(getattr(getattr(error.__cause__, "diag", None), "constraint_name", ""))
            if not taken.endswith("_slug_key") or not tries_left:
                raise
        else:
            return


def _free_slug(model: type[Organization] | type[Programme], name: str) -> str:
    slugs = model.objects.filter(slug__startswith=_slug_stem(name))
    return slug_beside(set(slugs.values_list("slug", flat=True)), name)


def _slug_stem(name: str) -> str:
    return slugify(name.lower().translate(PLAIN_LETTERS))[:70] or "organization"


def slug_beside(taken: Collection[str], name: str) -> str:
    """Return the slug of a name, with the first number from 2 on where it is among those taken."""
    stem = _slug_stem(name)
    return next(
        slug for n in range(1, len(taken) + 2) if (slug := stem if n == 1 else f"{stem}-{n}") not in taken
    )
