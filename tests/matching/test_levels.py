"""Levels as the engine is told them, and what serves what by them."""

import numpy as np
import pytest

from catalogue.models import Resource
from matching.engine import Qualities
from matching.market.rules import MatchingRules, load_rules
from matching.market.tables.levels import LevelKind, Levels, named_levels

TEMPERATURE, FLOW, PRESSURE, PURITY = 7, 3, 9, 5
LINES = [
    ["compressor-and-refrigeration-heat", "low-grade-heat", "waste-heat", "heat"],
    ["district-heat", "hot-water", "heat"],
    ["medium-pressure-steam", "process-steam", "steam", "heat"],
    ["chilled-water", "cooling-capacity", "heat"],
    ["fly-ash", "ashes-and-combustion-residues", "material"],
    ["waste-heat", "heat"],
]
WARM, NETWORK, STEAM, CHILL, ASH, ANY_HEAT = range(6)
LEVELS = Levels.of(LINES, {"temperature": TEMPERATURE, "flow-temperature": FLOW, "pressure": PRESSURE})
Stated = dict[int, tuple[float | None, float | None]]
OPEN = None


def told(resource: int, *, is_offer: bool, **stated: tuple[float | None, float | None]) -> Stated:
    keys = {"temperature": TEMPERATURE, "flow": FLOW, "pressure": PRESSURE, "purity": PURITY}
    rows = sorted((keys[name], *ends) for name, ends in stated.items())
    ends = np.array([[np.nan if end is None else end for end in row[1:]] for row in rows]).reshape(-1, 2)
    before = Qualities(
        start=np.array([0, len(rows)]),
        property=np.array([row[0] for row in rows], np.int64),
        low=ends[:, 0],
        high=ends[:, 1],
    )
    after = LEVELS.told(before, np.array([resource]), np.array([is_offer]))
    assert after.start.tolist() == [0, len(after.property)]
    assert after.property.tolist() == sorted(after.property.tolist())
    return {
        key: (None if np.isnan(low) else round(low, 3), None if np.isnan(high) else round(high, 3))
        for key, low, high in zip(after.property.tolist(), after.low, after.high, strict=True)
    }


def test_offer_of_heat_tells_its_cautious_end_less_the_approach() -> None:
    assert told(WARM, is_offer=True, temperature=(35, 60)) == {TEMPERATURE: (30, 30)}
    assert told(ANY_HEAT, is_offer=True, temperature=(35, 60)) == {TEMPERATURE: (25, 25)}


def test_offer_that_states_only_its_hottest_may_be_anything_below() -> None:
    assert told(WARM, is_offer=True, temperature=(None, 60)) == {TEMPERATURE: (OPEN, 55)}


def test_request_for_heat_asks_for_all_from_its_level_up() -> None:
    assert told(NETWORK, is_offer=False, flow=(80, 95)) == {TEMPERATURE: (80, OPEN)}
    assert told(NETWORK, is_offer=False, flow=(None, 95)) == {}


def test_offer_of_steam_tells_its_pressure_and_where_it_condenses() -> None:
    # 10 bar condense at 179.886 °C.
    assert told(STEAM, is_offer=True, pressure=(10, 12)) == {
        TEMPERATURE: (174.886, 174.886),
        PRESSURE: (10, 10),
    }


def test_superheat_does_not_raise_where_steam_condenses() -> None:
    steam = told(STEAM, is_offer=True, pressure=(10, 12), temperature=(300, 320))
    assert steam[TEMPERATURE] == (174.886, 174.886)


def test_request_for_steam_is_asked_by_its_pressure_alone() -> None:
    assert told(STEAM, is_offer=False, pressure=(8, None)) == {PRESSURE: (8, OPEN)}


def test_cold_goes_the_other_way() -> None:
    assert told(CHILL, is_offer=True, temperature=(5, 7)) == {TEMPERATURE: (9, 9)}
    assert told(CHILL, is_offer=False, temperature=(6, 12)) == {TEMPERATURE: (OPEN, 12)}


def test_what_states_no_level_is_taken_at_the_usual_one_with_the_benefit_of_the_doubt() -> None:
    assert told(WARM, is_offer=True) == {TEMPERATURE: (35, 85)}
    assert told(WARM, is_offer=False) == {TEMPERATURE: (40, OPEN)}
    assert told(ANY_HEAT, is_offer=True) == told(ANY_HEAT, is_offer=False) == {}


def test_other_properties_and_other_resources_stay_as_they_are() -> None:
    assert told(WARM, is_offer=True, purity=(1, 2), temperature=(50, 60)) == {
        PURITY: (1, 2),
        TEMPERATURE: (45, 45),
    }
    assert told(ASH, is_offer=True, temperature=(50, 60)) == {TEMPERATURE: (50, 60)}


@pytest.mark.django_db
def test_every_resource_that_is_named_exists() -> None:
    names = {slug.removesuffix("+") for level in named_levels().values() for slug in level.serves}
    known = set(Resource.objects.values_list("slug", flat=True))
    assert names | set(named_levels()) <= known


def test_grades_of_water_stand_in_order() -> None:
    grade = {slug: level.low for slug, level in named_levels().items() if level.kind == LevelKind.GRADE}
    assert grade["demineralised-water"] > grade["softened-water"] > grade["drinking-water"]
    assert grade["drinking-water"] > grade["groundwater"] > grade["cooling-water"] > grade["treated-effluent"]


@pytest.fixture
def rules(db: None) -> MatchingRules:
    return load_rules()


def serves(rules: MatchingRules, offered: str, sought: str) -> str:
    """How one serves the other: `as it is`, `related`, `treated`, or not at all."""
    keys = dict(Resource.objects.values_list("slug", "pk"))
    offer, request = rules.row_of(np.array([keys[offered], keys[sought]])).tolist()
    table = rules.compatibility
    entry = np.flatnonzero((table.offer_resource == offer) & (table.request_resource == request))
    if not len(entry):
        return ""
    if not table.direct[entry[0]]:
        return "treated"
    return "as it is" if table.fit[entry[0]] > 0.5 else "related"


@pytest.mark.parametrize(
    ("offered", "sought", "how"),
    [
        ("high-pressure-steam", "medium-pressure-steam", "as it is"),
        ("high-pressure-steam", "low-pressure-steam", "as it is"),
        ("low-pressure-steam", "high-pressure-steam", ""),
        ("medium-pressure-steam", "high-pressure-steam", ""),
        ("surplus-steam", "low-pressure-steam", "as it is"),
        ("low-pressure-steam", "district-heat", "as it is"),
        ("district-heat", "waste-heat", "as it is"),
        ("hot-water", "low-grade-heat", "as it is"),
        ("low-grade-heat", "hot-water", "treated"),
        ("low-grade-heat", "district-heat", "treated"),
        ("data-centre-heat", "district-heat", "treated"),
        ("low-grade-heat", "steam", ""),
        ("hot-water", "low-pressure-steam", ""),
        ("demineralised-water", "cooling-water", "as it is"),
        ("drinking-water", "process-water", "as it is"),
        ("drinking-water", "softened-water", ""),
        ("cooling-water", "drinking-water", ""),
        ("softened-water", "drinking-water", ""),
        ("treated-effluent", "cooling-water", ""),
        ("cooling-tower-blowdown", "reclaimed-water", ""),
    ],
)
def test_the_higher_serves_the_lower_and_never_the_other_way(
    rules: MatchingRules, offered: str, sought: str, how: str
) -> None:
    assert serves(rules, offered, sought) == how
