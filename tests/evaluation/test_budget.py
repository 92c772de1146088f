import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfcmp.evaluation.budget import (
    BudgetCurve,
    at_equal_steps,
    budget_curve,
    expected_maximum,
    ranking_flip,
)

SCORES = st.lists(st.floats(0, 1), min_size=1, max_size=7)


def curve(budgets, expected):
    values = np.array(budgets, dtype=float)
    return BudgetCurve(np.arange(1.0, len(values) + 1), values, np.array(expected, dtype=float))


def test_three_trials_by_hand():
    # Of two of three, the best is 0.9 twice of three times, and 0.6 once.
    assert expected_maximum([0.6, 0.9, 0.3]) == pytest.approx([0.6, 0.8, 0.9])


@given(SCORES)
def test_it_is_the_mean_over_all_draws_without_replacement(scores):
    expected = [
        np.mean([max(drawn) for drawn in itertools.combinations(scores, size)])
        for size in range(1, len(scores) + 1)
    ]
    assert expected_maximum(scores) == pytest.approx(expected)


def test_a_thousand_trials_equal_the_formula_in_exact_fractions():
    ordered = [Fraction(rank**2, 10**6) for rank in range(1, 1001)]
    expected = expected_maximum(np.array(ordered, dtype=float))
    for drawn in (1, 2, 37, 500, 999, 1000):
        total = sum(
            ordered[rank - 1] * math.comb(rank - 1, drawn - 1) for rank in range(drawn, 1001)
        )
        assert expected[drawn - 1] == pytest.approx(float(total / math.comb(1000, drawn)))


@given(SCORES)
def test_a_larger_budget_never_expects_less(scores):
    expected = expected_maximum(scores)
    assert (np.diff(expected) >= 0).all()
    assert expected[-1] == max(scores)


@pytest.mark.parametrize("failure", [None, math.nan, math.inf, -math.inf])
def test_a_failed_trial_counts_as_the_worst(failure):
    expected = expected_maximum([0.5, 0.7, 0.9])
    assert expected_maximum([0.7, failure, 0.9, 0.5])[0] == pytest.approx((0.5 + 2.1) / 4)
    assert expected_maximum([0.7, 0.5, 0.9]).tolist() == expected.tolist()


@pytest.mark.parametrize("scores", [[], [None], [None, math.nan]])
def test_without_a_score_there_is_no_curve(scores):
    assert expected_maximum(scores).shape == (0,)
    assert budget_curve(scores, [1.0] * len(scores)).expected.shape == (0,)


def test_one_trial_is_what_it_is():
    assert expected_maximum([0.5]).tolist() == [0.5]


def test_a_curve_counts_trials_and_their_mean_seconds():
    found = budget_curve([0.5, None, 0.7], [10.0, 20.0, None])
    assert found.trials.tolist() == [1, 2, 3]
    assert found.seconds.tolist() == [15, 30, 45]
    assert found.expected.tolist() == expected_maximum([0.5, None, 0.7]).tolist()


def test_trials_that_were_not_timed_have_no_axis_of_seconds():
    found = budget_curve([0.5, 0.7], [None, None])
    assert found.seconds is None
    assert ranking_flip(found, found) is None


def test_a_score_without_a_duration_is_refused():
    with pytest.raises(ValueError, match="got 1 for 2"):
        budget_curve([0.5, 0.7], [1.0])


def test_the_ranking_flips_where_the_lines_cross():
    slow, fast = curve([10, 20, 30], [0.80, 0.90, 0.92]), curve([10, 20, 30], [0.84, 0.86, 0.87])
    # Gaps -0.04 and 0.04: half way.
    flip = ranking_flip(slow, fast)
    assert flip.budget == pytest.approx(15)
    assert (flip.ahead_before, flip.ahead_after) == ("b", "a")
    assert ranking_flip(fast, slow)[1:] == ("a", "b")


def test_curves_of_other_budgets_are_compared_where_both_are():
    # From 4 to 8 seconds a climbs from 0.70 to 0.94, b from 0.81 to 0.83.
    flip = ranking_flip(curve([4, 8], [0.70, 0.94]), curve([2, 10], [0.80, 0.84]))
    assert flip.budget == pytest.approx(6)
    assert flip.ahead_after == "a"


def test_a_ranking_that_stays_has_no_flip():
    assert ranking_flip(curve([1, 2], [0.5, 0.6]), curve([1, 2], [0.7, 0.8])) is None


def test_curves_that_touch_do_not_flip():
    assert ranking_flip(curve([1, 2, 3], [3, 2, 3]), curve([1, 2, 3], [2, 2, 2])) is None
    assert ranking_flip(curve([1, 2], [1, 2]), curve([1, 2], [1, 2])) is None


def test_a_tie_between_two_leaders_is_part_of_the_flip():
    flip = ranking_flip(curve([1, 2, 3], [3, 2, 1]), curve([1, 2, 3], [2, 2, 2]))
    assert flip == (2, "a", "b")


def test_of_several_crossings_the_last_one_counts():
    flip = ranking_flip(curve([1, 2, 3], [1, 0, 1]), curve([1, 2, 3], [0.5, 0.5, 0.5]))
    assert flip == (2.5, "b", "a")


def test_budgets_that_do_not_overlap_cannot_be_compared():
    assert ranking_flip(curve([1, 2], [0.5, 0.6]), curve([3, 4], [0.7, 0.8])) is None


def test_budgets_can_be_trials():
    first, second = curve([5, 10], [0.5, 0.9]), curve([1, 2], [0.6, 0.7])
    assert ranking_flip(first, second) is None
    flip = ranking_flip(first, second, axis="trials")
    assert flip.budget == pytest.approx(1 + 0.1 / 0.3)


# Three epochs of 100, 50, 25 and 400 steps.
COURSES = [
    [(100, 0.6), (200, 0.8), (300, 0.7)],
    [(50, 0.5), (100, 0.6), (150, 0.7)],
    [(25, 0.5), (50, 0.4), (75, 0.55)],
    [(400, 0.9), (800, 0.9), (1200, 0.9)],
    [],
]


def test_most_trials_are_compared_and_each_by_its_best_up_to_there():
    # At 75 the second and third can be compared, at 150 the first and second: the later counts.
    found = at_equal_steps(COURSES)
    assert found.steps == 150
    assert found.scores == (0.6, 0.7, None, None, None)


def test_more_trials_come_before_more_steps():
    found = at_equal_steps([*COURSES, [(60, 0.5), (70, 0.8)]])
    assert found.steps == 70
    assert found.scores == (None, 0.5, 0.5, None, None, 0.8)


def test_equal_epochs_may_be_equal_steps():
    assert at_equal_steps([COURSES[0], [(100, 0.5), (200, 0.5), (300, 0.5)]]) is None


def test_trials_that_share_no_step_are_not_compared():
    assert at_equal_steps([COURSES[2], COURSES[3]]) is None
    assert at_equal_steps([[], COURSES[0]]) is None
