"""One step of gradient descent, compiled once for every batch shape."""

from collections.abc import Callable
from typing import Any, TypeVar

import keras
import numpy as np
import tensorflow as tf

from tfcmp.training.objective import Objective, cross_entropy
from tfcmp.training.replicas import XLA, Replicas, one_replica

IDS = tf.TensorSpec([None, None], tf.int32, name="token_ids")
LABELS = tf.TensorSpec([None], tf.int32, name="labels")
WEIGHTS = tf.TensorSpec([None], tf.float32, name="weights")
ROW_INDEX = tf.TensorSpec([None], tf.int32, name="row_index")
COUNT = tf.TensorSpec([], tf.float32, name="count")

# Mean loss, number correct, gradient norm.
StepOutcome = tuple[tf.Tensor, tf.Tensor, tf.Tensor]
Result = TypeVar("Result")
TrainStep = Callable[[np.ndarray, np.ndarray], StepOutcome]


def compile_train_step(
    core: keras.Model,
    optimizer: keras.optimizers.Optimizer,
    clip_norm: float | None,
    *,
    accumulate: int = 1,
    rate_shares: list[float] | None = None,
    replicas: Replicas | None = None,
    objective: Objective = cross_entropy,
) -> TrainStep:
    """The function (ids, labels) -> (mean loss, number correct, gradient norm) of a whole batch.

    With several replicas each computes the gradients of its rows, divided by the number of rows of
    all; they are added up, and only then clipped: the step is that of one device.

    Args:
        core: ids (batch, length) to logits (batch, classes); built in the scope of the strategy.
        optimizer: built for the trainable weights of `core`, in the same scope.
        clip_norm: largest global norm of the gradients, or None.
        accumulate: parts of a batch whose gradients are computed one after the other and added:
            the same step with less memory.
        rate_shares: learning rate of each trainable weight as a share of the optimizer's, or None.
        replicas: the devices that share the work; None is one.
        objective: the loss of every row, see `tfcmp.training.objective`.
    """
    replicas = replicas or one_replica()
    update = Update(core, optimizer, clip_norm, rate_shares)
    if accumulate > 1:
        return accumulating_step(core, update, accumulate, replicas, objective)

    @compiled(replicas, [IDS, LABELS, WEIGHTS])
    def step(
        ids: tf.Tensor, labels: tf.Tensor, weights: tf.Tensor, count: tf.Tensor
    ) -> StepOutcome:
        sums = gradients_of(core, ids, labels, weights, count, objective)
        return update.apply(*sums)

    def train_step(ids: np.ndarray, labels: np.ndarray) -> StepOutcome:
        shares = replicas.shares(ids, labels)
        columns = [[share[column] for share in shares] for column in range(3)]
        return step(*columns, float(len(labels)))

    return train_step


def compiled(
    replicas: Replicas, signature: list[tf.TensorSpec]
) -> Callable[[Callable[..., Result]], Callable[..., Result]]:
    """Compiles a function that runs on every replica, each with its own tensors and one count.

    The compiled function takes, per tensor of the signature, a list of one for each replica of this
    process, and the count; it returns what the first replica does.
    """
    here = len(replicas.here)

    def compile_function(function: Callable[..., Result]) -> Callable[..., Result]:
        @tf.function(
            input_signature=[*([spec] * here for spec in signature), COUNT],
            autograph=False,
            jit_compile=XLA,
        )
        def run(*arguments: Any) -> Any:
            *columns, count = arguments
            tensors = tuple(replicas.local(column) for column in columns)
            outcome = replicas.strategy.run(function, args=(*tensors, count))
            return tf.nest.map_structure(replicas.first, outcome)

        compiled_function: Callable[..., Result] = run
        return compiled_function

    return compile_function


def gradients_of(
    core: keras.Model,
    ids: tf.Tensor,
    labels: tf.Tensor,
    weights: tf.Tensor,
    count: tf.Tensor,
    objective: Objective,
) -> tuple[tf.Tensor, tf.Tensor, list[tf.Tensor]]:
    """Share of the mean loss, number correct, and gradients of the rows of one replica.

    Args:
        core: the model.
        ids: (rows, length).
        labels: (rows,).
        weights: (rows,), 0 for a row that is there to fill a place.
        count: rows of the whole batch, over all replicas.
        objective: the loss of every row.
    """
    variables = core.trainable_weights
    with tf.GradientTape() as tape:
        logits = core(ids, training=True)
        loss = tf.reduce_sum(objective(labels, logits) * weights) / count
    gradients = tape.gradient(loss, [variable.value for variable in variables])
    # An embedding's gradient comes as rows, a word's as often as the word stands in the batch.
    # Added up first: the norm of the single rows is not that of the step that is taken.
    gradients = [tf.convert_to_tensor(gradient) for gradient in gradients]
    return loss, count_correct(logits, labels, weights), gradients


class Update:
    """What is done with gradients, on every replica alike.

    Args:
        core: its trainable weights are updated.
        optimizer: built for them.
        clip_norm: largest global norm of the gradients, or None.
        rate_shares: learning rate of each weight as a share of the optimizer's, or None.
    """

    def __init__(
        self,
        core: keras.Model,
        optimizer: keras.optimizers.Optimizer,
        clip_norm: float | None,
        rate_shares: list[float] | None,
    ) -> None:
        self.core = core
        self.optimizer = optimizer
        self.clip_norm = clip_norm
        self.rate_shares = rate_shares

    def apply(self, loss: tf.Tensor, correct: tf.Tensor, gradients: list[tf.Tensor]) -> StepOutcome:
        """Adds up over the replicas, clips and applies; mean loss, number correct, gradient norm."""
        context = tf.distribute.get_replica_context()
        if context.num_replicas_in_sync > 1:
            summed = context.all_reduce(tf.distribute.ReduceOp.SUM, [loss, correct, *gradients])
            loss, correct, *gradients = summed
        norm = tf.linalg.global_norm(gradients)
        if self.clip_norm is not None:
            gradients, _ = tf.clip_by_global_norm(gradients, self.clip_norm, norm)
        weights = self.core.trainable_weights
        shares = self.rate_shares or [1.0] * len(weights)
        # Every optimizer's step is its learning rate times something: a share of the rate is that
        # share of the way. Scaled gradients would do nothing to Adam, which divides by their size.
        starts = [
            tf.identity(w.value) if s != 1 else None for w, s in zip(weights, shares, strict=True)
        ]
        self.optimizer.apply(gradients, weights)
        for weight, start, share in zip(weights, starts, shares, strict=True):
            if start is not None:
                weight.assign(start + share * (weight.value - start))
        return loss, correct, norm


def accumulating_step(
    core: keras.Model, update: Update, parts: int, replicas: Replicas, objective: Objective
) -> TrainStep:
    """The step of `compile_train_step` over a batch that is computed in parts.

    Sums stay on their replica until the last part is done: they are sent once per step.
    """
    with replicas.strategy.scope():
        sums = [
            tf.Variable(tf.zeros(weight.shape, weight.value.dtype), trainable=False)
            for weight in core.trainable_weights
        ]
        totals = tf.Variable(tf.zeros(2), trainable=False)

    @compiled(replicas, [IDS, LABELS, WEIGHTS])
    def add_part(
        ids: tf.Tensor, labels: tf.Tensor, weights: tf.Tensor, count: tf.Tensor
    ) -> tf.Tensor:
        loss, correct, gradients = gradients_of(core, ids, labels, weights, count, objective)
        for total, gradient in zip(sums, gradients, strict=True):
            total.assign_add(gradient)
        totals.assign_add([loss, correct])
        return loss

    @compiled(replicas, [])
    def apply_sums(_count: tf.Tensor) -> StepOutcome:
        loss, correct = tf.unstack(tf.identity(totals))
        outcome = update.apply(loss, correct, [tf.identity(total) for total in sums])
        for total in [*sums, totals]:
            total.assign(tf.zeros_like(total))
        return outcome

    def train_step(ids: np.ndarray, labels: np.ndarray) -> StepOutcome:
        for rows in np.array_split(np.arange(len(labels)), min(parts, len(labels))):
            shares = replicas.shares(ids[rows], labels[rows])
            columns = [[share[column] for share in shares] for column in range(3)]
            add_part(*columns, float(len(labels)))
        return apply_sums(float(len(labels)))

    return train_step


def compile_forward(
    core: keras.Model, replicas: Replicas | None = None
) -> Callable[[np.ndarray], tf.Tensor]:
    """The function ids (batch, length) -> logits (batch, classes), dropout off."""
    if replicas is None or replicas.total == 1:

        @tf.function(input_signature=[IDS], autograph=False, jit_compile=XLA)
        def forward(ids: tf.Tensor) -> tf.Tensor:
            return core(ids, training=False)

        compiled_forward: Callable[[np.ndarray], tf.Tensor] = forward
        return compiled_forward
    return shared_forward(core, replicas)


def shared_forward(core: keras.Model, replicas: Replicas) -> Callable[[np.ndarray], tf.Tensor]:
    """`compile_forward` over several replicas, whose answers are put together again.

    Each writes its rows into a table of zeros; the tables are added up, which changes no digit.
    """

    @compiled(replicas, [IDS, WEIGHTS, ROW_INDEX])
    def answer(
        ids: tf.Tensor, weights: tf.Tensor, row_index: tf.Tensor, count: tf.Tensor
    ) -> tf.Tensor:
        logits = core(ids, training=False) * weights[:, None]
        shape = tf.stack([tf.cast(count, tf.int32), tf.shape(logits)[1]])
        table = tf.scatter_nd(row_index[:, None], logits, shape)
        return tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.SUM, table)

    def forward(ids: np.ndarray) -> tf.Tensor:
        shares = replicas.shares(ids, np.zeros(len(ids), np.int32))
        columns = [[share[column] for share in shares] for column in (0, 2, 3)]
        return answer(*columns, float(len(ids)))

    return forward


def count_correct(logits: tf.Tensor, labels: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
    """How many of the labels (rows,) have the largest of the logits (rows, classes), weighted."""
    hits = tf.equal(tf.argmax(logits, axis=1, output_type=tf.int32), labels)
    return tf.reduce_sum(tf.cast(hits, tf.float32) * weights)
