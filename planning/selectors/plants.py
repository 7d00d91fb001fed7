"""What plants of the library, what they take and give, and who invests are called, in the reader's language.

Studies are kept as the cores say them, in English and by slugs (`purchase of gypsum, Brick works at party-3`); here
they are told again. Companies and listings stay keys: `planning.selectors.names` puts those in afterwards.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from django.template.defaultfilters import capfirst
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from catalogue.called import called_within
from catalogue.models import Resource
from planning.library import facilities, facility_names, resource_names

_AT_A_PLANT: Final = re.compile(r"([a-z0-9-]+), (.+ at party-\d+)")
_PLACED: Final = re.compile(r"(.+) at (party-\d+)")
WHOLE: Final[Mapping[str, str | Promise]] = {
    "All companies": gettext_lazy("All companies together"),
    "Public": gettext_lazy("The public"),
    "interest": gettext_lazy("Interest rate"),
    "cost of new plant": gettext_lazy("Transport to and from what is built"),
    "cost of match": gettext_lazy("Transport and treatment of the exchanges"),
    "cost of agreed": gettext_lazy("Transport and treatment of what is agreed"),
    "cost of transport": gettext_lazy("Transport"),
    "general knowledge, unsourced": gettext_lazy("general knowledge, no source"),
    "published, converted by own arithmetic": gettext_lazy("published, converted here"),
    "capex and energy published, rest general knowledge": gettext_lazy(
        "capital and energy published, the rest general knowledge"
    ),
}
_BEFORE: Final[Mapping[str, str | Promise]] = {
    "cost of ": gettext_lazy("Running cost of %(what)s"),
    "capital of ": gettext_lazy("Capital of %(what)s"),
    "disposal of ": gettext_lazy("Disposal of %(what)s"),
    "purchase of ": gettext_lazy("Purchase of %(what)s"),
    "sale of ": gettext_lazy("Sale of %(what)s"),
}
_AFTER: Final[Mapping[str, str | Promise]] = {
    ": nobody within reach gives it, and no price is known": gettext_lazy(
        "%(what)s: nobody within reach gives it, and no price is known"
    ),
    ": nobody within reach takes it, and no price is known": gettext_lazy(
        "%(what)s: nobody within reach takes it, and no price is known"
    ),
}


def with_plants(value: Any) -> Any:
    """Return what JSON holds of a study of plants as its reader would say it."""
    language = (get_language() or "en").partition("-")[0]
    return _replaced(value, _resources(language), facility_names(language))


def _resources(language: str) -> dict[str, str]:
    """What plants take and give, by slug, as inside of a sentence: the catalogue's name, else the library's."""
    slugs = {flow.resource for each in facilities().values() for flow in (*each.inputs, *each.outputs)}
    names = {slug: slug.replace("-", " ") for slug in slugs} | {
        slug: name[:1].lower() + name[1:] if language == "en" and not name[:2].isupper() else name
        for slug, name in resource_names(language).items()
    }
    known = Resource.objects.filter(slug__in=slugs).values_list("slug", "name")
    return names | {slug: called_within(name) for slug, name in known}


def _replaced(value: Any, resources: Mapping[str, str], plants: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return _said(value, resources, plants)
    if isinstance(value, dict):
        return {key: _replaced(each, resources, plants) for key, each in value.items()}
    if isinstance(value, list):
        return [_replaced(each, resources, plants) for each in value]
    return value


def _said(text: str, resources: Mapping[str, str], plants: Mapping[str, str]) -> str:
    if text in WHOLE:
        return str(WHOLE[text])
    for start, pattern in _BEFORE.items():
        if text.startswith(start):
            return str(pattern) % {"what": _said(text.removeprefix(start), resources, plants)}
    for end, pattern in _AFTER.items():
        if text.endswith(end):
            return str(pattern) % {"what": capfirst(_said(text.removesuffix(end), resources, plants))}
    if found := _AT_A_PLANT.fullmatch(text):
        return f"{resources.get(found[1], found[1])}, {_said(found[2], resources, plants)}"
    if found := _PLACED.fullmatch(text):
        return _("%(plant)s at %(place)s") % {
            "plant": plants.get(found[1], found[1]),
            "place": found[2],
        }
    return resources.get(text) or plants.get(text, text)
