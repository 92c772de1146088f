"""Optimizers and learning-rate schedules, the same for every model.

The optimizers are Keras' own, but for two things: they take gradients that the training step has
summed over the replicas, and Adam's update is one operation per weight.
"""

import math
import re
from typing import Any, NamedTuple

import keras
import tensorflow as tf

from tfcmp.config.fields import Architecture, TrainingSettings


class SummedGradients(keras.optimizers.Optimizer):
    """An optimizer whose `apply` takes gradients that are summed over the replicas already.

    Keras' own `apply` clips the gradients of each replica by their own norm and sums them only
    then; the training step sums first. Stands in front of an optimizer of Keras as a base class.
    """

    def apply(self, grads: list[tf.Tensor], trainable_variables: list[keras.Variable]) -> None:
        """Updates the weights, to be called on every replica; the optimizer is built."""

        def update(strategy: tf.distribute.Strategy, gradients: list[Any]) -> None:
            self.update_all(strategy, gradients, trainable_variables)

        tf.distribute.get_replica_context().merge_call(update, args=(grads,))
        self.iterations.assign_add(1)

    def update_all(
        self,
        strategy: tf.distribute.Strategy,
        gradients: list[Any],
        variables: list[keras.Variable],
    ) -> None:
        """Updates the weights of all replicas, called once for them together."""

        def update(variable: tf.Variable, gradient: tf.Tensor) -> None:
            self.update_step(gradient, variable, self.learning_rate)

        for gradient, variable in zip(gradients, variables, strict=True):
            strategy.extended.update(variable.value, update, args=(gradient,), group=False)


class SGD(SummedGradients, keras.optimizers.SGD):
    """Stochastic gradient descent."""


class RMSprop(SummedGradients, keras.optimizers.RMSprop):
    """RMSprop."""


class Scalars(NamedTuple):
    """What the update of every weight shares: float32 tensors without dimensions."""

    beta_1: tf.Tensor
    beta_2: tf.Tensor
    beta_1_power: tf.Tensor
    beta_2_power: tf.Tensor
    epsilon: tf.Tensor
    rate: tf.Tensor
    kept: tf.Tensor


class FusedAdam(SummedGradients, keras.optimizers.Adam):
    """Adam (Kingma & Ba 2015, "Adam: A Method for Stochastic Optimization"), epsilon as in Keras.

    With `weight_decay` it is AdamW (Loshchilov & Hutter 2019, "Decoupled Weight Decay
    Regularization"): a weight loses `learning_rate * weight_decay` of itself before its update.

    TensorFlow's fused update is one operation per weight instead of forty. The step is Keras' own
    up to rounding, and so is the state. A graph with a third fewer operations is traced and
    optimised faster, which is what a fine-tuning waits for before its first step.
    """

    _scalars: Scalars

    def update_all(
        self,
        strategy: tf.distribute.Strategy,
        gradients: list[Any],
        variables: list[keras.Variable],
    ) -> None:
        """Updates the weights; what all of them share is computed once."""
        self._scalars = self._scalars_of_step()
        super().update_all(strategy, gradients, variables)

    def update_step(
        self,
        gradient: tf.Tensor,
        variable: tf.Variable,
        learning_rate: keras.Variable,  # noqa: ARG002
    ) -> None:
        """Updates one weight of any shape, float32, in place; the rate is the optimizer's own."""
        scalars = self._scalars
        index = self._get_variable_index(variable)
        if self.weight_decay is not None and self._use_weight_decay(variable):
            variable.assign(variable * scalars.kept)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[index].value.handle,
            v=self._velocities[index].value.handle,
            beta1_power=scalars.beta_1_power,
            beta2_power=scalars.beta_2_power,
            lr=scalars.rate,
            beta1=scalars.beta_1,
            beta2=scalars.beta_2,
            epsilon=scalars.epsilon,
            grad=tf.convert_to_tensor(gradient),
        )

    def _scalars_of_step(self) -> Scalars:
        step = tf.cast(tf.convert_to_tensor(self.iterations) + 1, tf.float32)
        beta_1, beta_2 = tf.constant(self.beta_1), tf.constant(self.beta_2)
        rate = tf.convert_to_tensor(self.learning_rate)
        return Scalars(
            beta_1,
            beta_2,
            beta_1**step,
            beta_2**step,
            tf.constant(self.epsilon),
            rate,
            1 - rate * (self.weight_decay or 0.0),
        )


Optimizer = SGD | RMSprop | FusedAdam


def build_optimizer(settings: TrainingSettings, variables: list[keras.Variable]) -> Optimizer:
    """The optimizer, built for `variables`.

    Clipping is not the optimizer's: the training step clips the gradients, once they are summed.
    """
    rate = settings.learning_rate
    if settings.optimizer == "sgd":
        optimizer: Optimizer = SGD(
            rate, momentum=settings.momentum, nesterov=settings.nesterov and settings.momentum > 0
        )
    elif settings.optimizer == "rmsprop":
        optimizer = RMSprop(rate)
    elif settings.optimizer == "adam":
        optimizer = FusedAdam(rate)
    else:
        optimizer = FusedAdam(rate, weight_decay=settings.weight_decay, name="adamw")
        # Not part of an optimizer's saved state: set each time one is made, also on resume.
        optimizer.exclude_from_weight_decay(
            var_list=[variable for variable in variables if not is_decayed(variable)]
        )
    optimizer.build(variables)
    return optimizer


def is_decayed(variable: keras.Variable) -> bool:
    """Whether weight decay applies: to matrices, but not to biases and the gains of norms.

    A recurrent layer's bias can have two rows, hence the name is tested as well as the rank.
    """
    return len(variable.shape) > 1 and variable.name not in ("bias", "gamma", "beta")


def learning_rate(settings: TrainingSettings, step: int, steps: int) -> float:
    """Learning rate of one step.

    Args:
        settings: peak rate, schedule and share of warm-up.
        step: number of the step, from 0.
        steps: number of steps of the whole run.
    """
    warmup = math.ceil(settings.warmup_share * steps)
    if step < warmup:
        return settings.learning_rate * (step + 1) / warmup
    done = (step - warmup) / max(1, steps - warmup)
    if settings.schedule == "linear":
        return settings.learning_rate * (1 - done)
    if settings.schedule == "cosine":
        return settings.learning_rate * 0.5 * (1 + math.cos(math.pi * done))
    return settings.learning_rate


def learning_rate_shares(core: keras.Model, architecture: Architecture) -> list[float] | None:
    """Learning rate of each trainable weight as a share of the head's; None where all are 1.

    Layer-wise decay as in Clark et al. 2020 (ELECTRA): each layer has `layer_decay` times the rate
    of the one above it, the embeddings come below the first layer.
    """
    decay = getattr(architecture, "layer_decay", 1.0)
    if decay == 1:
        return None
    depths = [_depth(weight.path) for weight in core.trainable_weights]
    top = max((depth for depth in depths if depth is not None), default=0)
    return [1.0 if depth is None else decay ** (top + 1 - depth) for depth in depths]


def _depth(name: str) -> int | None:
    """0 for embeddings, n for the n-th layer, None for what stands on top of the encoder."""
    if name.startswith(("logits", "head")):
        return None
    # Layers: transformer_layer_3, disentangled_attention_encoder_layer_3; ALBERT's single one is
    # group_0_inner_layer_0.
    layer = re.match(r"(?:\w+_)?layer_(\d+)(?:/|$)", name)
    return int(layer[1]) + 1 if layer else 0
