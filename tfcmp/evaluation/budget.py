"""What a random search can be expected to reach with a smaller budget than it had.

Two models are compared fairly at an equal search budget only, and which of them wins may depend on
it (Dodge et al. 2019). Valid for random search: a tuner that learns from its trials does not draw
them independently.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from tfcmp.evaluation.intervals import Values

Numbers = Sequence[float | None] | Values
# Of a trial: steps taken and validation score at the end of each epoch.
Course = Sequence[tuple[int, float]]


class BudgetCurve(NamedTuple):
    """Expected best validation score after n trials, n = 1..B.

    Attributes:
        trials: (B,) n.
        seconds: (B,) n x mean seconds per trial; None where no trial was timed.
        expected: (B,) expected best score.
    """

    trials: Values
    seconds: Values | None
    expected: Values


class RankingFlip(NamedTuple):
    """The budget, in seconds or trials, from which on the other of two models is ahead."""

    budget: float
    ahead_before: Literal["a", "b"]
    ahead_after: Literal["a", "b"]


def expected_maximum(scores: Numbers) -> Values:
    """Expected best of n of the B trials drawn without replacement, for n = 1..B.

    With scores v(1) <= ... <= v(B): E[max_n] = sum_{i>=n} v(i) C(i-1, n-1) / C(B, n), the form of
    Tang et al. 2020; the one with replacement (Dodge et al. 2019) is biased downwards.

    Args:
        scores: (B,) validation scores, higher is better; None or a number that is not finite is a
            failed trial and counts as the lowest score of the others.

    Returns:
        (B,), never falling; empty where no trial has a score.
    """
    values = np.asarray(scores, dtype=np.float64)
    is_scored = np.isfinite(values)
    if not is_scored.any():
        return np.empty(0)
    ordered = np.sort(np.where(is_scored, values, values[is_scored].min()))
    # Summed by parts: v(B) - sum_i P(max_n <= v(i)) (v(i+1) - v(i)), with P = C(i, n)/C(B, n)
    # built up factor by factor. Nothing leaves 0..1, where binomials of 1,000 trials overflow.
    total = len(ordered)
    ranks, steps = np.arange(1, total), np.diff(ordered)
    probabilities = np.ones(total - 1)
    expected = np.empty(total)
    for drawn in range(total):
        probabilities = probabilities * np.maximum(ranks - drawn, 0) / (total - drawn)
        expected[drawn] = ordered[-1] - probabilities @ steps
    return expected


def budget_curve(scores: Numbers, seconds: Numbers) -> BudgetCurve:
    """`expected_maximum` against the number of trials and against the time they take.

    Args:
        scores: (B,) validation scores; None or not finite where the trial failed.
        seconds: (B,) duration of each trial, failed ones too; None or not finite where it is not
            known.

    Raises:
        ValueError: the lengths differ.
    """
    if len(scores) != len(seconds):
        raise ValueError(f"Expected one duration per score, got {len(seconds)} for {len(scores)}.")
    expected = expected_maximum(scores)
    trials = np.arange(1, len(expected) + 1, dtype=np.float64)
    durations = np.asarray(seconds, dtype=np.float64)
    known = durations[np.isfinite(durations)]
    return BudgetCurve(trials, trials * known.mean() if len(known) else None, expected)


def ranking_flip(
    curve_a: BudgetCurve, curve_b: BudgetCurve, axis: Literal["seconds", "trials"] = "seconds"
) -> RankingFlip | None:
    """The budget from which on the ranking of two models is what it is at the end.

    The curves are compared between the budgets that both reach, with straight lines between their
    points. Where they cross several times, the last crossing counts. None where one model is ahead
    throughout, or an axis is empty.
    """
    budgets_a, budgets_b = getattr(curve_a, axis), getattr(curve_b, axis)
    if budgets_a is None or budgets_b is None or not len(budgets_a) or not len(budgets_b):
        return None
    start = max(budgets_a[0], budgets_b[0])
    end = min(budgets_a[-1], budgets_b[-1])
    budgets = np.union1d(budgets_a, budgets_b)
    budgets = budgets[(budgets >= start) & (budgets <= end)]
    gaps = np.interp(budgets, budgets_a, curve_a.expected)
    gaps = gaps - np.interp(budgets, budgets_b, curve_b.expected)
    return _last_crossing(budgets, gaps)


def _last_crossing(budgets: Values, gaps: Values) -> RankingFlip | None:
    """Where the sign of the gaps (a minus b) changes last; gaps of rounding are ties."""
    apart = np.flatnonzero(np.abs(gaps) > 1e-12)
    signs = np.sign(gaps[apart])
    changes = np.flatnonzero(signs[1:] != signs[:-1])
    if not len(changes):
        return None
    before, after = apart[changes[-1]], apart[changes[-1] + 1]
    share = gaps[before] / (gaps[before] - gaps[after])
    budget = float(budgets[before] + share * (budgets[after] - budgets[before]))
    return RankingFlip(budget, "a", "b") if gaps[before] > 0 else RankingFlip(budget, "b", "a")


class EqualSteps(NamedTuple):
    """Scores after the same number of steps.

    Attributes:
        steps: that number.
        scores: a score per trial, the best up to there; None where a trial was not validated before,
            or ended earlier.
    """

    steps: int
    scores: tuple[float | None, ...]


def at_equal_steps(courses: Sequence[Course]) -> EqualSteps | None:
    """The number of steps at which most trials can be compared, and their scores there.

    A trial can be compared from its first validation to its last step. Of numbers of steps that
    serve equally many trials the largest is taken.

    Args:
        courses: of each trial, steps ascending; empty where it is not known.

    Returns:
        None where fewer than two trials can be compared, or all took the same number of steps, so
        that equal epochs are equal steps.
    """
    known = [course for course in courses if course]
    ends = {course[-1][0] for course in known}
    if len(known) < 2 or len(ends) == 1:
        return None

    def comparable(steps: int) -> int:
        return sum(course[0][0] <= steps <= course[-1][0] for course in known)

    steps = max(ends | {course[0][0] for course in known}, key=lambda one: (comparable(one), one))
    if comparable(steps) < 2:
        return None
    return EqualSteps(steps, tuple(_score_at(course, steps) for course in courses))


def _score_at(course: Course, steps: int) -> float | None:
    if not course or not course[0][0] <= steps <= course[-1][0]:
        return None
    return max(score for taken, score in course if taken <= steps)
