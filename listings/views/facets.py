"""Facets and chips of the browse page: what can be chosen with how many it would find, and what is chosen."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.selectors.regions import country_of_region, region_names
from accounts.selectors.towns import country_names
from catalogue.called import called
from catalogue.models import Kind
from common.templatetags.loopyard import number
from listings.data_quality import LABELS
from listings.models import Period, Side
from listings.search.find import Found
from listings.selectors.filters import DEFAULT_WITHIN_KM, LEGAL_LABELS, PRICE_LABELS, UNSAID, ListingFilter

MOST_OPEN: Final = 6
"""Of a facet so many stand open, the others behind "more"."""
_PLACES: Final[Mapping[str, Callable[[], Mapping[str, str]]]] = {
    "country": country_names,
    "region": region_names,
}
_PAGING: Final = ("cursor", "page")
_HAZARD_LABELS: Final = {"no": gettext_lazy("not hazardous"), "yes": gettext_lazy("hazardous waste")}
_SINGLE: Final = ("side", "hazardous", "resource")
_FACETS: Final[Sequence[tuple[str, str, Any, Mapping[str, Any]]]] = (
    ("country", "country", gettext_lazy("Country"), {}),
    ("region", "region", gettext_lazy("Region"), {}),
    ("price", "price_sign", gettext_lazy("Who pays"), PRICE_LABELS),
    ("period", "period", gettext_lazy("How often"), dict(Period.choices)),
    ("legal", "legal_status", gettext_lazy("In law"), LEGAL_LABELS),
    ("hazardous", "hazardous", gettext_lazy("Hazard"), _HAZARD_LABELS),
    ("quality", "data_quality", gettext_lazy("How well described"), LABELS),
)


@dataclass(frozen=True)
class Option:
    """A value that can be chosen."""

    value: str
    label: str
    count: int
    chosen: bool
    url: str = ""


@dataclass(frozen=True)
class FacetView:
    """A facet with its values, those beyond a few apart."""

    name: str
    label: str
    single: bool
    open: Sequence[Option]
    more: Sequence[Option]
    hint: str = ""

    @property
    def chosen(self) -> bool:
        """Whether any of it is chosen."""
        return any(option.chosen for option in (*self.open, *self.more))


@dataclass(frozen=True)
class Chip:
    """One thing that is asked for, and the address without it."""

    label: str
    url: str


def facet_views(found: Found, query: QueryDict) -> list[FacetView]:
    """Return the facets of an answer; values that would find nothing are left out, unless they are chosen."""
    return [
        _facet(name, str(label), found.facets.get(key, {}), labels, query)
        for key, name, label, labels in _FACETS
    ]


def left_out(filters: ListingFilter) -> list[str]:
    """Say of each facet whose value there is none of what is wrong; such a value narrows nothing."""
    labels = {name: label for _key, name, label, _labels in _FACETS}
    labels |= {"kind": gettext_lazy("Kind"), "side": gettext_lazy("Offered or sought")}
    errors = filters.form.errors
    return [f"{label}: {' '.join(errors[name])}" for name, label in labels.items() if name in errors]


def _facet(
    name: str, label: str, counts: Mapping[str, int], labels: Mapping[str, Any], query: QueryDict
) -> FacetView:
    chosen = query.getlist(name)
    places = _PLACES[name]() if name in _PLACES else {}
    alone = len(query.getlist("country")) == 1
    options = []
    for said, count in counts.items():
        value = UNSAID if name == "legal_status" and not said else said
        if not value or not (count or value in chosen):
            continue
        text = str(labels.get(value, "")) or _place_name(name, value, places, alone=alone)
        options.append(Option(value, text[:1].upper() + text[1:], count, value in chosen))
    if name in _PLACES:
        options.sort(key=lambda option: (-option.count, option.label))
    shown: list[Option] = []
    more: list[Option] = []
    for option in options:
        (shown if len(shown) < MOST_OPEN or option.chosen else more).append(option)
    hint = ""
    if name == "region" and not query.getlist("country"):
        # Hundreds of all countries would bury the rest.
        hint = _("Choose a country to see all its regions.") if more else ""
        more = []
    return FacetView(name, label, name in _SINGLE, shown, more, hint)


def _place_name(facet: str, code: str, names: Mapping[str, str], *, alone: bool = False) -> str:
    """Return the name of a country, or of a region with its country, whose code tells regions of one name apart.

    `alone`: one country is chosen, so that naming it with each region would say nothing.
    """
    if facet == "country":
        return names.get(code, code)
    return names[code] if alone else f"{names[code]}, {country_of_region(code)}"


def counted(
    labels: Sequence[tuple[str, Any]], counts: Mapping[str, int], chosen: Sequence[str]
) -> list[Option]:
    """Return options of a facet that always shows all."""
    return [Option(value, str(label), counts.get(value, 0), value in chosen) for value, label in labels]


@dataclass(frozen=True)
class TreeView:
    """Where one stands in the tree of resources: the way there, and what lies right below with what it would find."""

    path: Sequence[Option]
    below: Sequence[Option]


def tree_view(found: Found, query: QueryDict, resource: int | None) -> TreeView:
    """Return the branches below the resource that is chosen, or of the kinds, the fullest first."""
    tree, counts = found.tree, found.facets.get("resource", {})

    def option(place: int, *, chosen: bool = False) -> Option:
        node = tree.nodes[place]
        return Option(
            node.slug,
            called(node.name),
            counts.get(node.slug, 0),
            chosen,
            _with(query, "resource", node.slug),
        )

    place = tree.place_of.get(resource) if resource is not None else None
    if place is None:
        branches = [below for root in tree.roots() for below in tree.children(root)]
        path: list[Option] = []
    else:
        branches = tree.children(place)
        path = [option(at, chosen=at == place) for at in tree.path(place)]
    full = [at for at in branches if counts.get(tree.nodes[at].slug)]
    full.sort(key=lambda at: (-counts[tree.nodes[at].slug], called(tree.nodes[at].name)))
    return TreeView(path, [option(at) for at in full[: 2 * MOST_OPEN]])


def chips(filters: ListingFilter, query: QueryDict) -> list[Chip]:
    """Return what is asked for, each with the address that no longer asks it."""
    return [Chip(label, _without(query, names, value)) for label, names, value in _asked(filters, query)]


Said = tuple[str, tuple[str, ...], str]
"""What is asked for in words, the parameters that ask it, and the value where one of several is meant."""


def _asked(filters: ListingFilter, query: QueryDict) -> Iterator[Said]:
    said: dict[str, Any] = {
        name: value
        for name, value in getattr(filters.form, "cleaned_data", {}).items()
        if value not in (None, "", [], False) or (name == "hazardous" and value is False)
    }
    for name, words in _words_of(filters, query).items():
        if name in said:
            names = {"near": ("near", "within_km"), "price_max": ("price_max", "currency")}.get(name, (name,))
            yield words(said[name]), names, ""
    for name, labels in _SEVERAL.items():
        for value in said.get(name, ()):
            chosen = str(labels[value]) if labels else _place_name(name, value, _PLACES[name]())
            yield chosen[:1].upper() + chosen[1:], (name,), value


_SEVERAL: Final[Mapping[str, Mapping[str, Any]]] = {
    "kind": dict(Kind.choices),
    "country": {},
    "region": {},
    "price_sign": PRICE_LABELS,
    "period": dict(Period.choices),
    "legal_status": LEGAL_LABELS,
    "data_quality": LABELS,
}


def _words_of(filters: ListingFilter, query: QueryDict) -> dict[str, Callable[[Any], str]]:
    """Return how each filter is said."""
    within = filters.form.cleaned_data.get("within_km") or DEFAULT_WITHIN_KM
    price = {"currency": filters.price_currency} if query.get("price_max") else {}
    return {
        "q": lambda words: f"“{words}”",
        "side": lambda side: str(Side(side).label).capitalize(),
        "resource": lambda resource: called(resource.name),
        "near": lambda _point: (
            _("within %(km)s km of %(place)s") % {"km": number(within), "place": query["near"]}
        ),
        "box": lambda _box: _("what the map shows"),
        "quantity_min": lambda amount: _("at least %(amount)s left") % {"amount": number(amount)},
        "quantity_max": lambda amount: _("at most %(amount)s left") % {"amount": number(amount)},
        "price_max": lambda most: _("at most %(price)s %(currency)s") % {"price": number(most), **price},
        "free": lambda _yes: _("free, or the seller pays"),
        "window_from": lambda day: _("open on %(day)s") % {"day": day.isoformat()},
        "window_until": lambda day: _("begun by %(day)s") % {"day": day.isoformat()},
        "hazardous": lambda yes: str(_HAZARD_LABELS["yes" if yes else "no"]),
    }


def _without(query: QueryDict, names: tuple[str, ...], value: str) -> str:
    left = query.copy()
    for name in (*names, *_PAGING):
        values = [each for each in left.getlist(name) if value and each != value]
        left.setlist(name, values) if values else left.pop(name, None)
    return f"?{left.urlencode()}"


def _with(query: QueryDict, name: str, value: str) -> str:
    changed = query.copy()
    for each in _PAGING:
        changed.pop(each, None)
    changed[name] = value
    return f"?{changed.urlencode()}"
