import re

import numpy as np
import pytest

from tfcmp.diagnostics.behaviour.cases import Capability, Case
from tfcmp.diagnostics.behaviour.failure_rates import (
    Sides,
    failures,
    find_sides,
    make_test_set,
    measure,
    rate,
    run_tests,
    shares_of_positive,
)
from tfcmp.errors import CallError

# (wrong, right, neg at one half, pos at one half)
LABELS = ("pos", "pos", "neg", "pos")


def test_a_minimum_functionality_test_fails_where_the_answer_is_not_the_label():
    shares = np.array([[0.4], [0.6], [0.5], [0.5]])
    assert failures("MFT", LABELS, shares).tolist() == [True, False, False, True]


def test_an_invariance_test_fails_where_the_answer_changes_whatever_it_is():
    shares = np.array([[0.1, 0.2], [0.4, 0.6], [0.9, 0.51], [0.51, 0.5]])
    assert failures("INV", LABELS, shares).tolist() == [False, True, False, True]


def test_a_directional_test_fails_by_more_than_the_tolerance_against_the_change():
    labels = ("pos", "pos", "neg", "neg", "neg")
    shares = np.array([[0.8, 0.65], [0.8, 0.75], [0.2, 0.35], [0.2, 0.25], [0.9, 0.1]])
    assert failures("DIR", labels, shares).tolist() == [True, False, True, False, False]


def test_a_rate_has_the_wilson_interval_of_its_counts():
    measured = rate(np.array([True] * 3 + [False] * 97))
    # Wilson 1927 with z = 1.96: (p + z^2/2n +- z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n).
    assert (measured["failures"], measured["cases"], measured["value"]) == (3, 100, 0.03)
    assert measured["low"] == pytest.approx(0.010254, abs=1e-5)
    assert measured["high"] == pytest.approx(0.084518, abs=1e-5)


@pytest.mark.parametrize("is_failed", [True, False])
def test_a_rate_of_nothing_or_all_lies_in_its_interval(is_failed):
    measured = rate(np.full(137, is_failed))
    assert measured["low"] <= measured["value"] <= measured["high"]


def test_parts_and_failed_cases_are_told_apart():
    capability = Capability("plain", "MFT", "plain words", lambda *_: ((), ""))
    cases = [Case((f"text {n}",), "pos", "first" if n < 4 else "second") for n in range(10)]
    shares = np.array([[0.9]] * 4 + [[0.125]] * 5 + [[0.7]])
    measured = measure(capability, cases, shares)
    assert measured["failure_rate"]["value"] == 0.5
    assert {part: one["failures"] for part, one in measured["parts"].items()} == {
        "first": 0,
        "second": 5,
    }
    assert len(measured["failed"]) == 3
    assert measured["failed"][0] == {"label": "pos", "texts": ["text 4"], "positive": [0.125]}
    assert "mean_change" not in measured


def test_a_pair_tells_how_far_the_probability_moved():
    capability = Capability("pairs", "INV", "pairs", lambda *_: ((), ""))
    cases = [Case(("one", "two"), "pos", "part")] * 2
    measured = measure(capability, cases, np.array([[0.5, 0.75], [0.9, 0.8]]))
    assert measured["mean_change"] == pytest.approx(0.175)


def test_other_classes_are_left_out_of_the_share():
    sides = find_sides(("1", "3", "5"), "1", "5")
    probabilities = np.array([[0.1, 0.6, 0.3], [0.0, 1.0, 0.0]], np.float32)
    shares = shares_of_positive(probabilities, ("1", "3", "5"), sides)
    assert shares == pytest.approx([0.75, 0.5])


@pytest.mark.parametrize(
    ("classes", "sides"),
    [
        (("neg", "pos"), ("neg", "pos")),
        (("Negative", "Neutral", "Positive"), ("Negative", "Positive")),
    ],
)
def test_telling_names_of_classes_are_found(classes, sides):
    assert find_sides(classes, None, None) == sides


@pytest.mark.parametrize(
    ("classes", "given", "told"),
    [
        (("0", "1"), (None, None), "say which ones they are: --positive LABEL --negative LABEL"),
        (("spam", "ham"), ("spam", None), "none of the run's classes"),
        (("a", "b"), ("a", "c"), "--positive c: expected one of the run's classes: a, b"),
        (("a", "b"), ("a", "a"), "--positive and --negative are both a"),
    ],
)
def test_classes_that_are_not_known_to_be_good_and_bad_are_refused(classes, given, told):
    with pytest.raises(CallError, match=told):
        find_sides(classes, *given)


GOOD = re.compile(r"\b(good|great|wonderful|excellent|loved|liked|enjoyed|best|beautiful|superb)\b")


def always_positive(texts):
    return np.tile(np.array([[0.2, 0.8]], np.float32), (len(texts), 1))


def bag_of_words(texts):
    shares = np.array([min(0.9, 0.3 + 0.3 * len(GOOD.findall(text.lower()))) for text in texts])
    return np.stack([1 - shares, shares], axis=1)


def rates(measured):
    return {name: one["failure_rate"]["value"] for name, one in measured["capabilities"].items()}


def test_one_answer_to_everything_fails_half_of_the_minimum_and_no_other_test():
    made = make_test_set(20, seed=1)
    measured = run_tests(*made, always_positive, ("neg", "pos"), Sides("neg", "pos"))
    kinds = {name: one["kind"] for name, one in measured["capabilities"].items()}
    for name, value in rates(measured).items():
        assert value == (0.5 if kinds[name] == "MFT" else 0.0), name


def test_the_order_of_the_classes_is_that_of_the_run():
    made = make_test_set(20, seed=1)
    straight = run_tests(*made, bag_of_words, ("neg", "pos"), Sides("neg", "pos"))
    turned = run_tests(
        *made,
        lambda texts: bag_of_words(texts)[:, ::-1],
        ("pos", "neg"),
        Sides("neg", "pos"),
    )
    assert rates(straight) == rates(turned)


def test_a_bag_of_words_knows_words_and_no_negation():
    measured = rates(run_tests(*make_test_set(60, 1), bag_of_words, ("a", "b"), Sides("a", "b")))
    assert measured["negation"] > measured["vocabulary"]
    assert measured["case"] == 0
