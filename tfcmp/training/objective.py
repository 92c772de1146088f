"""What a training step minimises: cross-entropy, with class weights and smoothed labels if asked."""

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from tfcmp.config.class_weights import BALANCED, NONE, OPTION
from tfcmp.config.fields import TrainingSettings
from tfcmp.data.listing import listed
from tfcmp.errors import CallError

# Labels (rows,) int32 and logits (rows, classes) float32 to the loss of every row (rows,).
Objective = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]


def cross_entropy(labels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """-ln p(label) of every row in nats, (rows,)."""
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)


def build_objective(
    settings: TrainingSettings, labels: np.ndarray, classes: tuple[str, ...]
) -> Objective:
    """The loss of every row under the settings.

    Args:
        settings: class_weight and label_smoothing.
        labels: (n,) of the training split.
        classes: their names, in the order of the logits.

    Raises:
        CallError: weights are given for other classes than there are.
    """
    losses: Objective = cross_entropy
    if settings.label_smoothing:
        losses = smoothed(settings.label_smoothing)
    if settings.class_weight == NONE:
        return losses
    return weighted(losses, class_weights(settings.class_weight, labels, classes))


def smoothed(share: float) -> Objective:
    """Cross-entropy against (1 - share) of the label and share/classes of every class.

    Szegedy et al. 2016, "Rethinking the Inception Architecture for Computer Vision", section 7.
    """

    def losses(labels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        classes = logits.shape[-1]
        targets = tf.one_hot(labels, classes, 1 - share + share / classes, share / classes)
        return tf.nn.softmax_cross_entropy_with_logits(targets, logits)

    return losses


def weighted(losses: Objective, weights: np.ndarray) -> Objective:
    """The losses times the weight of each row's label, weights (classes,) float32."""

    def of_rows(labels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        return losses(labels, logits) * tf.gather(tf.constant(weights), labels)

    return of_rows


def class_weights(
    given: str | dict[str, float], labels: np.ndarray, classes: tuple[str, ...]
) -> np.ndarray:
    """Weight of every class, (classes,) float32, scaled so that the training texts average 1.

    The mean over all training texts of weight times loss is then the weighted mean of the losses,
    and learning rate and gradient clipping mean what they mean without weights. The divisor of a
    step stays its number of texts: dividing by the weights of the batch at hand would make the
    weight of a text depend on the company it is in, and differ between parts and replicas.

    Args:
        given: "balanced", n / (classes * n_class), scikit-learn's formula after King and Zeng
            2001, "Logistic Regression in Rare Events Data"; or weights by name.
        labels: (n,) of the training split.
        classes: names.

    Raises:
        CallError: a class has no weight, or a weight has no class.
    """
    counts = np.bincount(labels, minlength=len(classes)).astype(np.float64)
    if given == BALANCED:
        weights = len(labels) / (len(classes) * np.maximum(counts, 1))
    else:
        assert isinstance(given, dict)
        _require_same_classes(given, classes)
        weights = np.array([given[name] for name in classes])
    mean = float((weights * counts).sum() / len(labels))
    return (weights / mean).astype(np.float32)


def _require_same_classes(given: dict[str, float], classes: tuple[str, ...]) -> None:
    parts = []
    if missing := [name for name in classes if name not in given]:
        parts.append(f"no weight for {listed([*map(repr, missing)])}")
    if unknown := [name for name in given if name not in classes]:
        parts.append(f"{listed([*map(repr, unknown)])}, which no text has")
    if parts:
        raise CallError(
            f"{OPTION}: expected a weight for each class of the texts "
            f"({listed([*map(repr, classes)])}), got {' and '.join(parts)}"
        )
