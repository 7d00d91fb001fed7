"""What an exchange spares, recomputed by hand; each rule that keeps the sum honest, beside what it would be without."""

import subprocess
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.models import EmissionFactor, Resource
from trading.benefit.account import benefit_of
from trading.benefit.facts import Factor, Facts, Good, Price, Step
from trading.benefit.lines import (
    BALANCES,
    CO2E_AVOIDED,
    CO2E_DISPOSAL,
    CO2E_PRIMARY,
    CO2E_TRANSPORT,
    CO2E_TREATMENT,
    COST_DISPOSAL,
    COST_PURCHASE,
    COST_SAVED,
    COST_TRANSPORT,
    COST_TREATMENT,
    HAZARDOUS_AVOIDED,
    LANDFILL_DIVERTED,
    NEW_SALES,
    VIRGIN_SAVED,
    WATER_SAVED,
    Line,
)
from trading.benefit.shares import Shares, shares_of
from trading.benefit.years import share_left, spread_over_years
from trading.models import Metric


def factor(key: str, kg: str, unit: str = "t") -> Factor:
    return Factor(key, key.replace("-", " "), Decimal(kg), unit, 2025, "UK Government 2025", "published")


FREIGHT = factor("freight-hgv-with-upstream", "0.12522", "t·km")
FREIGHT_WITHOUT = factor("freight-hgv", "0.10163", "t·km")
HEAT = factor("heat-steam-with-upstream", "208.7", "MWh")
LANDFILL = factor("landfill-aggregates", "1.26338")
MINED = factor("natural-gypsum", "5")
GYPSUM = Good(
    name="FGD gypsum",
    kind="material",
    unit="t",
    in_units={"t": Decimal(1)},
    primary=MINED,
    disposal=LANDFILL,
    disposal_price=Price("fgd-gypsum:disposal-price", Decimal(40), "an estimate"),
    purchase_price=Price("gypsum:purchase-price", Decimal(25), "an estimate"),
)
DIRECT = Facts(
    moved=GYPSUM,
    replaced=GYPSUM,
    credited=GYPSUM,
    unit_price=Decimal(4),
    currency="EUR",
    catalogue_year=2025,
    agreed_year=2026,
    distance_km=Decimal(10),
    transport_price=Price("transport:lorry-mass", Decimal("0.12"), "an estimate"),
    freight=FREIGHT,
    heat=HEAT,
)
CALCINED = replace(GYPSUM, name="Plaster", primary=factor("plaster", "120"), disposal=None)
CALCINING = Step(
    "calcining", Decimal(38), Decimal(2), Decimal("0.32"), Decimal("0.5"), "stoichiometry", "an estimate"
)
TREATED = replace(
    DIRECT,
    replaced=CALCINED,
    replaced_per_unit=Decimal("0.843"),
    credited=CALCINED,
    credited_per_unit=Decimal("0.843"),
    steps=(CALCINING,),
)


def gross(facts: Facts, amount: str = "1000") -> dict[str, Decimal]:
    return {line.metric: line.gross for line in benefit_of(facts, Decimal(amount)).lines}


def notes(facts: Facts) -> str:
    return "\n".join(benefit_of(facts, Decimal(1000)).notes)


def line_of(facts: Facts, metric: str) -> Line:
    return next(line for line in benefit_of(facts, Decimal(1000)).lines if line.metric == metric)


# --- values -------------------------------------------------------------------------------------------------
def test_direct_exchange_gives_exactly_these_lines() -> None:
    assert gross(DIRECT) == {
        LANDFILL_DIVERTED: Decimal(1000),
        VIRGIN_SAVED: Decimal(1000),
        CO2E_PRIMARY: Decimal(5),  # 1,000 t × 5 kg/t
        CO2E_DISPOSAL: Decimal("1.26338"),
        CO2E_TRANSPORT: Decimal("-1.2522"),  # 10,000 t·km × 0.12522 kg
        COST_DISPOSAL: Decimal(40_000),
        COST_PURCHASE: Decimal(25_000),
        COST_TRANSPORT: Decimal(-1_200),
        NEW_SALES: Decimal(4_000),
    }
    assert not notes(DIRECT)


def test_balance_is_avoided_less_spent() -> None:
    found = benefit_of(DIRECT, Decimal(1000))
    assert found.gross(CO2E_AVOIDED) == Decimal(5) + Decimal("1.26338") - Decimal("1.2522")
    assert found.gross(COST_SAVED) == 40_000 + 25_000 - 1_200


def test_treated_exchange_gives_exactly_these_lines() -> None:
    found = gross(TREATED)
    assert found[VIRGIN_SAVED] == Decimal(843)
    assert found[CO2E_PRIMARY] == Decimal("101.16")  # 843 t × 120 kg/t
    assert found[CO2E_TREATMENT] == Decimal("-69.284")  # 2 + 0.5 + 0.32 × 208.7 = 69.284 kg/t
    assert found[COST_TREATMENT] == Decimal(-38_000)
    assert found[COST_PURCHASE] == Decimal(21_075)


def test_every_line_says_what_would_have_happened_otherwise() -> None:
    for line in benefit_of(TREATED, Decimal(1000)).lines:
        assert line.baseline.startswith("Without the exchange")


def test_line_with_a_factor_names_key_source_and_year() -> None:
    with_factor = [line for line in benefit_of(TREATED, Decimal(1000)).lines if line.factor is not None]
    assert len(with_factor) == 9  # all but landfill and virgin material, which are tonnes as they are
    for line in with_factor:
        assert line.factor_key
        assert line.factor_source
        assert line.factor_unit
        assert line.factor_year in (2025, 2026)
    landfill = line_of(DIRECT, CO2E_DISPOSAL)
    assert (landfill.factor, landfill.factor_unit, landfill.factor_status) == (
        Decimal("1.26338"),
        "kg/t",
        "published",
    )


def test_treatment_names_each_step_in_its_source() -> None:
    source = line_of(TREATED, CO2E_TREATMENT).factor_source
    assert source == (
        "calcining: 2 kg itself, 0.5 kg bought in, 0.32 MWh × heat-steam-with-upstream (an estimate)"
    )


@pytest.mark.parametrize("amount", ["0", "-1", "NaN", "Infinity"])
def test_amount_that_is_not_above_zero_is_refused(amount: str) -> None:
    with pytest.raises(ValueError, match="above zero"):
        benefit_of(DIRECT, Decimal(amount))


# --- what is not known --------------------------------------------------------------------------------------
def test_unknown_replacement_makes_no_line_but_a_note() -> None:
    facts = replace(DIRECT, credited=replace(GYPSUM, primary=None))
    found = gross(facts)
    assert CO2E_PRIMARY not in found
    assert VIRGIN_SAVED not in found
    assert "co2e_primary: the catalogue has no factor for what FGD gypsum replaces" in notes(facts)
    assert "virgin_saved" in notes(facts)
    # What is known stands, and is too low rather than too high.
    assert found[CO2E_DISPOSAL] == Decimal("1.26338")
    assert benefit_of(facts, Decimal(1000)).gross(CO2E_AVOIDED) == Decimal("0.01118")


def test_unknown_disposal_makes_neither_landfill_nor_disposal() -> None:
    facts = replace(DIRECT, moved=replace(GYPSUM, disposal=None))
    assert {LANDFILL_DIVERTED, CO2E_DISPOSAL}.isdisjoint(gross(facts))
    assert "landfill_diverted: what happens to FGD gypsum without the exchange is not known" in notes(facts)
    assert CO2E_PRIMARY in gross(facts)


def test_balance_of_nothing_but_transport_does_not_stand() -> None:
    unknown = replace(GYPSUM, primary=None, disposal=None, disposal_price=None, purchase_price=None)
    facts = replace(DIRECT, moved=unknown, credited=unknown, replaced=unknown)
    assert gross(facts) == {NEW_SALES: Decimal(4_000)}
    assert "co2e_avoided: nothing that is avoided is known" in notes(facts)
    assert "cost_saved: nothing that is avoided is known" in notes(facts)


@pytest.mark.parametrize(
    ("changes", "balance"),
    [
        ({"distance_km": None}, CO2E_AVOIDED),
        ({"distance_km": None}, COST_SAVED),
        ({"freight": None}, CO2E_AVOIDED),
        ({"freight": FREIGHT_WITHOUT}, CO2E_AVOIDED),
        ({"transport_price": None}, COST_SAVED),
        ({"steps": (replace(CALCINING, process_kg=None),)}, CO2E_AVOIDED),
        ({"steps": (replace(CALCINING, bought_in_kg=None),)}, CO2E_AVOIDED),
        ({"steps": (CALCINING,), "heat": None}, CO2E_AVOIDED),
        ({"steps": (replace(CALCINING, cost=None),)}, COST_SAVED),
    ],
)
def test_balance_with_something_unknown_spent_does_not_stand(
    changes: dict[str, object], balance: str
) -> None:
    facts = replace(DIRECT, **changes)  # type: ignore[arg-type]
    assert set(BALANCES[balance]).isdisjoint(gross(facts))
    assert f"and so {balance} is not" in notes(facts)
    assert gross(facts)[LANDFILL_DIVERTED] == Decimal(1000)
    # The control: with all of it known, it stands.
    assert not set(BALANCES[balance]).isdisjoint(gross(TREATED))


def test_weight_that_is_not_known_leaves_no_balance() -> None:
    gas = replace(GYPSUM, kind="material", unit="m3", in_units={"m3": Decimal(1)}, disposal=None)
    facts = replace(DIRECT, moved=gas)
    assert "what one m3 of FGD gypsum weighs is not known" in notes(facts)
    assert CO2E_PRIMARY not in gross(facts)


def test_what_does_not_travel_spends_nothing_on_the_way() -> None:
    for changes in ({"mode": "none", "distance_km": None}, {"distance_km": Decimal(0)}):
        facts = replace(DIRECT, **changes)
        assert {CO2E_TRANSPORT, COST_TRANSPORT}.isdisjoint(gross(facts))
        assert {CO2E_PRIMARY, COST_PURCHASE} <= set(gross(facts))


def test_pipe_counts_its_cost_and_says_that_its_pumps_are_left_out() -> None:
    facts = replace(DIRECT, mode="pipe")
    assert CO2E_TRANSPORT not in gross(facts)
    assert gross(facts)[COST_TRANSPORT] == Decimal(-1_200)
    assert "what pumps and losses on the way emit is not known" in notes(facts)
    assert line_of(facts, CO2E_PRIMARY).baseline.endswith("not taken off.")
    assert not line_of(DIRECT, CO2E_PRIMARY).baseline.endswith("not taken off.")


# --- what is never added up ---------------------------------------------------------------------------------
@pytest.mark.parametrize("key", ["incineration-wood", "anaerobic-digestion-food", "composting-garden-waste"])
def test_factor_of_the_haul_alone_never_stands_beside_a_credit(key: str) -> None:
    haul = factor(key, "8.98311")
    beside = replace(DIRECT, moved=replace(GYPSUM, disposal=haul))
    alone = replace(beside, credited=replace(GYPSUM, primary=None))
    assert CO2E_DISPOSAL not in gross(beside)
    assert f"{key} covers the haul alone" in notes(beside)
    assert gross(alone)[CO2E_DISPOSAL] == Decimal("8.98311")
    # Nor is burnt or digested waste diverted from landfill.
    assert LANDFILL_DIVERTED not in gross(beside)


def test_real_burden_of_disposal_stands_beside_a_credit() -> None:
    assert {CO2E_DISPOSAL, CO2E_PRIMARY} <= set(gross(DIRECT))


def test_closed_loop_factor_is_no_credit() -> None:
    closed = replace(DIRECT, credited=replace(GYPSUM, primary=factor("closed-loop-glass", "823.18954")))
    avoided = replace(DIRECT, credited=replace(GYPSUM, primary=factor("avoided-glass", "579.57713")))
    assert CO2E_PRIMARY not in gross(closed)
    assert gross(avoided)[CO2E_PRIMARY] == Decimal("579.57713")


def test_goods_through_a_process_count_the_last_output_only() -> None:
    waste_in = TREATED.moved.primary
    assert waste_in is not None
    both = Decimal("101.16") + waste_in.kg_co2e_per_unit
    assert gross(TREATED)[CO2E_PRIMARY] == Decimal("101.16")
    assert gross(TREATED)[CO2E_PRIMARY] != both


def test_freight_counts_the_making_of_its_fuel() -> None:
    assert line_of(DIRECT, CO2E_TRANSPORT).factor_key == "freight-hgv-with-upstream"
    without = Decimal("-1.0163")
    assert gross(DIRECT)[CO2E_TRANSPORT] < without


def test_balance_is_no_line_so_that_no_sum_counts_it_twice() -> None:
    lines = benefit_of(TREATED, Decimal(1000)).lines
    assert not {line.metric for line in lines} & set(BALANCES)
    assert len({line.metric for line in lines}) == len(lines)


@pytest.mark.django_db
def test_credits_of_the_catalogue_are_net_of_recycling() -> None:
    kg = dict(EmissionFactor.objects.values_list("key", "kg_co2e_per_unit"))
    checked = 0
    for key, value in kg.items():
        name = key.removeprefix("avoided-")
        if key.startswith("avoided-") and f"closed-loop-{name}" in kg and f"primary-{name}" in kg:
            assert value == kg[f"primary-{name}"] - kg[f"closed-loop-{name}"], key
            checked += 1
    assert checked > 10
    used = set(Resource.objects.exclude(primary_factor=None).values_list("primary_factor__key", flat=True))
    assert not [key for key in used if key.startswith("closed-loop-")]
    # All of a primary production is credited only where nothing has to be recycled first.
    whole = {key for key in used if f"closed-loop-{key.removeprefix('primary-')}" in kg}
    assert whole == {"primary-aggregates"}
    stones = set(
        Resource.objects.filter(primary_factor__key="primary-aggregates").values_list("slug", flat=True)
    )
    assert stones.isdisjoint(["aggregates", "crushed-concrete", "crushed-brick"])
    assert "quarry-fines" in stones


def test_metrics_are_those_of_the_ledger() -> None:
    declared = {Metric.PRIVATE_INVESTMENT.value, Metric.JOBS.value}
    lone = {LANDFILL_DIVERTED, VIRGIN_SAVED, HAZARDOUS_AVOIDED, WATER_SAVED, NEW_SALES}
    parts = {part for parts in BALANCES.values() for part in parts}
    assert lone | parts == set(Metric.values) - declared


# --- units --------------------------------------------------------------------------------------------------
def test_factor_per_tonne_counts_a_volume_by_its_density() -> None:
    sludge = replace(
        GYPSUM, unit="m3", in_units={"t": Decimal("1.1"), "m3": Decimal(1)}, conversion_source="weighed"
    )
    facts = replace(DIRECT, moved=sludge, credited=sludge, replaced=sludge)
    found = gross(facts)
    assert found[LANDFILL_DIVERTED] == Decimal(1_100)
    assert found[CO2E_PRIMARY] == Decimal("5.5")
    assert found[CO2E_TRANSPORT] == Decimal("-1.37742")
    landfill = line_of(facts, LANDFILL_DIVERTED)
    assert (landfill.factor, landfill.factor_unit, landfill.factor_source) == (
        Decimal("1.1"),
        "t/m3",
        "weighed",
    )


def test_factor_per_mwh_counts_a_fuel_by_its_heating_value() -> None:
    fuel = replace(
        GYPSUM, in_units={"t": Decimal(1), "MWh": Decimal("4.5")}, primary=factor("gas", "200", "MWh")
    )
    facts = replace(DIRECT, credited=fuel)
    assert gross(facts)[CO2E_PRIMARY] == Decimal(900)
    unknown = replace(DIRECT, credited=replace(fuel, in_units={"t": Decimal(1)}))
    assert CO2E_PRIMARY not in gross(unknown)
    assert "how many MWh one t of FGD gypsum is is not known" in notes(unknown)


def test_water_is_saved_in_cubic_metres_and_no_virgin_material() -> None:
    water = Good(
        name="Process water",
        kind="water",
        unit="m3",
        in_units={"t": Decimal(1)},
        primary=factor("water-supply", "0.1913", "m3"),
        disposal=factor("water-treatment", "0.17088", "m3"),
    )
    found = gross(replace(DIRECT, moved=water, replaced=water, credited=water, mode="pipe"), "700000")
    assert found[WATER_SAVED] == Decimal(700_000)
    assert found[CO2E_PRIMARY] == Decimal("133.91")
    assert found[CO2E_DISPOSAL] == Decimal("119.616")
    assert {VIRGIN_SAVED, LANDFILL_DIVERTED}.isdisjoint(found)


def test_heat_saves_neither_material_nor_water() -> None:
    heat = Good(name="Steam", kind="heat", unit="MWh", primary=HEAT)
    facts = replace(DIRECT, moved=heat, replaced=heat, credited=heat, mode="pipe", is_waste=False)
    assert {WATER_SAVED, VIRGIN_SAVED, LANDFILL_DIVERTED, CO2E_DISPOSAL}.isdisjoint(gross(facts))
    assert gross(facts)[CO2E_PRIMARY] == Decimal("208.7")


# --- what it is ---------------------------------------------------------------------------------------------
def test_hazardous_waste_counts_as_such_and_other_waste_does_not() -> None:
    assert gross(replace(DIRECT, hazardous=True))[HAZARDOUS_AVOIDED] == Decimal(1000)
    assert HAZARDOUS_AVOIDED not in gross(DIRECT)


def test_product_avoids_no_disposal() -> None:
    found = gross(replace(DIRECT, is_waste=False))
    assert {LANDFILL_DIVERTED, CO2E_DISPOSAL, COST_DISPOSAL}.isdisjoint(found)
    assert {VIRGIN_SAVED, CO2E_PRIMARY, COST_PURCHASE} <= set(found)


def test_what_the_receiver_disposes_of_spares_nothing() -> None:
    facts = replace(DIRECT, goes_to_disposal=True, hazardous=True)
    assert gross(facts) == {NEW_SALES: Decimal(4_000)}
    assert "the receiver disposes of it" in notes(facts)


def test_price_is_sold_by_whom_it_is_paid_to() -> None:
    assert "the supplier would not have sold it" in line_of(DIRECT, NEW_SALES).baseline
    gate_fee = replace(DIRECT, unit_price=Decimal(-4))
    assert gross(gate_fee)[NEW_SALES] == Decimal(4_000)
    assert "the receiver would not have sold the service" in line_of(gate_fee, NEW_SALES).baseline
    assert NEW_SALES not in gross(replace(DIRECT, unit_price=Decimal(0)))


def test_sales_stand_in_the_currency_of_the_agreement() -> None:
    facts = replace(DIRECT, currency="DKK")
    assert line_of(facts, NEW_SALES).unit == "DKK"
    assert line_of(facts, COST_PURCHASE).unit == "EUR"
    assert shares_of(facts, benefit_of(facts, Decimal(1)), Decimal(1)) == Shares(None, None)


# --- who gains ----------------------------------------------------------------------------------------------
def test_shares_follow_price_and_payer() -> None:
    found = benefit_of(TREATED, Decimal(1000))
    assert shares_of(TREATED, found, Decimal(1000)) == Shares(
        supplier=Decimal(40_000) + 4_000, receiver=Decimal(21_075) - 38_000 - 4_000 - 1_200
    )
    by_supplier = replace(TREATED, transport_paid_by="supplier")
    assert shares_of(by_supplier, found, Decimal(1000)).supplier == Decimal(42_800)


@given(
    price=st.decimals(-500, 500, places=8),
    amount=st.decimals(Decimal("0.000001"), 10**6, places=6),
    payer=st.sampled_from(["supplier", "receiver", "shared"]),
)
def test_shares_add_up_to_what_both_save_whatever_the_price(
    price: Decimal, amount: Decimal, payer: str
) -> None:
    facts = replace(TREATED, unit_price=price, transport_paid_by=payer)
    found = benefit_of(facts, amount)
    shares = shares_of(facts, found, amount)
    if shares.supplier is not None and shares.receiver is not None:
        assert shares.supplier + shares.receiver == found.gross(COST_SAVED)


# --- rounding -----------------------------------------------------------------------------------------------
def test_line_is_rounded_once_half_to_even() -> None:
    # 0.0001 t × 5 kg/t = 0.0000005 t: halfway, to the even digit, which is nothing; 0.0003 t gives 0.0000015.
    assert CO2E_PRIMARY not in gross(DIRECT, "0.0001")
    assert gross(DIRECT, "0.0003")[CO2E_PRIMARY] == Decimal("0.000002")
    assert gross(DIRECT, "0.0005")[CO2E_PRIMARY] == Decimal("0.000002")


def test_large_and_long_numbers_lose_nothing() -> None:
    found = gross(DIRECT, "123456789012.123456")
    assert found[LANDFILL_DIVERTED] == Decimal("123456789012.123456")
    assert found[COST_DISPOSAL] == Decimal("4938271560484.938240")


# --- time ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("is_rate", "starts", "ends", "expected"),
    [
        # A rate: whole years have the whole amount, leap years too; others by their days.
        (True, "2026-01-01", "2026-12-31", [(2026, "1000")]),
        (True, "2028-01-01", "2028-12-31", [(2028, "1000")]),
        (True, "2026-07-01", "2027-06-30", [(2026, "504.109589"), (2027, "495.890411")]),
        # Open: the year of the start, and the next.
        (True, "2026-07-01", None, [(2026, "504.109589"), (2027, "1000")]),
        # A lot: in all what it is.
        (False, "2026-12-31", "2027-01-02", [(2026, "333.333333"), (2027, "666.666667")]),
        (False, "2026-07-01", None, [(2026, "1000")]),
    ],
)
def test_amount_spreads_over_calendar_years(
    is_rate: bool, starts: str, ends: str | None, expected: list[tuple[int, str]]
) -> None:
    found = spread_over_years(
        Decimal(1000),
        is_rate=is_rate,
        starts_on=date.fromisoformat(starts),
        ends_on=None if ends is None else date.fromisoformat(ends),
    )
    assert found == tuple((year, Decimal(amount)) for year, amount in expected)


def test_rate_is_expected_for_ten_years_at_most() -> None:
    found = spread_over_years(
        Decimal(1), is_rate=True, starts_on=date(2026, 1, 1), ends_on=date(2099, 12, 31)
    )
    assert [year for year, _amount in found] == list(range(2026, 2036))


def test_nothing_is_expected_of_a_window_that_ends_before_it_starts() -> None:
    for is_rate in (True, False):
        assert not spread_over_years(
            Decimal(1), is_rate=is_rate, starts_on=date(2026, 6, 2), ends_on=date(2026, 6, 1)
        )


@given(
    amount=st.decimals(Decimal("0.000001"), 10**9, places=6),
    first=st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    days=st.integers(0, 4000),
)
def test_lot_spread_over_its_window_adds_up_to_itself(amount: Decimal, first: date, days: int) -> None:
    last = date.fromordinal(first.toordinal() + days)
    found = spread_over_years(amount, is_rate=False, starts_on=first, ends_on=last)
    assert sum(part for _year, part in found) == amount
    assert all(part > 0 for _year, part in found)


@given(
    gross=st.decimals(-(10**6), 10**6, places=6),
    lefts=st.lists(st.decimals(0, 1000, places=6), min_size=1, max_size=8),
)
def test_corrections_leave_what_the_corrected_amount_gives(gross: Decimal, lefts: list[Decimal]) -> None:
    whole, posted = Decimal(1000), gross
    for left in [*lefts, Decimal(0)]:
        posted += share_left(gross, left, whole, posted)
        assert abs(posted - gross * left / whole) <= Decimal("0.0000005")
    assert posted == 0


def test_calculation_knows_no_django() -> None:
    code = "import sys; from trading.benefit import account, shares, years; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
