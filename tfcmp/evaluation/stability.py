"""How steady the training of a model is, within a run and over its seeds."""

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

# A run that stays this close to always answering the majority has not learned the task (collapsed
# runs: Mosbach et al. 2021).
FAILURE_MARGIN = 0.02
# The mean loss of a segment is a spike where it exceeds the lowest before it by this factor and by
# this many nats; the second keeps the noise of small losses out.
SPIKE_FACTOR = 1.5
SPIKE_NATS = 0.1


class SeedSpread(NamedTuple):
    """Accuracies over seeds; the standard deviation (n - 1) is None for one seed."""

    seeds: int
    mean: float
    standard_deviation: float | None
    lowest: float
    highest: float


class TrainingCourse(NamedTuple):
    """What the lines of a run's metrics.jsonl say of its training.

    Attributes:
        epochs: finished ones.
        failure: why training ended early, None where it did not.
        loss_spikes: times that the mean loss of a segment rose to a spike.
        largest_step_loss: largest loss of a single step, in nats.
        median_gradient_norm: median over segments of the mean global norm before clipping.
        usual_largest_gradient_norm: median over segments of the largest norm of a step in each.
        largest_gradient_norm: largest of a single step.

    Numbers are None where no line holds them.
    """

    epochs: int
    failure: str | None
    loss_spikes: int
    largest_step_loss: float | None
    median_gradient_norm: float | None
    usual_largest_gradient_norm: float | None
    largest_gradient_norm: float | None


def seed_spread(accuracies: Sequence[float]) -> SeedSpread:
    """Mean, standard deviation and range of the accuracies of one or more seeds."""
    values = np.asarray(accuracies, dtype=np.float64)
    deviation = float(values.std(ddof=1)) if len(values) > 1 else None
    return SeedSpread(
        len(values), float(values.mean()), deviation, float(values.min()), float(values.max())
    )


def churn(predictions: npt.NDArray[np.integer]) -> float | None:
    """Mean over pairs of seeds of the share of examples that they label differently.

    Two runs of equal accuracy may still err on different examples (disagreement, Milani Fard et al.
    2016).

    Args:
        predictions: (seeds, n) predicted classes, n >= 1.

    Returns:
        Share from 0 to 1; None for fewer than two seeds.
    """
    shares = [float((first != second).mean()) for first, second in combinations(predictions, 2)]
    return sum(shares) / len(shares) if shares else None


def is_failed(validation_accuracy: float | None, majority: float) -> bool:
    """Whether a run failed: validation accuracy <= majority + 2 points, or none at all.

    Args:
        validation_accuracy: share; None or NaN where training broke off.
        majority: share of the most frequent label of the validation split.
    """
    if validation_accuracy is None or math.isnan(validation_accuracy):
        return True
    # Two points above must fail whatever the sum rounds to; shares of examples are coarser.
    return validation_accuracy <= majority + FAILURE_MARGIN + 1e-9


def training_course(lines: Iterable[Mapping[str, Any]]) -> TrainingCourse:
    """Losses and gradient norms over a run.

    Args:
        lines: the objects of metrics.jsonl in their order; of other events than "segment",
            "epoch" and "failure" nothing is read.
    """
    by_event: dict[str, list[Mapping[str, Any]]] = {"segment": [], "epoch": [], "failure": []}
    for line in lines:
        by_event.get(str(line.get("event")), []).append(line)
    segments, failures = by_event["segment"], by_event["failure"]
    norms, largest = (
        _numbers(segments, name) for name in ("gradient_norm", "largest_gradient_norm")
    )
    return TrainingCourse(
        epochs=len(by_event["epoch"]),
        failure=str(failures[-1].get("reason")) if failures else None,
        loss_spikes=count_spikes(_numbers(segments, "loss")),
        largest_step_loss=max(_numbers(segments, "largest_step_loss"), default=None),
        median_gradient_norm=float(np.median(norms)) if norms else None,
        usual_largest_gradient_norm=float(np.median(largest)) if largest else None,
        largest_gradient_norm=max(largest, default=None),
    )


def count_spikes(losses: Iterable[float]) -> int:
    """Times that the loss rises to 1.5 times the lowest before it, and by 0.1 nats at least.

    A loss that stays high is one spike, until it comes down again.
    """
    lowest, was_spike, spikes = math.inf, False, 0
    for loss in losses:
        is_spike = loss >= max(SPIKE_FACTOR * lowest, lowest + SPIKE_NATS)
        spikes += is_spike and not was_spike
        lowest, was_spike = min(lowest, loss), is_spike
    return spikes


def _numbers(lines: Iterable[Mapping[str, Any]], name: str) -> list[float]:
    """The finite values of that name."""
    values = (line.get(name) for line in lines)
    return [float(value) for value in values if value is not None and math.isfinite(value)]
