import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfcmp.evaluation.axes import Axis, find_axis
from tfcmp.evaluation.intervals import Interval
from tfcmp.evaluation.pareto import Front, pareto_front

ACCURACY = Axis("accuracy", higher_is_better=True)
LATENCY = Axis("latency_p90_ms", higher_is_better=False)
PLAUSIBILITY = Axis("plausibility", higher_is_better=True)
MODELS = {
    "gru": {"accuracy": Interval(0.87, 0.865, 0.875), "latency_p90_ms": Interval(6, 5, 7)},
    "lstm": {"accuracy": Interval(0.872, 0.867, 0.877), "latency_p90_ms": Interval(8, 7, 9)},
    "bert": {"accuracy": Interval(0.93, 0.926, 0.934), "latency_p90_ms": Interval(90, 80, 99)},
    "minilm": {"accuracy": Interval(0.91, 0.905, 0.915), "latency_p90_ms": Interval(19, 17, 21)},
    "slow": {
        "accuracy": Interval(0.84, 0.835, 0.845),
        "latency_p90_ms": Interval(120, 110, 130),
    },
}


def exactly(value):
    return Interval(value, value, value)


def accuracies(**known):
    return {name: {"accuracy": one} for name, one in known.items()}


@st.composite
def measured_models(draw):
    value = st.none() | st.integers(0, 4).map(exactly)
    rows = draw(st.lists(st.tuples(value, value), max_size=8))
    return {
        f"model{number}": {"accuracy": first, "latency_p90_ms": second}
        for number, (first, second) in enumerate(rows)
    }


def test_a_model_that_is_worse_on_all_axes_is_off_the_front():
    front = pareto_front(MODELS, [ACCURACY, LATENCY])
    assert front.members == ("gru", "lstm", "bert", "minilm")
    assert front.beaten == {"slow": ("gru", "lstm", "bert", "minilm")}


def test_equal_models_stand_on_the_front_together():
    twins = accuracies(a=exactly(0.9), b=exactly(0.9), c=exactly(0.8))
    assert pareto_front(twins, [ACCURACY]).members == ("a", "b")


def test_a_difference_that_the_data_do_not_show_beats_nobody():
    models = accuracies(a=Interval(0.9, 0.89, 0.91), b=Interval(0.895, 0.885, 0.905))
    front = pareto_front(models, [ACCURACY])
    assert (front.members, front.beaten, front.near) == (("a", "b"), {}, {"b": ("a",)})


def test_numbers_without_interval_beat_nobody_unless_they_are_counted():
    assert pareto_front(accuracies(a=0.9, b=0.8), [ACCURACY]).near == {"b": ("a",)}
    sizes = {"a": {"parameters": 10}, "b": {"parameters": 11}}
    assert pareto_front(sizes, [find_axis("parameters")]).beaten == {"b": ("a",)}


def test_who_is_distinguishable_may_be_known_from_elsewhere():
    front = pareto_front(accuracies(a=0.9, b=0.8), [ACCURACY], lambda *_: True)
    assert front.beaten == {"b": ("a",)}


def test_a_beaten_model_may_beat_where_no_member_does():
    models = accuracies(a=0.9, b=0.8, c=0.7)
    front = pareto_front(models, [ACCURACY], lambda one, other, _: {one, other} != {"a", "c"})
    assert (front.members, front.beaten) == (("a",), {"b": ("a",), "c": ("b",)})


def test_a_model_that_was_not_measured_on_an_axis_is_off_its_front():
    models = {**MODELS, "new": {"accuracy": Interval(0.99, 0.985, 0.995), "latency_p90_ms": None}}
    front = pareto_front(models, [ACCURACY, LATENCY])
    assert front.unmeasured == {"new": ("latency_p90_ms",)}
    assert "new" not in front.members
    assert pareto_front(models, [ACCURACY]).members == ("new",)


def test_an_axis_that_nobody_was_measured_on_says_so():
    front = pareto_front(MODELS, [ACCURACY, LATENCY, PLAUSIBILITY])
    assert front.empty_axes == ("plausibility",)
    assert front == Front(
        ("gru", "lstm", "bert", "minilm"),
        {"slow": ("gru", "lstm", "bert", "minilm")},
        {},
        {},
        ("plausibility",),
    )


@pytest.mark.parametrize("models", [{}, {"a": {}}], ids=str)
def test_without_measurements_there_is_no_front(models):
    front = pareto_front(models, [ACCURACY])
    assert (front.members, front.empty_axes) == ((), ("accuracy",))


@given(measured_models())
def test_the_front_equals_a_loop_over_pairs(models):
    front = pareto_front(models, [ACCURACY, LATENCY])
    measured = {axis for of in models.values() for axis, value in of.items() if value is not None}
    points = {
        name: np.array([of[axis].value if of[axis] else 0.0 for axis in of]) * [1, -1]
        for name, of in models.items()
        if measured and all(of[axis] is not None for axis in measured)
    }
    expected = [
        name
        for name, own in points.items()
        if not any((other >= own).all() and (other > own).any() for other in points.values())
    ]
    assert list(front.members) == expected
    assert set(front.members) | set(front.beaten) | set(front.unmeasured) == (
        set(models) if measured else set()
    )
    assert all(front.beaten.values())
