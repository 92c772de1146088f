"""What predictors reach that never read a text."""

import numpy as np
import numpy.typing as npt

from tfcmp.evaluation.intervals import Clusters
from tfcmp.evaluation.metrics import Labels


def majority_predictions(train_labels: Labels, count: int) -> npt.NDArray[np.intp]:
    """The most frequent training label, (count,); of equally frequent ones the smallest."""
    return np.full(count, np.argmax(np.bincount(train_labels)))


def group_majority_predictions(
    train_labels: Labels, train_groups: Clusters, groups: Clusters
) -> npt.NDArray[np.intp]:
    """The majority label of the training texts of the same group, (n,).

    Reviews of one movie mostly agree, so on a random split this predictor is good without reading a
    word: it shows how much of a validation accuracy the leak of groups may explain. A group that
    training does not hold, and one whose labels balance, get the overall majority.

    Args:
        train_labels: (m,) integers from 0, m >= 1.
        train_groups: (m,) id of each training text's group.
        groups: (n,) ids of the groups of the texts to label.
    """
    names, index = np.unique(np.concatenate([train_groups, groups]), return_inverse=True)
    classes = int(train_labels.max()) + 1
    cells = index[: len(train_labels)] * classes + train_labels
    counts = np.bincount(cells, minlength=len(names) * classes).reshape(len(names), classes)
    # Half a text for the overall majority decides ties, and groups without any text.
    votes = counts + 0.5 * (np.arange(classes) == np.argmax(np.bincount(train_labels)))
    return np.argmax(votes, axis=1)[index[len(train_labels) :]]
