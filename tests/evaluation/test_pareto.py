import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfcmp.errors import CallError
from tfcmp.evaluation.axes import Axis, find_axis
from tfcmp.evaluation.intervals import Interval
from tfcmp.evaluation.pareto import Front, decide, pareto_front

ACCURACY = Axis("accuracy", higher_is_better=True)
LATENCY = Axis("latency_p90_ms", higher_is_better=False)
PLAUSIBILITY = Axis("plausibility", higher_is_better=True)
MODELS = {
    "gru": {"accuracy": Interval(0.87, 0.865, 0.875), "latency_p90_ms": Interval(6, 5, 7)},
    "lstm": {"accuracy": Interval(0.872, 0.867, 0.877), "latency_p90_ms": Interval(8, 7, 9)},
    "bert": {"accuracy": Interval(0.93, 0.926, 0.934), "latency_p90_ms": Interval(90, 80, 99)},
    "minilm": {"accuracy": Interval(0.91, 0.905, 0.915), "latency_p90_ms": Interval(19, 17, 21)},
    "slow": {"accuracy": 0.86, "latency_p90_ms": 100.0},
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


def test_who_is_told_apart_may_be_known_from_elsewhere():
    front = pareto_front(accuracies(a=0.9, b=0.8), [ACCURACY], lambda *_: True)
    assert front.beaten == {"b": ("a",)}


def test_a_beaten_model_may_beat_where_no_member_does():
    models = accuracies(a=0.9, b=0.8, c=0.7)
    front = pareto_front(models, [ACCURACY], lambda one, other, _: {one, other} != {"a", "c"})
    assert (front.members, front.beaten) == (("a",), {"b": ("a",), "c": ("b",)})


def test_a_model_that_was_not_measured_on_an_axis_is_off_its_front():
    models = {**MODELS, "new": {"accuracy": 0.99, "latency_p90_ms": None}}
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


def test_the_best_that_keeps_the_requirements_is_taken():
    decision = decide(MODELS, ["latency_p90_ms<=20"], "accuracy")
    assert (decision.taken, decision.runner_up) == ("minilm", "lstm")
    assert decision.excluded == {
        "bert": ("latency_p90_ms<=20 does not hold: it is 90",),
        "slow": ("latency_p90_ms<=20 does not hold: it is 100",),
    }


def test_a_choice_names_what_it_costs():
    decision = decide(MODELS, ["latency_p90_ms<=20"], "accuracy")
    assert decision.costs == (
        ("accuracy", "bert", 0.91, 0.93, True),
        ("latency_p90_ms", "lstm", 19.0, 8.0, True),
    )


def test_near_ties_are_named():
    decision = decide(MODELS, ["latency_p90_ms < 10"], "accuracy")
    assert (decision.taken, decision.near_ties) == ("lstm", ("gru",))
    assert decide(MODELS, [], "accuracy").near_ties == ()


@pytest.mark.parametrize(
    "accuracies", [(Interval(0.9, 0.87, 0.93), 0.88), (0.9, Interval(0.88, 0.85, 0.91))]
)
def test_one_interval_is_enough_for_a_near_tie(accuracies):
    models = {name: {"accuracy": own} for name, own in zip("ab", accuracies, strict=True)}
    assert decide(models, [], "accuracy").near_ties == ("b",)


def test_a_requirement_within_the_interval_is_uncertain():
    decision = decide(MODELS, ["latency_p90_ms<=20"], "accuracy")
    assert decision.uncertain == {"minilm": ("latency_p90_ms<=20",)}


def test_the_preference_may_be_a_low_value():
    decision = decide(MODELS, ["accuracy>=0.9"], "latency_p90_ms")
    assert (decision.taken, decision.runner_up) == ("minilm", "bert")
    assert decision.costs[0] == ("latency_p90_ms", "gru", 19.0, 6.0, True)


def test_what_was_not_measured_keeps_no_requirement():
    decision = decide(MODELS, ["plausibility>0.5"], "accuracy")
    assert (decision.taken, decision.runner_up, decision.costs) == (None, None, ())
    assert decision.excluded["gru"] == ("plausibility was not measured",)


def test_what_was_not_measured_cannot_be_preferred():
    decision = decide({"a": {"ece": 0.1}, "b": {"accuracy": 0.8}}, [], "accuracy")
    assert (decision.taken, decision.runner_up) == ("b", None)
    assert decision.excluded == {"a": ("accuracy was not measured",)}


@pytest.mark.parametrize(("requirements", "preference"), [(["sped<1"], "ece"), ([], "sped")])
def test_an_unknown_axis_is_refused(requirements, preference):
    with pytest.raises(CallError, match="'sped' is no axis"):
        decide(MODELS, requirements, preference)


def test_large_numbers_are_told_in_full_and_gaps_by_their_reason():
    models = {"a": {"accuracy": 0.9, "parameters": 1600004}, "b": {"accuracy": None}}
    decision = decide(models, ["parameters<=1000"], "accuracy", gaps={"b": {"accuracy": "is odd"}})
    assert decision.excluded["a"] == ("parameters<=1000 does not hold: it is 1,600,004",)
    assert decision.excluded["b"] == ("accuracy is odd", "parameters was not measured")
