"""Which hyperparameter mattered how much in a search.

The simple main effect: how much of the variance of the score one hyperparameter explains alone,
averaged over whatever the others happened to be. The idea is that of the functional ANOVA of
Hutter et al. 2014, without its model of the whole space, for which searches are too short here.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from tfcmp.evaluation.intervals import Values

Row = Mapping[str, Any]

NOT_SET = "not set"
# A numeric hyperparameter of more values is cut into bins, of about that many trials.
_LARGEST_BINS = 4
_TRIALS_A_BIN = 5


class Level(NamedTuple):
    """Trials that share a value, or a range of values, of a hyperparameter.

    Attributes:
        label: the value, or "lowest to highest" of the range.
        trials: their number.
        failed: how many of them have no score.
        mean: their mean score, failed ones counting as the lowest score of the search.
    """

    label: str
    trials: int
    failed: int
    mean: float


class MainEffect(NamedTuple):
    """How much a hyperparameter explains of the score.

    Attributes:
        name: of the hyperparameter; with the values of the other one where it has alternatives.
        share: of the variance of the score, 0 to 1; None where it cannot be told: a single level,
            as many levels as trials, or scores that do not vary.
        levels: ascending for numbers, else by label.
    """

    name: str
    share: float | None
    levels: tuple[Level, ...]


class Alternative(NamedTuple):
    """Values of another setting for which a search draws a setting from a range of its own.

    Attributes:
        name: of the setting.
        parent: the other setting.
        values: of the other setting; each may be the text of it, as in a CSV.
    """

    name: str
    parent: str
    values: tuple[Any, ...]

    def label(self) -> str:
        """What the effect under this condition is called."""
        return f"{self.name} ({', '.join(map(str, self.values))})"

    def holds(self, row: Row) -> bool:
        """Whether the trial is one of these."""
        return any(_is_same(row.get(self.parent), value) for value in self.values)


def main_effects(
    rows: Sequence[Row],
    names: Sequence[str],
    score: str,
    alternatives: Sequence[Alternative] = (),
) -> list[MainEffect]:
    """Main effect of each named hyperparameter, the largest first, those that cannot be told last.

    The share is adjusted for the number of levels k and of trials n: 1 - (1 - eta^2)(n - 1)/(n - k)
    with eta^2 = variance between levels / total variance, and 0 where that is negative (epsilon
    squared of Kelley 1935). Without the adjustment k levels explain (k - 1)/(n - 1) of pure noise:
    much, in 20 trials.

    Numbers of more than 4 values are cut into 2 to 4 ranges of about equally many trials. Ranks
    decide, so it is the same on a logarithmic scale. A trial without a score has failed and counts
    as the lowest score of the search, as a setting that makes trials fail did matter.

    A hyperparameter with alternatives has one effect for each, on the trials of that alternative:
    all together, its low values would be those of one parent and its high ones those of another.

    Args:
        rows: a trial each: hyperparameters and score by name. Numbers may be text, as in a CSV; an
            empty or missing hyperparameter is the level "not set".
        names: the hyperparameters.
        score: name of the score, higher is better; a trial where it is missing, empty or not finite
            has failed.
        alternatives: of the hyperparameters that depend on another one.
    """
    parts = [part for name in names for part in _parts(rows, name, alternatives)]
    scores = np.array([_as_number(row.get(score)) for row in rows])
    is_scored = np.isfinite(scores)
    if not is_scored.any():
        return [MainEffect(label, None, ()) for label, _, _ in parts]
    filled = np.where(is_scored, scores, scores[is_scored].min())
    effects = [
        _main_effect(
            label, [rows[place].get(name) for place in places], filled[places], is_scored[places]
        )
        for label, name, places in parts
    ]
    return sorted(effects, key=lambda effect: 1.0 if effect.share is None else -effect.share)


def _parts(
    rows: Sequence[Row], name: str, alternatives: Sequence[Alternative]
) -> list[tuple[str, str, list[int]]]:
    """Label, hyperparameter and numbers of the trials of each of its effects."""
    own = [one for one in alternatives if one.name == name]
    if not own:
        return [(name, name, list(range(len(rows))))]
    return [
        (one.label(), name, [place for place, row in enumerate(rows) if one.holds(row)])
        for one in own
    ]


def _main_effect(
    label: str, values: list[Any], scores: Values, is_scored: npt.NDArray[np.bool_]
) -> MainEffect:
    """The effect on trials of these values; `scores` has a number for failed ones too."""
    if not values:
        return MainEffect(label, None, ())
    labels, index = _levels(values)
    counts = np.bincount(index)
    means = np.bincount(index, weights=scores) / counts
    failed = np.bincount(index, weights=~is_scored).astype(int)
    levels = tuple(
        Level(level, int(count), int(lost), float(mean))
        for level, count, lost, mean in zip(labels, counts, failed, means, strict=True)
    )
    return MainEffect(label, _explained(scores, means[index], len(labels)), levels)


def _explained(scores: Values, fitted: Values, levels: int) -> float | None:
    """Adjusted share of variance; see `main_effects`."""
    total = float(np.square(scores - scores.mean()).sum())
    count = len(scores)
    if levels < 2 or levels >= count or total <= 1e-12 * count * float(np.square(scores).max()):
        return None
    unexplained = float(np.square(scores - fitted).sum()) / total
    return max(0.0, 1 - unexplained * (count - 1) / (count - levels))


def _levels(values: list[Any]) -> tuple[list[str], npt.NDArray[np.intp]]:
    """Labels of the levels, and the number of each trial's level."""
    given = [value for value in values if not _is_missing(value)]
    numbers = np.array([_as_number(value) for value in values])
    if all(math.isfinite(_as_number(value)) for value in given):
        labels, index = _numeric_levels(numbers)
    else:
        labels = sorted({str(value) for value in given})
        place = {label: number for number, label in enumerate(labels)}
        index = np.array([-1 if _is_missing(value) else place[str(value)] for value in values])
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


def _is_same(found: Any, value: Any) -> bool:
    """Whether a cell holds the value, whether as it is or as its text."""
    if _is_missing(found) or _is_missing(value):
        return _is_missing(found) and _is_missing(value)
    numbers = _as_number(found), _as_number(value)
    return str(found) == str(value) or numbers[0] == numbers[1]


def _is_missing(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


def _as_number(value: Any) -> float:
    """The number that a value is, or is the text of; else NaN. True and False are no numbers."""
    if isinstance(value, bool | np.bool_):
        return math.nan
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan
