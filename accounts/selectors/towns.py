"""Towns and countries: to place a site by, and to name a blurred place by."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db.models import BooleanField, Case, Value, When
from django.db.models.functions import Length
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import Town, TownName
from common.errors import Invalid
from common.geo import Point, distance_km, earth_distance_km, within
from common.reading.names import name_key, name_keys
from common.reading.tables import Row, read_rows
from common.reading.text import clean_code, clean_line

DATA = Path(__file__).parent.parent / "data"
COUNTRIES_CSV = DATA / "countries.csv"
US_STATES_CSV = DATA / "us_states.csv"
_UNITED_STATES = "US"
_NAMED_IN_ERRORS = 4
_TOWN_REACH_KM = 100
_SHOWN = 60
_LONGEST_KEY = 100
_SURELY_MEANT = 4
"""Letters of a name from which on it counts as typed in full, and not as the beginning of a larger town's."""
_CLEARLY_LARGER = 10


def country_names() -> Mapping[str, str]:
    """Return the name of every country by its ISO 3166-1 code, in the reader's language and the order of the names."""
    return _country_names((get_language() or "en").partition("-")[0])


@cache
def _country_names(language: str) -> Mapping[str, str]:
    """Return the names in a language; English ones where `country_names_<language>.csv` is missing."""
    names = {row["country"]: row["name"] for row in _countries()}
    file = f"country_names_{language}.csv"
    if (DATA / file).exists():
        theirs = {row["country"]: row["name"] for row in read_rows(DATA, file, ("country", "name"))}
        names = dict(sorted((names | theirs).items(), key=lambda each: name_key(each[1])))
    return names


@cache
def _country_by_key() -> Mapping[str, str]:
    """Every way of naming a country (both codes, its name in English and in its own languages) to its code."""
    return {
        key: row["country"]
        for row in _countries()
        for name in (row["country"], row["name"], *row["other_names"].split("|"))
        for key in name_keys(name)
    }


def _countries() -> list[Row]:
    return read_rows(COUNTRIES_CSV.parent, COUNTRIES_CSV.name, ("country", "name", "other_names"))


@cache
def _states() -> Mapping[str, tuple[str, frozenset[int]]]:
    """Return the name and the towns of each state of the United States by the key of its code and of its name."""
    rows = read_rows(US_STATES_CSV.parent, US_STATES_CSV.name, ("state", "name", "towns"))
    return {
        name_key(said): (row["name"], frozenset(map(int, row["towns"].split("|"))))
        for row in rows
        for said in (row["state"], row["name"])
    }


def _state_of(town: Town) -> str:
    """Return the name of the state in which a town of the United States lies; empty for others."""
    if town.country != _UNITED_STATES:
        return ""
    return next((name for name, towns in _states().values() if town.pk in towns), "")


def country_name(code: str) -> str:
    """Return a country's name; the code itself where it is not known."""
    return country_names().get(code, code)


_TAIL = re.compile(
    r"^(?P<town>.*?)[,，、;]\s*(?P<comma>[^,，、;]+)$|^(?P<before>.*\S)\s*\((?P<brackets>[^()]+)\)\s*$",
)


def split_town(text: str) -> tuple[str, str]:
    """Return town and country code of “Halle, DE”, “Halle, Germany”, “Halle, Deutschland” or “Halle (Germany)”.

    The code is empty if no country is named; what else stands behind a comma or in brackets is the town's name.
    """
    text = clean_line(text)
    town, tail = _without_tail(text)
    if tail and (code := _country_by_key().get(name_key(tail))):
        return town, code
    return text, ""


def _without_tail(text: str) -> tuple[str, str]:
    """Return a town and what stands behind its comma or in its brackets; an empty tail where nothing does."""
    found = _TAIL.match(text)
    if not found:
        return text, ""
    if found["comma"]:
        return found["town"].strip(), found["comma"]
    return found["before"].strip(), found["brackets"]


def _split_state(text: str) -> tuple[str, frozenset[int] | None]:
    """Return a town and the towns of its state for “Portland, OR” or “Portland, Oregon”, first without the country.

    None without a state of the United States.
    """
    town, tail = _without_tail(clean_line(text))
    if _country_by_key().get(name_key(tail)) == _UNITED_STATES:
        town, tail = _without_tail(town)
    _name, towns = _states().get(name_key(tail), ("", None)) if tail else ("", None)
    return town, towns


def _named(text: str, country: str) -> tuple[str, str, list[TownName]]:
    """Return what of `text` is the town's name, the country (a code, "" if open), and the towns that have the name.

    A code that is both a country's and a state's, as CA, is the state's where that country has no such town.
    """
    name, named_country = split_town(text)
    found = _names(name, country or named_country)
    if not found and country in ("", _UNITED_STATES):
        in_state, towns = _split_state(text)
        if towns is not None:
            return in_state, _UNITED_STATES, _names(in_state, _UNITED_STATES, towns)
    return name, country or named_country, found


def _names(text: str, country: str = "", towns: frozenset[int] | None = None) -> list[TownName]:
    """Return by which name each town is known as `text`, among `towns` if given, the likeliest town first."""
    rows = TownName.objects.filter(key__in=name_keys(text)).order_by("-rank", "town_id")
    if country:
        rows = rows.filter(town__country=country)
    if towns is not None:
        rows = rows.filter(town__in=towns)
    found: dict[int, TownName] = {}
    for row in rows.select_related("town"):
        found.setdefault(row.town_id, row)
    return list(found.values())


def _town(name: TownName, typed: str) -> Town:
    town = name.town
    town.called = _as_typed(typed, name)
    return town


def _as_typed(typed: str, name: TownName) -> str:
    """Return what to call a town: as somebody wrote it, if in full and with capitals where they belong."""
    in_full = name.key in name_keys(typed)
    return clean_line(typed) if in_full and not typed.isupper() and not typed.islower() else name.name


def towns_named(text: str, country: str = "") -> list[Town]:
    """Return the towns that are called `text` in any language, in `country` (a code) if given, the likeliest first.

    The likeliest is the largest; a name that is not a town's own counts for less, so that a town is not hidden
    behind what a larger one is called elsewhere. `called` of each says by which name it was found.
    """
    return [_town(name, text) for name in _names(text, country)]


def find_town(text: str, country: str = "") -> Town:
    """Return the one town of this name, in `country` (a code) if given; `called` says by which name it was found.

    Raises `Invalid` on the field `town` when no town has the name, or several have between which size does not
    decide.
    """
    name, country, found = _named(text, country)
    if not found:
        raise Invalid({"town": _unknown_town(name, country)})
    likely = [each for each in found if _may_be_meant(each, found[0], in_country=bool(country))]
    if len(likely) > 1:
        raise Invalid({"town": _several_towns(name, [each.town for each in likely])})
    return _town(likely[0], name)


def _may_be_meant(name: TownName, likeliest: TownName, *, in_country: bool) -> bool:
    """Whether one must ask back; not for what is dwarfed, unless it is a town's own name and the country is open."""
    if not name.own:
        return name.rank * TownName.OTHER_COUNTS >= likeliest.rank
    return not in_country or name.rank * _CLEARLY_LARGER >= likeliest.rank


def check_near_town(name: str, country: str, point: Point) -> None:
    """Raise `Invalid` on the field `town` when all towns of this name in this country lie far from `point`."""
    away_km = [round(distance_km(point, Point(t.latitude, t.longitude))) for t in towns_named(name, country)]
    if away_km and min(away_km) > _TOWN_REACH_KM:
        raise Invalid(
            {
                "town": _(
                    "%(town)s lies %(distance)d km from these coordinates. Correct the town, or empty both "
                    "coordinates to move the site there."
                )
                % {"town": name, "distance": min(away_km)}
            }
        )


def _unknown_town(name: str, country: str) -> str:
    where = _(" in %(country)s") % {"country": country_name(country)} if country else ""
    return _(
        "We know no town “%(town)s”%(where)s. Check the spelling, take the nearest larger town, or give the "
        "place by its coordinates."
    ) % {"town": name[:_SHOWN], "where": where}


def _several_towns(name: str, towns: list[Town]) -> str:
    countries = sorted({country_name(town.country) for town in towns})
    if len(countries) == 1:
        fuller = [full for town in towns if name_key(full := _full_name(town)) != name_key(name)]
        way_out = _("type %(names)s in full, or give the place by its coordinates") if fuller else ""
        return _("%(country)s has %(count)d towns called “%(town)s”: %(way_out)s.") % {
            "country": countries[0],
            "count": len(towns),
            "town": name[:_SHOWN],
            "way_out": (way_out or _("give the place by its coordinates"))
            % {"names": _(" or ").join(f"“{each}”" for each in fuller[:_NAMED_IN_ERRORS])},
        }
    more = ", …" if len(countries) > _NAMED_IN_ERRORS else ""
    return _("There is more than one “%(town)s” (%(countries)s): choose the country.") % {
        "town": name[:_SHOWN],
        "countries": ", ".join(countries[:_NAMED_IN_ERRORS]) + more,
    }


def _full_name(town: Town) -> str:
    """Return by which name a town is told from others of its country."""
    state = _state_of(town)
    return f"{town.name}, {state}" if state else town.name


def suggest_towns(text: str, *, limit: int = 8) -> list[Town]:
    """Return towns of which a name in any language starts with `text`, whatever accents are typed or left out.

    First those that are called exactly so, then, if accents were typed, those written with them, then those whose
    own name starts so; the largest first. `called` of each says by which name it was found.
    """
    typed, country = split_town(text)
    in_state, state = _split_state(text)
    if state is not None and not (country and _names(typed, country)):
        typed, country = in_state, _UNITED_STATES
    else:
        state = None
    keys = [key[:_LONGEST_KEY] for key in name_keys(typed)]
    if not keys:
        return []
    names = TownName.objects.filter(key__startswith=keys[0])
    for key in keys[1:]:
        names = names | TownName.objects.filter(key__startswith=key)
    if country:
        names = names.filter(town__country=country)
    if state is not None:
        names = names.filter(town__in=state)
    exact = [key for key in keys if len(key) >= _SURELY_MEANT or not key.isascii()]
    names = names.annotate(
        is_exact=_whether(key__in=exact),
        is_literal=_whether(name__istartswith=typed) if not typed.isascii() else Value(False),
    ).order_by("-is_exact", "-is_literal", "-own", "-rank", "town_id", Length("key"), "key")
    found: dict[int, TownName] = {}
    # A town has at most some twenty names that begin alike.
    for name in names[: 25 * limit]:
        if len(found) < limit:
            found.setdefault(name.town_id, name)
    towns = Town.objects.in_bulk(found)
    for pk, town in towns.items():
        town.called = _as_typed(typed, found[pk])
    return [towns[pk] for pk in found]


def _whether(**condition: object) -> Case:
    return Case(When(**condition, then=Value(True)), default=Value(False), output_field=BooleanField())


def town_near(point: Point) -> Town | None:
    """Return the largest town within 15 km of `point`, else the nearest within 150 km, else None."""
    for radius_km, order in ((15, "-population"), (150, "far_km")):
        town = (
            within(Town.objects.all(), point, float(radius_km))
            .annotate(far_km=earth_distance_km("latitude", "longitude", point))
            .order_by(order, "pk")
            .first()
        )
        if town:
            return town
    return None


def largest_town(country: str) -> Town | None:
    """Return the town of a country that has the most people; None where we know none."""
    return Town.objects.filter(country=country).order_by("-population", "pk").first()


_COORDINATES = re.compile(r"^(-?\d{1,2}(?:\.\d+)?) *[,;] *(-?\d{1,3}(?:\.\d+)?)$")
_IN_OTHER_FORM = re.compile(r"^(-?\d{1,2}(?:[.,]\d+)?)(?: *; *|,? +)(-?\d{1,3}(?:[.,]\d+)?)$")
"""Decimals may have commas where a semicolon or a blank parts the two."""


def place_from_text(text: str) -> Point:
    """Return the point that a town (by any of its names) or coordinates mean; of several towns the largest."""
    plain = clean_code(text)
    if found := _COORDINATES.match(plain) or _IN_OTHER_FORM.match(plain):
        latitude, longitude = (float(found[side].replace(",", ".")) for side in (1, 2))
        if abs(latitude) > 90 or abs(longitude) > 180:
            raise ValidationError(_("Latitude goes to ±90°, longitude to ±180°."), code="off_globe")
        return Point(latitude, longitude)
    name, country, found_names = _named(text, "")
    towns = [_town(each, name) for each in found_names]
    if not towns and not country:
        towns = suggest_towns(name, limit=1)
    if not towns:
        raise ValidationError(
            _("We know no town “%(town)s”. Type a larger one nearby, or coordinates as 55.68, 11.09."),
            code="unknown",
            params={"town": name[:_SHOWN]},
        )
    return Point(towns[0].latitude, towns[0].longitude)
