"""Metrics of a classifier's probabilities, each with its formula and source.

Everywhere `labels` is (n,) integers from 0 to classes - 1 and `probabilities` is (n, classes)
floats, each row a distribution. Results are float64 whatever came in. Where a metric is a mean, a
function gives the contribution of every example, from which an interval can be computed.
"""

import numpy as np
import numpy.typing as npt

Labels = npt.NDArray[np.integer]
Probabilities = npt.NDArray[np.floating]
Values = npt.NDArray[np.float64]

# The smallest normal float64: a probability of 0 for the true class costs 708.4 nats, not infinity.
SMALLEST_PROBABILITY = float(np.finfo(np.float64).tiny)
CALIBRATION_BINS = 15


def predicted_classes(probabilities: Probabilities) -> npt.NDArray[np.intp]:
    """The class of the highest probability, (n,); of equal ones the first."""
    return np.argmax(probabilities, axis=1)


def correct(labels: Labels, probabilities: Probabilities) -> Values:
    """Contributions to the accuracy, (n,): 1 where the predicted class is the label, else 0."""
    return (predicted_classes(probabilities) == labels).astype(np.float64)


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
    return np.square(differences).sum(axis=1)


def brier_score(labels: Labels, probabilities: Probabilities) -> float:
    """Mean over examples of sum_k (p_ik - [label_i = k])^2, from 0 to 2.

    The sum over all classes, as Brier 1950 defines it; for two classes it is twice the form that
    looks at one class only.
    """
    return float(brier_per_example(labels, probabilities).mean())


def expected_calibration_error(labels: Labels, probabilities: Probabilities) -> float:
    """Mean gap between confidence and accuracy: sum_b n_b/n |accuracy_b - confidence_b|.

    The confidence is the highest probability of a row; bins are of equal width,
    ((b - 1)/15, b/15] for b = 1..15: Guo et al. 2017.
    """
    confidences = probabilities.max(axis=1).astype(np.float64)
    edges = np.linspace(0.0, 1.0, CALIBRATION_BINS + 1)
    # The inner edges only: rounding may put a confidence just above 1.
    bins = np.digitize(confidences, edges[1:-1], right=True)
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
