import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfcmp.evaluation.times import (
    find_crossings,
    inverted,
    process_interval,
    quantile,
    ratio_of_times,
)

PROCESSES = 5
SIMULATED, CROSSINGS = 2000, 1000
LENGTHS = (64, 128, 256, 512)


def test_the_interval_is_a_t_interval_on_the_logarithms():
    # Logarithms 0, 1, 2: mean 1, standard error 1 / sqrt(3), t(0.975, 2) = 4.3027.
    found = process_interval([1.0, np.e, np.e**2])
    assert np.log(found) == pytest.approx([1.0, 1 - 4.3027 / 3**0.5, 1 + 4.3027 / 3**0.5], rel=1e-4)


@pytest.mark.parametrize("values", [[1.0], [1.0, 0.0], [1.0, float("nan")]])
def test_one_process_or_a_time_that_is_none_has_no_interval(values):
    with pytest.raises(ValueError, match="one per process"):
        process_interval(values)


def test_the_interval_of_a_ratio_and_its_p_agree_about_one():
    draw = np.random.default_rng(1)
    for gap in (0.0, 0.02, 0.05, 0.1):
        first, second = np.exp(draw.normal(gap, 0.05, PROCESSES)), np.exp(draw.normal(0, 0.05, 6))
        found = ratio_of_times(first, second)
        assert (found.low <= 1 <= found.high) == (found.p > 0.05)
        assert found.low <= found.value <= found.high


def test_times_without_any_spread_are_compared_as_they_are():
    assert ratio_of_times([2.0, 2.0], [1.0, 1.0]) == (2.0, 2.0, 2.0, 0.0)
    assert ratio_of_times([2.0, 2.0], [2.0, 2.0]).p == 1.0


def test_a_crossing_lies_where_the_logarithms_meet():
    first = np.array([[400.0, 200.0, 50.0]] * 3) * np.array([[0.99], [1.0], [1.01]])
    (found,) = find_crossings((64, 128, 256), first, np.full((3, 3), 100.0))
    assert found.value == pytest.approx(128 * 2**0.5, rel=1e-3)
    assert 128 < found.low < found.value < found.high < 256


def test_a_crossing_whose_range_reaches_the_end_has_no_bound_there():
    draw = np.random.default_rng(0)
    flat = np.exp(draw.normal(0, 0.3, (PROCESSES, 3)))
    steep = np.exp(draw.normal(0, 0.3, (PROCESSES, 3)) + np.array([0.05, 0.0, -0.05]))
    found = find_crossings((64, 128, 256), steep, flat)
    assert all(crossing.low is None or crossing.high is None for crossing in found)


@pytest.mark.slow
@pytest.mark.parametrize("spread", [0.0, 0.03, 0.05, 0.09])
def test_equal_times_get_a_verdict_at_most_once_in_twenty(spread):
    """Medians of six windows inside a process vary by 1 %; processes by `spread` (sd of the log)."""
    draw = np.random.default_rng(int(1000 * spread))
    shape = (SIMULATED, 2, PROCESSES, len(LENGTHS))
    windows = draw.normal(0, 0.01, (*shape, 6))
    logs = np.median(windows, axis=-1) + draw.normal(0, spread, shape[:3])[..., None]
    false = 0
    for first, second in np.exp(logs):
        p = [ratio_of_times(first[:, k], second[:, k]).p for k in range(len(LENGTHS))]
        # The first step of Holm, which any verdict has to pass.
        false += len(LENGTHS) * min(p) <= 0.05
    # Three standard errors of a rate of 5 % from 2,000 simulations are 1.5 points.
    assert false / SIMULATED <= 0.065


@pytest.mark.slow
@pytest.mark.parametrize("spread", [0.01, 0.03, 0.05, 0.09])
def test_the_interval_of_a_crossing_holds_it(spread):
    """The true curves cross at 181 tokens; processes vary by `spread` (sd of the log)."""
    draw = np.random.default_rng(int(1000 * spread))
    positions = np.log(np.array(LENGTHS, float))
    truth = 0.4 * (np.log(128 * 2**0.5) - positions)
    held = found_any = 0
    for _ in range(CROSSINGS):
        processes = draw.normal(0, spread, (2, PROCESSES, 1))
        noise = draw.normal(0, 0.005, (2, PROCESSES, len(LENGTHS)))
        first, second = np.exp(processes + noise + np.array([truth, np.zeros(4)])[:, None, :])
        for crossing in find_crossings(LENGTHS, first, second):
            found_any += 1
            low, high = crossing.low or LENGTHS[0], crossing.high or LENGTHS[-1]
            held += low <= 128 * 2**0.5 <= high
    assert found_any > 0.9 * CROSSINGS
    assert held / found_any >= 0.93


VALUES = st.lists(st.floats(0.001, 1000), min_size=1, max_size=60)


@given(VALUES, st.sampled_from([0.5, 0.9, 0.99]))
def test_the_interval_lies_around_the_value_and_inside_the_values(values, share):
    found = quantile(values, share)
    assert min(values) <= found["low"] <= found["value"] <= found["high"] <= max(values)
    assert 0 <= found["coverage"] <= 1


def test_six_values_hold_the_median_between_the_ends():
    # 1 - 2 / 2**6: all six on one side of the median is what would go wrong.
    found = quantile([3, 1, 2, 6, 5, 4], 0.5)
    assert (found["value"], found["low"], found["high"]) == (3.5, 1, 6)
    assert found["coverage"] == pytest.approx(1 - 2 / 64, abs=1e-4)


def test_a_percentile_is_a_value_that_was_measured():
    assert quantile(range(1, 101), 0.9)["value"] == 90
    assert quantile(range(1, 101), 0.99)["value"] == 99


def test_few_values_say_that_they_cover_little():
    assert quantile([1.0, 2.0], 0.5)["coverage"] == 0.5


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_intervals_hold_the_true_quantile_as_often_as_they_say(share):
    draw = np.random.default_rng(0)
    held, trials = 0, 2000
    for _ in range(trials):
        found = quantile(draw.lognormal(size=200), share)
        true = np.exp({0.5: 0.0, 0.9: 1.2815515655446004}[share])
        held += found["low"] <= true <= found["high"]
    assert held / trials == pytest.approx(found["coverage"], abs=0.015)
    assert held / trials > 0.94


def test_seconds_become_rates_with_the_ends_turned_round():
    assert inverted({"value": 2.0, "low": 1.0, "high": 4.0}, 8.0) == {
        "value": 4.0,
        "low": 2.0,
        "high": 8.0,
    }
