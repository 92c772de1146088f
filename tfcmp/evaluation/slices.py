"""Accuracy on parts of a test split: long and short texts, phenomena, near and far cues.

Everywhere `correct` is (n,) zeros and ones, or each example's mean over seeds, and `groups` (n,)
ids of the examples' groups. Intervals are cluster-robust, at 95 %, and cover test sampling only.
They are not adjusted for the number of slices.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tfcmp.evaluation.intervals import Clusters, Interval, Values, share_interval


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


def slices_by_length(
    correct: Values, tokens: npt.NDArray[np.integer], groups: Clusters
) -> list[Slice]:
    """Accuracy by quartile of the length.

    Args:
        correct: as above.
        tokens: (n,) tokens of each text before truncation.
        groups: as above.
    """
    return _by_quartile(correct, tokens, groups)


def slices_by_cue_distance(
    correct: Values, distances: npt.NDArray[np.integer], groups: Clusters
) -> list[Slice]:
    """Accuracy by quartile of the distance of the cue.

    Args:
        correct: as above.
        distances: (n,) words between the last deciding word and the end of the text.
        groups: as above.
    """
    return _by_quartile(correct, distances, groups)


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


def _by_quartile(correct: Values, sizes: npt.NDArray[np.integer], groups: Clusters) -> list[Slice]:
    """Slices of the quartiles, fewer where equal sizes fill more than one."""
    edges = np.unique(np.quantile(sizes, [0.25, 0.5, 0.75]))
    return slices_at_edges(correct, sizes, groups, edges)


def _slice_of(
    label: str, is_inside: npt.NDArray[np.bool_], correct: Values, groups: Clusters
) -> Slice:
    values, members = np.asarray(correct, np.float64)[is_inside], groups[is_inside]
    return Slice(label, len(values), len(np.unique(members)), share_interval(values, members))
