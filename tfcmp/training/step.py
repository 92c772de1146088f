"""One step of gradient descent, compiled once for every batch shape."""

from collections.abc import Callable

import keras
import tensorflow as tf

IDS = tf.TensorSpec([None, None], tf.int32, name="token_ids")
LABELS = tf.TensorSpec([None], tf.int32, name="labels")

TrainStep = Callable[[tf.Tensor, tf.Tensor], tuple[tf.Tensor, tf.Tensor, tf.Tensor]]


def compile_train_step(
    core: keras.Model, optimizer: keras.optimizers.Optimizer, clip_norm: float | None
) -> TrainStep:
    """The function (ids, labels) -> (mean loss, number correct, gradient norm).

    Args:
        core: ids (batch, length) to logits (batch, classes).
        optimizer: built for the trainable weights of `core`.
        clip_norm: largest global norm of the gradients, or None.
    """

    @tf.function(input_signature=[IDS, LABELS])
    def train_step(ids, labels):
        weights = core.trainable_weights
        with tf.GradientTape() as tape:
            logits = core(ids, training=True)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
            loss = tf.reduce_mean(losses)
        gradients = tape.gradient(loss, [weight.value for weight in weights])
        # An embedding's gradient comes as rows, a word's as often as the word stands in the batch.
        # Added up first: the norm of the single rows is not that of the step that is taken.
        gradients = [tf.convert_to_tensor(gradient) for gradient in gradients]
        norm = tf.linalg.global_norm(gradients)
        if clip_norm is not None:
            gradients, _ = tf.clip_by_global_norm(gradients, clip_norm, norm)
        optimizer.apply(gradients, weights)
        return loss, count_correct(logits, labels), norm

    return train_step


def compile_forward(core: keras.Model) -> Callable[[tf.Tensor], tf.Tensor]:
    """The function ids (batch, length) -> logits (batch, classes), dropout off."""

    @tf.function(input_signature=[IDS])
    def forward(ids):
        return core(ids, training=False)

    return forward


def count_correct(logits: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    """How many of the labels (batch,) have the largest of the logits (batch, classes)."""
    hits = tf.equal(tf.argmax(logits, axis=1, output_type=tf.int32), labels)
    return tf.reduce_sum(tf.cast(hits, tf.int32))
