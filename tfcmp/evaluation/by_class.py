"""Precision, recall and F1 of every class, and which classes are taken for which.

Everywhere `labels` is (n,) integers from 0 to classes - 1, `predicted` is (seeds, n) of the same,
and `groups` (n,) ids of the examples' groups. With several seeds the counts of all are added up; an
interval is cluster-robust over the groups, so that answers of several seeds to one text count as
what they are. Intervals are at 95 % and not adjusted for the number of classes.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tfcmp.evaluation.intervals import Clusters, Interval, share_interval
from tfcmp.evaluation.metrics import Labels, Values

Predicted = npt.NDArray[np.integer]
Counts = npt.NDArray[np.int64]


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
    # Rows of all seeds one behind the other.
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
