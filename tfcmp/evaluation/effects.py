"""Which hyperparameter mattered how much in a search.

The simple main effect: how much of the variance of the score one hyperparameter explains alone,
averaged over whatever the others happened to be. The idea is that of the functional ANOVA of
Hutter et al. 2014, without its model of the whole space, for which searches are too short here.

A search has few trials, and a setting with some levels explains a good part of pure noise. Under
"no effect" the scores belong to the settings in any order, so that the p-value of a permutation
test needs no further assumption: (1 + number of shuffles at least as extreme) / (1 + shuffles),
Phipson and Smyth 2010.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from tfcmp.evaluation.intervals import Values

NOT_SET = "not set"
# A numeric hyperparameter of more values is cut into bins, of about that many trials.
_LARGEST_BINS = 4
_TRIALS_PER_BIN = 5
SHUFFLES = 4_999
_SEED = 0
Row = Mapping[str, Any]


def levels_of(values: list[Any]) -> tuple[list[str], npt.NDArray[np.intp]]:
    """Labels of the levels, and the number of each trial's level."""
    given = [value for value in values if not is_missing(value)]
    numbers = np.array([as_number(value) for value in values])
    if all(math.isfinite(as_number(value)) for value in given):
        labels, index = _numeric_levels(numbers)
    else:
        labels = sorted({str(value) for value in given})
        codes = {label: number for number, label in enumerate(labels)}
        index = np.array([-1 if is_missing(value) else codes[str(value)] for value in values])
    if len(given) < len(values):
        index = np.where(index < 0, len(labels), index)
        labels = [*labels, NOT_SET]
    return labels, index


def _numeric_levels(numbers: Values) -> tuple[list[str], npt.NDArray[np.intp]]:
    """Levels of numbers, ascending; -1 for one that is not finite."""
    index = np.full(len(numbers), -1)
    is_given = np.isfinite(numbers)
    given = numbers[is_given]
    distinct, level = np.unique(given, return_inverse=True)
    if len(distinct) > _LARGEST_BINS:
        bins = min(_LARGEST_BINS, max(2, len(given) // _TRIALS_PER_BIN))
        # Equal numbers have one rank, the mean of theirs, and so stay together.
        first = np.searchsorted(np.sort(given), given)
        last = np.searchsorted(np.sort(given), given, side="right")
        _, level = np.unique((first + last) * bins // (2 * len(given)), return_inverse=True)
    index[is_given] = level
    labels = []
    for number in range(level.max() + 1 if len(level) else 0):
        lowest, highest = given[level == number].min(), given[level == number].max()
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


class Interaction(NamedTuple):
    """How far the effect of one setting depends on another one.

    Attributes:
        share: of the variance of the score that it explains beyond the effects of both alone.
        p: of "the effects add up".
        trials: their number.
    """

    share: float
    p: float
    trials: int


def effect_p(scores: Values, index: npt.NDArray[np.intp]) -> float:
    """p-value of "the level does not matter" by the variance between levels.

    Args:
        scores: (n,) a score per trial.
        index: (n,) number of each trial's level, from 0.
    """
    levels = np.eye(index.max() + 1)[index]
    shuffled = _shuffles(len(scores))
    # The sum of squares between levels, up to a constant that no shuffle changes.
    centred = scores - scores.mean()
    found = np.square(centred[shuffled] @ levels) @ (1 / levels.sum(axis=0))
    return _p(found)


def interaction(first: Values, second: Values, scores: Values) -> Interaction | None:
    """Whether the effects of two numeric settings add up, by their ranks.

    The score is fitted by both ranks and their squares, and then by their product as well. The
    residuals of the first fit are shuffled (Freedman and Lane 1983), and p compares the share of
    the remaining variance that the product explains.

    Args:
        first, second: (n,) values of both settings.
        scores: (n,) a score per trial.

    Returns:
        None where it cannot be told: fewer than two trials more than the fit has terms, scores that
        do not vary, or settings whose product is a sum of the other terms.
    """
    from scipy.stats import rankdata

    ranks = [rankdata(values) - (len(scores) + 1) / 2 for values in (first, second)]
    design = np.stack([np.ones(len(scores)), *ranks, *np.square(ranks)], axis=1)
    project = np.eye(len(scores)) - design @ np.linalg.pinv(design)
    product, residuals = project @ (ranks[0] * ranks[1]), project @ scores
    freedom = len(scores) - np.linalg.matrix_rank(design)
    total = float(np.square(scores - scores.mean()).sum())
    scale = float(np.square(ranks[0] * ranks[1]).sum())
    if freedom < 3 or total <= 1e-12 or np.square(product).sum() <= 1e-9 * max(scale, 1.0):
        return None
    if np.square(residuals).sum() <= 1e-12 * total:
        return None
    drawn = residuals[_shuffles(len(scores))] @ project
    explained = np.square(drawn @ product) / np.square(product).sum()
    share = float(explained[0]) / total
    return Interaction(share, _p(explained / np.square(drawn).sum(axis=1)), len(scores))


def _shuffles(count: int) -> npt.NDArray[np.intp]:
    """(1 + shuffles, count): the order as it is, then random ones of a fixed seed."""
    generator = np.random.default_rng(_SEED)
    orders = np.tile(np.arange(count), (SHUFFLES, 1))
    return np.vstack([np.arange(count), generator.permuted(orders, axis=1)])


def _p(statistics: Values) -> float:
    """Share of the statistics that are at least as large as the first, rounding aside."""
    limit = statistics[0] - 1e-9 * max(1e-12, abs(statistics[0]))
    return float((statistics >= limit).mean())


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
            label,
            [rows[member].get(name) for member in members],
            filled[members],
            is_scored[members],
        )
        for label, name, members in parts
    ]
    return sorted(effects, key=lambda effect: 1.0 if effect.share is None else -effect.share)


def interactions(
    rows: Sequence[Row],
    first: str,
    second: str,
    score: str,
    alternatives: Sequence[Alternative] = (),
) -> list[tuple[str, Interaction]]:
    """Whether the effects of two numeric settings add up; see `interaction`.

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
    for label, _, members in _parts(rows, first, alternatives):
        kept = [member for member in members if is_given[member]]
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
        (one.label(), name, [member for member, row in enumerate(rows) if one.holds(row)])
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
