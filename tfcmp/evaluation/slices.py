"""Scores on parts of a test split: long and short texts, phenomena, near and far cues, classes.

Everywhere `correct` is (n,) zeros and ones, or each example's mean over seeds, and `groups` (n,)
ids of the examples' groups. Intervals are cluster-robust, at 95 %, and cover test sampling only.
They are not adjusted for the number of slices.

Of scores by class, `labels` is (n,) integers from 0 to classes - 1 and `predicted` (seeds, n) of the
same. The counts of all seeds are added up; as intervals are cluster-robust over the groups, answers
of several seeds to one text count as what they are.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tfcmp.evaluation.intervals import Clusters, Interval, Values, share_interval
from tfcmp.evaluation.metrics import Labels

Predicted = npt.NDArray[np.integer]
Counts = npt.NDArray[np.int64]


class Slice(NamedTuple):
    """A part of the examples and the accuracy on it.

    Attributes:
        label: what the examples have in common.
        examples: their number, at least 1.
        groups: number of different groups among them.
        accuracy: mean and interval.
    """

    label: str
    examples: int
    groups: int
    accuracy: Interval


def slices_by_quartile(
    correct: Values, sizes: npt.NDArray[np.integer], groups: Clusters
) -> list[Slice]:
    """Accuracy by quartile of a size; fewer slices where equal sizes fill more than one.

    Args:
        correct: as above.
        sizes: (n,) such as tokens of each text before truncation, or words between the last
            deciding word and the end of the text.
        groups: as above.
    """
    edges = np.unique(np.quantile(sizes, [0.25, 0.5, 0.75]))
    return slices_at_edges(correct, sizes, groups, edges)


def slices_by_phenomenon(
    correct: Values, phenomena: npt.NDArray[np.str_], groups: Clusters
) -> list[Slice]:
    """Accuracy by phenomenon, in the order of their names.

    Args:
        correct: as above.
        phenomena: (n,) name of each example's phenomenon.
        groups: as above.
    """
    return [
        _slice_of(str(name), phenomena == name, correct, groups) for name in np.unique(phenomena)
    ]


def slices_at_edges(
    correct: Values,
    sizes: npt.NDArray[np.integer],
    groups: Clusters,
    edges: npt.NDArray[np.floating] | Sequence[float],
) -> list[Slice]:
    """Accuracy by size, cut at `edges`; slices without an example are left out.

    Args:
        correct: as above.
        sizes: (n,) lengths or distances; a size that is an edge belongs to the slice below.
        groups: as above.
        edges: ascending.
    """
    index = np.searchsorted(edges, sizes)
    slices = []
    for number in np.unique(index):
        is_inside = index == number
        low, high = int(sizes[is_inside].min()), int(sizes[is_inside].max())
        label = f"{low:,}" if low == high else f"{low:,} to {high:,}"
        slices.append(_slice_of(label, is_inside, correct, groups))
    return slices


def first_drop(slices: Sequence[Slice]) -> Slice | None:
    """The first slice whose whole interval lies below that of the first one; None if none does."""
    start = slices[0].accuracy.low
    return next((one for one in slices[1:] if one.accuracy.high < start), None)


def _slice_of(
    label: str, is_inside: npt.NDArray[np.bool_], correct: Values, groups: Clusters
) -> Slice:
    values, members = np.asarray(correct, np.float64)[is_inside], groups[is_inside]
    return Slice(label, len(values), len(np.unique(members)), share_interval(values, members))


class ClassScores(NamedTuple):
    """How well one class is answered; a score is None where it has no denominator.

    Attributes:
        support: examples of the class.
        predicted: mean number over seeds of examples that are answered with it.
        precision: share of these that are of the class.
        recall: share of the examples of the class that are answered with it.
        f1: 2 TP / (2 TP + FP + FN), the harmonic mean of the two.
    """

    support: int
    predicted: float
    precision: Interval | None
    recall: Interval | None
    f1: Interval | None


def class_scores(
    labels: Labels, predicted: Predicted, groups: Clusters, classes: int
) -> list[ClassScores]:
    """Scores of every class, in the order of their numbers."""
    seeds = len(predicted)
    # Rows of all seeds one after the other.
    answers, truth = predicted.ravel(), np.tile(labels, seeds)
    clusters = np.tile(groups, seeds)
    hits = (answers == truth).astype(np.float64)
    scores = []
    for number in range(classes):
        is_label, is_answer = truth == number, answers == number
        scores.append(
            ClassScores(
                support=int(is_label.sum()) // seeds,
                predicted=float(is_answer.sum()) / seeds,
                precision=_share(hits[is_answer], clusters[is_answer]),
                recall=_share(hits[is_label], clusters[is_label]),
                # An example counts once as its label and once as its answer: the share of these
                # occurrences that are hits is 2 TP / (2 TP + FN + FP).
                f1=_share(
                    np.concatenate([hits[is_label], hits[is_answer]]),
                    np.concatenate([clusters[is_label], clusters[is_answer]]),
                ),
            )
        )
    return scores


def macro_f1_interval(
    labels: Labels, predicted: Predicted, groups: Clusters, classes: int
) -> Interval:
    """Macro F1 as in `metrics.macro_f1`, of one seed, with its interval.

    Each F1 is a ratio a / b of sums over examples; linearised, the example i contributes
    (a_i - F1 b_i) / b to its error (delta method), and the mean over classes of these is what an
    interval of a mean is computed from.

    Args: as above, but `predicted` is (n,).
    """
    errors: Values = np.zeros(len(labels))
    scores = []
    for number in range(classes):
        is_label, is_answer = labels == number, predicted == number
        occurrences = is_label.astype(np.float64) + is_answer
        total = occurrences.sum()
        if total:
            hits = 2.0 * (is_label & is_answer)
            scores.append(float(hits.sum() / total))
            errors += (hits - scores[-1] * occurrences) / total
    value = float(np.mean(scores))
    interval = share_interval(value + len(labels) / len(scores) * errors, groups)
    return Interval(value, interval.low, interval.high)


def confusion_counts(labels: Labels, predicted: Predicted, classes: int) -> Counts:
    """(classes, classes): examples by label (row) and answer (column), of all seeds together."""
    cells = np.tile(labels, len(predicted)).astype(np.int64) * classes + predicted.ravel()
    return np.bincount(cells, minlength=classes**2).reshape(classes, classes).astype(np.int64)


def most_frequent_confusions(counts: Counts, most: int) -> list[tuple[int, int, int]]:
    """(label, answer, count) of the largest counts off the diagonal, the largest first."""
    errors = counts.copy()
    np.fill_diagonal(errors, 0)
    order = np.argsort(-errors, axis=None, kind="stable")[:most]
    pairs = [divmod(int(cell), len(counts)) for cell in order]
    return [
        (label, answer, int(errors[label, answer]))
        for label, answer in pairs
        if errors[label, answer]
    ]


def _share(values: Values, clusters: Clusters) -> Interval | None:
    return share_interval(values, clusters) if len(values) else None
