import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfcmp.errors import CallError
from tfcmp.evaluation.axes import Axis, find_axis
from tfcmp.evaluation.decision import Front, Rule, decide, pareto_front
from tfcmp.evaluation.intervals import Interval

ACCURATE = Rule("accuracy")
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


def test_the_best_that_keeps_the_requirements_is_taken():
    decision = decide(MODELS, ["latency_p90_ms<=20"], ACCURATE)
    assert (decision.taken, decision.runner_up) == ("minilm", "lstm")
    assert decision.excluded == {
        "bert": ("latency_p90_ms<=20 does not hold: it is 90",),
        "slow": ("latency_p90_ms<=20 does not hold: it is 120",),
    }


def test_a_choice_names_what_it_costs():
    decision = decide(MODELS, ["latency_p90_ms<=20"], ACCURATE)
    assert decision.costs == (
        ("accuracy", "bert", 0.91, 0.93, True),
        ("latency_p90_ms", "lstm", 19.0, 8.0, True),
    )


def test_what_the_data_do_not_distinguish_ties_and_the_faster_one_is_taken():
    decision = decide(MODELS, ["latency_p90_ms < 10"], ACCURATE)
    assert (decision.best, decision.ties, decision.taken) == ("lstm", ("lstm", "gru"), "gru")
    assert (decision.decided_by, decision.runner_up) == (("latency_p90_ms",), "lstm")
    assert decide(MODELS, [], ACCURATE).ties == ("bert",)


def test_accuracies_within_the_margin_tie_however_well_they_are_known():
    models = {
        "large": {"accuracy": exactly(0.923), "latency_p90_ms": exactly(47.6)},
        "small": {"accuracy": exactly(0.9228), "latency_p90_ms": exactly(1.56)},
    }
    assert decide(models, [], ACCURATE).taken == "large"
    decision = decide(models, [], Rule("accuracy", margin=0.005))
    assert (decision.taken, decision.runner_up) == ("small", "large")
    assert decision.costs == (("accuracy", "large", 0.9228, 0.923, True),)
    assert decision.gains == (("latency_p90_ms", "large", 1.56, 47.6, True),)


TIED = {
    "a": {"accuracy": 0.91, "latency_p90_ms": Interval(9, 8, 10), "parameters": 30, "ece": 0.2},
    "b": {"accuracy": 0.90, "latency_p90_ms": Interval(5, 4, 6), "parameters": 20, "ece": 0.2},
    "c": {"accuracy": 0.89, "latency_p90_ms": Interval(5.5, 4, 7), "parameters": 10, "ece": 0.1},
}


def test_a_tie_that_one_axis_leaves_open_is_decided_by_the_next():
    decision = decide(TIED, [], ACCURATE)
    # Without intervals accuracies are not distinguishable; c is as fast as b and smaller.
    assert decision.ties == ("a", "b", "c")
    assert (decision.taken, decision.decided_by) == ("c", ("latency_p90_ms", "parameters"))
    assert decision.runner_up == "a"
    assert decision.skipped == {"training_seconds": ("b", "c")}


def test_the_user_names_the_axis_that_decides_ties():
    assert decide(TIED, [], Rule("accuracy", then="parameters")).decided_by == ("parameters",)
    with pytest.raises(CallError, match="'sped' is no axis"):
        decide(TIED, [], Rule("accuracy", then="sped"))


def test_an_axis_on_which_a_tied_model_was_not_measured_decides_nothing():
    models = {**TIED, "a": {**TIED["a"], "latency_p90_ms": None}}
    decision = decide(models, [], ACCURATE)
    assert decision.decided_by == ("parameters",)
    assert decision.skipped["latency_p90_ms"] == ("a",)


def test_where_no_axis_decides_the_best_on_the_preferred_one_is_taken():
    models = {name: {"accuracy": of["accuracy"]} for name, of in TIED.items()}
    decision = decide(models, [], ACCURATE)
    assert (decision.taken, decision.decided_by, decision.runner_up) == ("a", (), "b")


def test_one_interval_distinguishes_nothing():
    models = {"a": {"accuracy": Interval(0.9, 0.89, 0.91)}, "b": {"accuracy": 0.5}}
    assert decide(models, [], ACCURATE).ties == ("a", "b")


def test_a_requirement_within_the_interval_is_uncertain():
    decision = decide(MODELS, ["latency_p90_ms<=20"], ACCURATE)
    assert decision.uncertain == {"minilm": ("latency_p90_ms<=20",)}


def test_the_preference_may_be_a_low_value():
    decision = decide(MODELS, ["accuracy>=0.9"], Rule("latency_p90_ms"))
    assert (decision.taken, decision.runner_up) == ("minilm", "bert")
    assert decision.costs[0] == ("latency_p90_ms", "gru", 19.0, 6.0, True)


def test_what_was_not_measured_keeps_no_requirement():
    decision = decide(MODELS, ["plausibility>0.5"], ACCURATE)
    assert (decision.taken, decision.runner_up, decision.costs) == (None, None, ())
    assert decision.excluded["gru"] == ("plausibility was not measured",)


def test_what_was_not_measured_cannot_be_preferred():
    decision = decide({"a": {"ece": 0.1}, "b": {"accuracy": 0.8}}, [], ACCURATE)
    assert (decision.taken, decision.runner_up) == ("b", None)
    assert decision.excluded == {"a": ("accuracy was not measured",)}


@pytest.mark.parametrize(("requirements", "preference"), [(["sped<1"], "ece"), ([], "sped")])
def test_an_unknown_axis_is_refused(requirements, preference):
    with pytest.raises(CallError, match="'sped' is no axis"):
        decide(MODELS, requirements, Rule(preference))


def test_large_numbers_are_told_in_full_and_gaps_by_their_reason():
    models = {"a": {"accuracy": 0.9, "parameters": 1600004}, "b": {"accuracy": None}}
    decision = decide(models, ["parameters<=1000"], ACCURATE, gaps={"b": {"accuracy": "is odd"}})
    assert decision.excluded["a"] == ("parameters<=1000 does not hold: it is 1,600,004",)
    assert decision.excluded["b"] == ("accuracy is odd", "parameters was not measured")


ACCURACY = Axis("accuracy", higher_is_better=True)
LATENCY = Axis("latency_p90_ms", higher_is_better=False)
PLAUSIBILITY = Axis("plausibility", higher_is_better=True)


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
