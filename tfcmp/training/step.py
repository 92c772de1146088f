"""One step of gradient descent, compiled once for every batch shape."""

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

IDS = tf.TensorSpec([None, None], tf.int32, name="token_ids")
LABELS = tf.TensorSpec([None], tf.int32, name="labels")
SHARE = tf.TensorSpec([], tf.float32, name="share")

TrainStep = Callable[[tf.Tensor, tf.Tensor], tuple[tf.Tensor, tf.Tensor, tf.Tensor]]


def compile_train_step(
    core: keras.Model,
    optimizer: keras.optimizers.Optimizer,
    clip_norm: float | None,
    *,
    accumulate: int = 1,
    rate_shares: list[float] | None = None,
) -> TrainStep:
    """The function (ids, labels) -> (mean loss, number correct, gradient norm).

    Args:
        core: ids (batch, length) to logits (batch, classes).
        optimizer: built for the trainable weights of `core`.
        clip_norm: largest global norm of the gradients, or None.
        accumulate: parts of a batch whose gradients are computed one after the other and added:
            the same step with less memory.
        rate_shares: learning rate of each trainable weight as a share of the optimizer's, or None.
    """

    def gradients_of(ids, labels):
        weights = core.trainable_weights
        with tf.GradientTape() as tape:
            logits = core(ids, training=True)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
            loss = tf.reduce_mean(losses)
        gradients = tape.gradient(loss, [weight.value for weight in weights])
        # An embedding's gradient comes as rows, a word's as often as the word stands in the batch.
        # Added up first: the norm of the single rows is not that of the step that is taken.
        gradients = [tf.convert_to_tensor(gradient) for gradient in gradients]
        return loss, count_correct(logits, labels), gradients

    def apply(gradients):
        weights = core.trainable_weights
        norm = tf.linalg.global_norm(gradients)
        if clip_norm is not None:
            gradients, _ = tf.clip_by_global_norm(gradients, clip_norm, norm)
        shares = rate_shares or [1.0] * len(weights)
        # Every optimizer's step is its learning rate times something: a share of the rate is that
        # share of the way. Scaled gradients would do nothing to Adam, which divides by their size.
        starts = [
            tf.identity(w.value) if s != 1 else None for w, s in zip(weights, shares, strict=True)
        ]
        optimizer.apply(gradients, weights)
        for weight, start, share in zip(weights, starts, shares, strict=True):
            if start is not None:
                weight.assign(start + share * (weight.value - start))
        return norm

    @tf.function(input_signature=[IDS, LABELS], autograph=False)
    def train_step(ids, labels):
        loss, correct, gradients = gradients_of(ids, labels)
        return loss, correct, apply(gradients)

    if accumulate == 1:
        return train_step
    return accumulating_step(core, gradients_of, apply, accumulate)


def accumulating_step(core: keras.Model, gradients_of, apply, parts: int) -> TrainStep:
    """The step of `compile_train_step` over a batch that is computed in parts."""
    sums = [
        tf.Variable(tf.zeros_like(weight.value), trainable=False)
        for weight in core.trainable_weights
    ]

    @tf.function(input_signature=[IDS, LABELS, SHARE], autograph=False)
    def add_part(ids, labels, share):
        loss, correct, gradients = gradients_of(ids, labels)
        for total, gradient in zip(sums, gradients, strict=True):
            total.assign_add(share * gradient)
        return share * loss, correct

    @tf.function(autograph=False)
    def apply_sums():
        norm = apply([tf.identity(total) for total in sums])
        for total in sums:
            total.assign(tf.zeros_like(total))
        return norm

    def train_step(ids, labels):
        losses, correct = [], []
        for rows in np.array_split(np.arange(len(labels)), min(parts, len(labels))):
            loss, hits = add_part(ids[rows], labels[rows], len(rows) / len(labels))
            losses.append(loss)
            correct.append(hits)
        return tf.add_n(losses), tf.add_n(correct), apply_sums()

    return train_step


def compile_forward(core: keras.Model) -> Callable[[tf.Tensor], tf.Tensor]:
    """The function ids (batch, length) -> logits (batch, classes), dropout off."""

    @tf.function(input_signature=[IDS], autograph=False)
    def forward(ids):
        return core(ids, training=False)

    return forward


def count_correct(logits: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    """How many of the labels (batch,) have the largest of the logits (batch, classes)."""
    hits = tf.equal(tf.argmax(logits, axis=1, output_type=tf.int32), labels)
    return tf.reduce_sum(tf.cast(hits, tf.int32))
