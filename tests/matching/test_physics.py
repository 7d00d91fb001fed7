"""Levels of heat and steam, what lifting costs, and months, against figures worked out by hand or published."""

import numpy as np
import pytest

from matching import physics


@pytest.mark.parametrize(
    ("bar", "kelvin"), [(1.0, 372.755919), (10.0, 453.035632), (100.0, 584.149488)], ids=["1", "10", "100"]
)
def test_saturation_is_that_of_the_verification_table_of_if97(bar: float, kelvin: float) -> None:
    assert float(physics.saturation_c(bar)) + 273.15 == pytest.approx(kelvin, abs=1e-6)


def test_steam_of_ten_bar_condenses_at_180_degrees_and_the_way_back_is_the_same() -> None:
    assert round(float(physics.saturation_c(10.0))) == 180
    assert float(physics.saturation_bar(physics.saturation_c(10.0))) == pytest.approx(10.0, rel=1e-9)
    assert float(physics.saturation_bar(500 - 273.15)) == pytest.approx(26.3889776, rel=1e-8)


def test_beyond_the_critical_point_there_is_no_saturation() -> None:
    assert np.isnan(physics.saturation_c(np.array([0.001, 221.0, np.nan]))).all()
    assert np.isnan(physics.saturation_bar(np.array([-1.0, 374.5]))).all()


def test_cop_between_gliding_streams_is_half_of_lorenz() -> None:
    # Means: (30 − 20) ÷ ln(303.15 ÷ 293.15) = 298.122 K and (90 − 60) ÷ ln(363.15 ÷ 333.15) = 347.934 K;
    # 347.934 ÷ (347.934 − 298.122) = 6.985, and half of it 3.492.
    assert physics.lorenz_cop((30, 20), (60, 90)) == pytest.approx(6.985, abs=5e-4)
    assert physics.heat_pump_cop((30, 20), (60, 90)) == pytest.approx(3.492, abs=5e-4)


def test_cop_without_glide_is_that_of_carnot() -> None:
    assert physics.lorenz_cop((20, 20), (80, 80)) == pytest.approx(353.15 / 60)


def test_share_lies_between_the_sheets_it_rests_on() -> None:
    ideal = physics.lorenz_cop((25, 15), (40, 70))
    assert 4.6 / ideal < physics.HEAT_PUMP_SHARE < 5.1 / ideal


def test_nothing_is_lifted_downwards() -> None:
    with pytest.raises(ValueError, match="needs no heat pump"):
        physics.heat_pump_cop((90, 80), (30, 60))


def test_heat_delivered_is_source_and_power_together() -> None:
    assert physics.lifted(4.0) == pytest.approx((4 / 3, 1 / 3))
    with pytest.raises(ValueError, match="above 1"):
        physics.lifted(1.0)


def test_approach_is_taken_off_before_levels_are_compared() -> None:
    assert physics.serves(95, 90, 5)
    assert not physics.serves(94, 90, 5)


def test_only_the_months_that_are_warm_enough_deliver() -> None:
    # A network of 90 °C in winter and 65 °C in summer, and heat of 80 °C all year over 5 K.
    winter = [90.0] * 4 + [65.0] * 5 + [90.0] * 3
    delivered = physics.delivered_by_month(
        [100.0] * 12, [80.0] * 12, [150.0, *[80.0] * 11], winter, approach=5
    )
    assert delivered == [0.0] * 4 + [80.0] * 5 + [0.0] * 3


def test_a_year_of_eleven_months_is_refused() -> None:
    with pytest.raises(ValueError, match="twelve"):
        physics.delivered_by_month([1.0] * 11, [80.0] * 12, [1.0] * 12, [60.0] * 12, approach=5)


def test_methane_let_out_counts_two_tonnes_a_megawatt_hour() -> None:
    # 72 kg per MWh at 50.0 MJ/kg, times 28.
    assert physics.vented_kg_per_mwh(28) == pytest.approx(2016)
