"""Optimizers and learning-rate schedules, the same for every model."""

import math

import keras

from tfcmp.config.fields import TrainingSettings
from tfcmp.training.adam import FusedAdam


def build_optimizer(
    settings: TrainingSettings, variables: list[keras.Variable]
) -> keras.optimizers.Optimizer:
    """The optimizer, built for `variables`.

    Clipping is not the optimizer's: the training step clips the gradients itself, once they are
    whole, because Keras clips before it reduces over replicas.
    """
    rate = settings.learning_rate
    if settings.optimizer == "sgd":
        optimizer = keras.optimizers.SGD(
            rate, momentum=settings.momentum, nesterov=settings.nesterov and settings.momentum > 0
        )
    elif settings.optimizer == "rmsprop":
        optimizer = keras.optimizers.RMSprop(rate)
    elif settings.optimizer == "adam":
        optimizer = FusedAdam(rate)
    else:
        optimizer = FusedAdam(rate, weight_decay=settings.weight_decay, name="adamw")
        # Not part of an optimizer's saved state: said anew each time one is made, also on resume.
        optimizer.exclude_from_weight_decay(
            var_list=[variable for variable in variables if not is_decayed(variable)]
        )
    optimizer.build(variables)
    return optimizer


def is_decayed(variable: keras.Variable) -> bool:
    """Whether weight decay applies: to matrices, but not to biases and the gains of norms.

    A recurrent layer's bias can have two rows, hence the name is asked beside the rank.
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
