import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfcmp.measurement.spread import inverted, quantile

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
