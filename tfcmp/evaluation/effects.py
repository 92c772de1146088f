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
from tfcmp.evaluation.levels import as_number, is_missing, levels_of
from tfcmp.evaluation.permutation import Interaction, effect_p, interaction

Row = Mapping[str, Any]


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
        p: of "it does not matter", by permutation, not adjusted for the number of settings; None
            where the share is.
    """

    name: str
    share: float | None
    levels: tuple[Level, ...]
    p: float | None = None


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
    filled, is_scored = _filled_scores(rows, score)
    if not is_scored.any():
        return [MainEffect(label, None, ()) for label, _, _ in parts]
    effects = [
        _main_effect(
            label, [rows[place].get(name) for place in places], filled[places], is_scored[places]
        )
        for label, name, places in parts
    ]
    return sorted(effects, key=lambda effect: 1.0 if effect.share is None else -effect.share)


def interactions(
    rows: Sequence[Row],
    first: str,
    second: str,
    score: str,
    alternatives: Sequence[Alternative] = (),
) -> list[tuple[str, Interaction]]:
    """Whether the effects of two numeric settings add up; see `permutation.interaction`.

    Args: `first` and `second` are the settings; the rest as of `main_effects`.

    Returns:
        The name of the first setting, one for each of its alternatives, and the interaction, where
        it can be told.
    """
    filled, is_scored = _filled_scores(rows, score)
    if not is_scored.any():
        return []
    numbers = [np.array([as_number(row.get(name)) for row in rows]) for name in (first, second)]
    is_given = np.isfinite(numbers[0]) & np.isfinite(numbers[1])
    found = []
    for label, _, places in _parts(rows, first, alternatives):
        kept = [place for place in places if is_given[place]]
        both = interaction(numbers[0][kept], numbers[1][kept], filled[kept]) if kept else None
        if both is not None:
            found.append((label, both))
    return found


def _filled_scores(rows: Sequence[Row], score: str) -> tuple[Values, npt.NDArray[np.bool_]]:
    """Scores, a failed trial having the lowest, and which trials have one."""
    scores = np.array([as_number(row.get(score)) for row in rows])
    is_scored = np.isfinite(scores)
    lowest = scores[is_scored].min() if is_scored.any() else math.nan
    return np.where(is_scored, scores, lowest), is_scored


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
    labels, index = levels_of(values)
    counts = np.bincount(index)
    means = np.bincount(index, weights=scores) / counts
    failed = np.bincount(index, weights=~is_scored).astype(int)
    levels = tuple(
        Level(level, int(count), int(lost), float(mean))
        for level, count, lost, mean in zip(labels, counts, failed, means, strict=True)
    )
    share = _explained(scores, means[index], len(labels))
    return MainEffect(label, share, levels, None if share is None else effect_p(scores, index))


def _explained(scores: Values, fitted: Values, levels: int) -> float | None:
    """Adjusted share of variance; see `main_effects`."""
    total = float(np.square(scores - scores.mean()).sum())
    count = len(scores)
    if levels < 2 or levels >= count or total <= 1e-12 * count * float(np.square(scores).max()):
        return None
    unexplained = float(np.square(scores - fitted).sum()) / total
    return max(0.0, 1 - unexplained * (count - 1) / (count - levels))


def _is_same(found: Any, value: Any) -> bool:
    """Whether a cell holds the value, whether as it is or as its text."""
    if is_missing(found) or is_missing(value):
        return is_missing(found) and is_missing(value)
    numbers = as_number(found), as_number(value)
    return str(found) == str(value) or numbers[0] == numbers[1]
