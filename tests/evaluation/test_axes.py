import math

import pytest

from tfcmp.errors import CallError
from tfcmp.evaluation.axes import (
    AXES,
    Axis,
    are_apart,
    bounds,
    estimate,
    find_axis,
    goodness,
    is_measured,
)
from tfcmp.evaluation.intervals import Interval

OF = {"accuracy": Interval(0.9, 0.88, 0.92), "latency_p90_ms": 5, "ece": None, "nll": math.nan}


def test_an_estimate_has_its_bounds():
    assert (estimate(OF, "accuracy"), *bounds(OF, "accuracy")) == (0.9, 0.88, 0.92)


def test_a_number_is_its_own_bounds():
    assert (estimate(OF, "latency_p90_ms"), *bounds(OF, "latency_p90_ms")) == (5.0, 5.0, 5.0)


@pytest.mark.parametrize("axis", ["ece", "nll", "brier"])
def test_what_was_not_measured_has_no_estimate(axis):
    assert math.isnan(estimate(OF, axis))
    assert not is_measured(OF, axis)


def test_goodness_grows_with_what_is_better():
    assert goodness(OF, find_axis("accuracy")) == 0.9
    assert goodness(OF, find_axis("latency_p90_ms")) == -5.0


def test_an_unknown_axis_is_refused_with_the_known_ones():
    with pytest.raises(CallError, match="'speed' is no axis of a decision; expected one of size"):
        find_axis("speed", [Axis("size", higher_is_better=False)])


def test_axes_have_names_of_their_own():
    assert len({axis.name for axis in AXES}) == len(AXES)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (Interval(0.9, 0.89, 0.91), Interval(0.8, 0.79, 0.81), True),
        (Interval(0.9, 0.89, 0.91), Interval(0.905, 0.904, 0.906), False),
        (Interval(0.9, 0.89, 0.91), 0.8, True),
        (0.9, 0.8, False),
    ],
)
def test_two_models_are_apart_where_no_estimate_lies_in_the_interval_of_the_other(
    first, second, expected
):
    for one, other in ((first, second), (second, first)):
        assert are_apart({"ece": one}, {"ece": other}, find_axis("ece")) is expected


def test_what_is_counted_is_exact():
    assert are_apart({"parameters": 1}, {"parameters": 2}, find_axis("parameters"))
    assert not are_apart({"parameters": 1}, {"parameters": 1}, find_axis("parameters"))
