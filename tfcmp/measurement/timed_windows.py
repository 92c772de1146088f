"""Training steps, timed in windows that each end when the device has finished."""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

from tfcmp.data.batches import Batch
from tfcmp.measurement.arms import TrainingArm
from tfcmp.measurement.memory import forget_peaks, peak_of_gpus, peak_resident
from tfcmp.measurement.spread import inverted, quantile
from tfcmp.timing.contention import (
    ContentionMeter,
    Load,
    add_load,
    frequency_mhz,
    is_slowed,
    other_gpu_processes,
    others_share,
    own_seconds,
)
from tfcmp.training.replicas import Replicas
from tfcmp.training.step import TrainStep

WARM_UP_STEPS = 2
FEWEST_STEPS, MOST_STEPS = 3, 2000
# That many batches, the same ones whenever it is asked.
Source = Callable[[int], Iterator[Batch]]


class TimedWindow(NamedTuple):
    """Sums over the steps of one timed window; times in seconds."""

    seconds: float
    waiting: float
    steps: int
    examples: int
    tokens: int
    places: int


def time_window(step: TrainStep, batches: Iterator[Batch], steps: int) -> TimedWindow:
    """Takes that many steps and waits for the last one to end."""
    waiting, examples, tokens, places = 0.0, 0, 0, 0
    outcome = None
    start = asked = time.perf_counter()
    for _ in range(steps):
        batch = next(batches)
        waiting += time.perf_counter() - asked
        outcome = step(batch.ids, batch.labels)
        examples += len(batch.labels)
        tokens += batch.tokens
        places += batch.ids.size
        asked = time.perf_counter()
    # Asked for, the number makes Python wait for the device.
    assert outcome is not None
    float(outcome[0])
    return TimedWindow(time.perf_counter() - start, waiting, steps, examples, tokens, places)


def measure(step: TrainStep, source: Source, arm: TrainingArm, replicas: Replicas) -> dict:
    """One cell: the first step apart, a warm-up, and windows of about the seconds asked for."""
    forget_peaks()
    start = time.perf_counter()
    time_window(step, source(1), 1)
    first = time.perf_counter() - start
    warm = time_window(step, source(WARM_UP_STEPS), WARM_UP_STEPS)
    steps = max(
        FEWEST_STEPS, min(MOST_STEPS, math.ceil(arm.seconds * WARM_UP_STEPS / warm.seconds))
    )
    if replicas.workers > 1:
        # All workers take as many, or some would wait for others for ever.
        steps = replicas.sum_over_workers(steps) // replicas.total
    load: dict[str, float] = {}
    clock = frequency_mhz()
    timed_windows = []
    for _ in range(arm.repetitions):
        meter, used = ContentionMeter(arm.configuration.threads), own_seconds()
        timed_windows.append(time_window(step, source(steps), steps))
        add_load(load, without_siblings(meter.read(), own_seconds() - used, replicas))
    end_clock = frequency_mhz()
    total = TimedWindow(*(sum(column) for column in zip(*timed_windows, strict=True)))
    seconds = quantile([window.seconds / window.steps for window in timed_windows], 0.5)
    return {
        "seconds_per_step": seconds,
        "examples_per_second": inverted(seconds, total.examples / total.steps),
        "tokens_per_second": inverted(seconds, total.tokens / total.steps),
        "waiting_share": total.waiting / total.seconds,
        "padding_share": 1 - total.tokens / total.places,
        "first_step_seconds": first,
        "steps_per_repetition": steps,
        "peak_memory_mb": peak_resident(),
        "peak_gpu_memory_mb": peak_of_gpus(),
        "others_share": others_share(load, total.seconds),
        "frequency_mhz": {"start": clock, "end": end_clock},
        "is_slowed": is_slowed(clock, end_clock),
        "other_gpu_processes": other_gpu_processes() if peak_of_gpus() is not None else None,
    }


def without_siblings(load: Load | None, used: float, replicas: Replicas) -> Load | None:
    """The load without the other workers of the same training, which are no others.

    Args:
        load: as this process sees it: all workers of the bench run on this machine.
        used: core-seconds of this process in the same span.
        replicas: all workers have to come here alike, be their load known or not.
    """
    if replicas.workers == 1:
        return load
    # Added up over replicas, of which every worker has as many.
    together = replicas.sum_over_workers(round(1e6 * used)) / 1e6
    of_workers = together * replicas.workers / replicas.total
    return None if load is None else replace(load, others=load.others + used - of_workers)
