import contextlib
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfcmp.errors import CallError
from tfcmp.evaluation.axes import (
    Axis,
    are_distinguishable,
    bounds,
    difference_interval,
    estimate,
    find_axis,
    goodness,
    is_measured,
    parse_requirement,
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


def test_the_interval_of_a_difference_is_that_of_independent_estimates():
    found = difference_interval(Interval(9.0, 6.0, 13.0), Interval(5.0, 2.0, 9.0))
    assert found == pytest.approx((4.0, 4.0 - 5.0, 4.0 + 5.0))


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (Interval(0.9, 0.89, 0.91), Interval(0.8, 0.79, 0.81), True),
        (Interval(0.9, 0.89, 0.91), Interval(0.905, 0.904, 0.906), False),
        # Neither estimate lies in the interval of the other, and yet the difference may be 0.
        (Interval(0.9, 0.89, 0.91), Interval(0.912, 0.902, 0.922), False),
        # The intervals overlap, and yet there is a difference.
        (Interval(0.9, 0.89, 0.91), Interval(0.916, 0.906, 0.926), True),
        (Interval(0.9, 0.89, 0.91), 0.8, False),
        (0.9, 0.8, False),
    ],
)
def test_two_models_are_distinguishable_where_the_interval_of_the_difference_excludes_0(
    first, second, expected
):
    for one, other in ((first, second), (second, first)):
        assert are_distinguishable({"ece": one}, {"ece": other}, find_axis("ece")) is expected


def test_what_is_counted_is_exact():
    assert are_distinguishable({"parameters": 1}, {"parameters": 2}, find_axis("parameters"))
    assert not are_distinguishable({"parameters": 1}, {"parameters": 1}, find_axis("parameters"))


@pytest.mark.slow
@pytest.mark.parametrize("errors", [(1.0, 1.0), (1.0, 5.0)])
@pytest.mark.parametrize("is_skewed", [False, True])
def test_equal_truths_are_distinguishable_in_at_most_5_of_100_studies(errors, is_skewed):
    """Normal estimates, and exponentials of them, whose intervals reach further upwards."""
    draw = np.random.default_rng(1).normal(0, 0.1, size=(20_000, 2)) * errors
    half = 1.96 * 0.1 * np.array(errors)
    turned = np.exp if is_skewed else np.asarray
    ends = [turned(draw), turned(draw - half), turned(draw + half)]
    found = [
        are_distinguishable(
            {"ece": Interval(*(end[study, 0] for end in ends))},
            {"ece": Interval(*(end[study, 1] for end in ends))},
            find_axis("ece"),
        )
        for study in range(len(draw))
    ]
    assert 0.02 <= np.mean(found) <= 0.055


def test_requirements_are_read_with_their_comparison():
    requirement = parse_requirement(" accuracy >= 9e-1 ")
    assert requirement[1:] == ("accuracy", ">=", 0.9)
    assert requirement.holds(0.9)
    assert not parse_requirement("accuracy>0.9").holds(0.9)
    assert parse_requirement("ece<=0.1").holds(0.1)
    assert not parse_requirement("ece<0.1").holds(0.1)


@pytest.mark.parametrize(
    "text", ["", "accuracy", "accuracy=0.9", "accuracy>=good", "accuracy>=nan", ">=1", "a b<1"]
)
def test_what_is_no_requirement_is_refused(text):
    with pytest.raises(CallError, match="expected an axis, one of <=, >=, <, > and a number"):
        parse_requirement(text)


@given(st.text(max_size=20) | st.from_regex(r"[a-z]{1,3} ?[<>]=?.{0,4}"))
def test_any_text_is_read_or_refused(text):
    with contextlib.suppress(CallError):
        assert parse_requirement(text, [Axis("a", higher_is_better=True)]).axis == "a"
