"""The levels of a hyperparameter: its values, or ranges of them where they are many numbers."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from tfcmp.evaluation.intervals import Values

NOT_SET = "not set"
# A numeric hyperparameter of more values is cut into bins, of about that many trials.
_LARGEST_BINS = 4
_TRIALS_A_BIN = 5


def levels_of(values: list[Any]) -> tuple[list[str], npt.NDArray[np.intp]]:
    """Labels of the levels, and the number of each trial's level."""
    given = [value for value in values if not is_missing(value)]
    numbers = np.array([as_number(value) for value in values])
    if all(math.isfinite(as_number(value)) for value in given):
        labels, index = _numeric_levels(numbers)
    else:
        labels = sorted({str(value) for value in given})
        place = {label: number for number, label in enumerate(labels)}
        index = np.array([-1 if is_missing(value) else place[str(value)] for value in values])
    if len(given) < len(values):
        index = np.where(index < 0, len(labels), index)
        labels = [*labels, NOT_SET]
    return labels, index


def _numeric_levels(numbers: Values) -> tuple[list[str], npt.NDArray[np.intp]]:
    """Levels of numbers, ascending; -1 for one that is not finite."""
    index = np.full(len(numbers), -1)
    is_given = np.isfinite(numbers)
    given = numbers[is_given]
    distinct, place = np.unique(given, return_inverse=True)
    if len(distinct) > _LARGEST_BINS:
        bins = min(_LARGEST_BINS, max(2, len(given) // _TRIALS_A_BIN))
        # Equal numbers have one rank, the mean of theirs, and so stay together.
        first = np.searchsorted(np.sort(given), given)
        last = np.searchsorted(np.sort(given), given, side="right")
        _, place = np.unique((first + last) * bins // (2 * len(given)), return_inverse=True)
    index[is_given] = place
    labels = []
    for number in range(place.max() + 1 if len(place) else 0):
        lowest, highest = given[place == number].min(), given[place == number].max()
        labels.append(f"{lowest:g}" if lowest == highest else f"{lowest:g} to {highest:g}")
    return labels, index


def is_missing(value: Any) -> bool:
    """Whether a cell says nothing: None, an empty text or NaN."""
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


def as_number(value: Any) -> float:
    """The number that a value is, or is the text of; else NaN. True and False are no numbers."""
    if isinstance(value, bool | np.bool_):
        return math.nan
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan
