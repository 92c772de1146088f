"""Trials compared after the same number of steps, and not of epochs.

In equal epochs a trial with small batches takes many more steps than one with large ones, and may
be ahead for that reason alone.
"""

from collections.abc import Sequence
from typing import NamedTuple

# Of a trial: steps taken and validation score at the end of each epoch.
Course = Sequence[tuple[int, float]]


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
