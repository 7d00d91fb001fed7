"""Short names for addresses, each used once."""

from collections.abc import Collection

from django.utils.text import slugify

from accounts.models import Organization, Programme
from common.reading.names import PLAIN_LETTERS


def free_slug(model: type[Organization] | type[Programme], name: str) -> str:
    slugs = model.objects.filter(slug__startswith=_slug_stem(name))
    return slug_beside(set(slugs.values_list("slug", flat=True)), name)


def _slug_stem(name: str) -> str:
    return slugify(name.lower().translate(PLAIN_LETTERS))[:70] or "organization"


def slug_beside(taken: Collection[str], name: str) -> str:
    stem = _slug_stem(name)
    return next(
        slug for n in range(1, len(taken) + 2) if (slug := stem if n == 1 else f"{stem}-{n}") not in taken
    )
