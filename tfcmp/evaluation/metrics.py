"""Metrics of a classifier's probabilities, each with its formula and source.

Everywhere `labels` is (n,) integers from 0 to classes - 1 and `probabilities` is (n, classes)
floats, each row a distribution. Results are float64 whatever came in. Where a metric is a mean, a
function gives the contribution of every example, from which an interval can be computed.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from tfcmp.evaluation.intervals import Clusters, Values

Labels = npt.NDArray[np.integer]
Probabilities = npt.NDArray[np.floating]

# The smallest normal float64: a probability of 0 for the true class costs 708.4 nats, not infinity.
SMALLEST_PROBABILITY = float(np.finfo(np.float64).tiny)
CALIBRATION_BINS = 15
CALIBRATION_EDGES = np.linspace(0.0, 1.0, CALIBRATION_BINS + 1)
# Scores of which more is better, and which are shares; the other one, "loss", is better the lower.
SHARES = ("accuracy", "macro_f1")
NAMES = {"accuracy": "accuracy", "macro_f1": "macro F1", "loss": "loss"}


def predicted_classes(probabilities: Probabilities) -> npt.NDArray[np.intp]:
    """The class of the highest probability, (n,); of equal ones the first."""
    return np.asarray(np.argmax(probabilities, axis=1))


def correct(labels: Labels, probabilities: Probabilities) -> Values:
    """Contributions to the accuracy, (n,): 1 where the predicted class is the label, else 0."""
    return np.asarray(predicted_classes(probabilities) == labels, np.float64)


def accuracy(labels: Labels, probabilities: Probabilities) -> float:
    """Share of examples whose predicted class is the label."""
    return float(correct(labels, probabilities).mean())


def nll_per_example(labels: Labels, probabilities: Probabilities) -> Values:
    """Contributions to the negative log-likelihood, (n,) in nats: -ln p_i[label_i].

    Probabilities below `SMALLEST_PROBABILITY` count as that.
    """
    of_label = probabilities[np.arange(len(labels)), labels].astype(np.float64)
    # Subtracted from 0 so that certainty costs 0.0 and not -0.0.
    return 0.0 - np.log(np.maximum(of_label, SMALLEST_PROBABILITY))


def negative_log_likelihood(labels: Labels, probabilities: Probabilities) -> float:
    """Mean of -ln p_i[label_i] in nats (cross-entropy, log loss): Good 1952."""
    return float(nll_per_example(labels, probabilities).mean())


def brier_per_example(labels: Labels, probabilities: Probabilities) -> Values:
    """Contributions to the Brier score, (n,) from 0 to 2: sum_k (p_ik - [label_i = k])^2."""
    differences = probabilities.astype(np.float64)
    differences[np.arange(len(labels)), labels] -= 1.0
    return np.asarray(np.square(differences).sum(axis=1))


def brier_score(labels: Labels, probabilities: Probabilities) -> float:
    """Mean over examples of sum_k (p_ik - [label_i = k])^2, from 0 to 2.

    The sum over all classes, as Brier 1950 defines it; for two classes it is twice the form that
    looks at one class only.
    """
    return float(brier_per_example(labels, probabilities).mean())


def calibration_bin(confidences: Values) -> npt.NDArray[np.intp]:
    """Number of each confidence's bin, (n,), from 0."""
    # The inner edges only: rounding may put a confidence just above 1.
    return np.digitize(confidences, CALIBRATION_EDGES[1:-1], right=True)


def expected_calibration_error(labels: Labels, probabilities: Probabilities) -> float:
    """Mean gap between confidence and accuracy: sum_b n_b/n |accuracy_b - confidence_b|.

    The confidence is the highest probability of a row; bins are of equal width,
    ((b - 1)/15, b/15] for b = 1..15: Guo et al. 2017.
    """
    confidences = probabilities.max(axis=1).astype(np.float64)
    bins = calibration_bin(confidences)
    gaps = np.bincount(bins, weights=correct(labels, probabilities) - confidences)
    return float(np.abs(gaps).sum() / len(labels))


def macro_f1(labels: Labels, probabilities: Probabilities) -> float:
    """Unweighted mean over classes of F1_k = 2 TP_k / (2 TP_k + FP_k + FN_k).

    The mean of the classes' F1, not the F1 of mean precision and recall, as Opitz and Burst 2019
    advise. A class that is neither a label nor predicted has no F1 and is left out.
    """
    predicted = predicted_classes(probabilities)
    classes = probabilities.shape[1]
    hits = np.bincount(labels[predicted == labels], minlength=classes)
    # Every example counts in its label's class and in its predicted class: 2 TP + FN + FP.
    occurrences = np.bincount(labels, minlength=classes) + np.bincount(predicted, minlength=classes)
    seen = occurrences > 0
    return float((2.0 * hits[seen] / occurrences[seen]).mean())


def majority_share(labels: Labels) -> float:
    """Accuracy of always answering the most frequent label."""
    return float(np.bincount(labels).max() / len(labels))


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
    return np.asarray(np.argmax(votes, axis=1)[index[len(train_labels) :]])


def selection_score(selection: str, scores: Mapping[str, float]) -> float:
    """The score to be maximised.

    Args:
        selection: "accuracy", "macro_f1" or "loss".
        scores: that score by its name.
    """
    return scores[selection] if selection in SHARES else -scores[selection]


def search_score(selection: str) -> str:
    """The score that trials are compared by: the selection's, or accuracy where that is the loss.

    A search reports shares; which epoch of a trial counts is decided by the loss all the same.
    """
    return selection if selection in SHARES else "accuracy"
