"""What `python -m tfcmp.bench` adds to the steps that it times: its loop against the same one bare.

    python benchmarks/bench_overhead.py [--model gru] [--length 32] [--batch-size 16] [--rounds 31]

Given twice: as the ratio of both loops over real steps, which other programs on the machine blur, and
as what the timing adds to a step that does nothing, over the time of a real one. Both loops take turns over the same compiled step and the same batches, each first in every other
round. The defaults are a step of a few milliseconds, shorter than any that is worth training with:
what is added is the same for a long one, and a smaller share of it.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tfcmp.command.quiet import import_tensorflow
from tfcmp.models.catalogue import default_configuration, find_model

EMPTY_STEPS = 20_000


def main() -> None:
    """Measures both loops in turns and prints what the timing adds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="gru")
    parser.add_argument("--length", type=int, default=32)
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=31)
    parser.add_argument("--steps", type=int, default=50)
    options = parser.parse_args()
    import_tensorflow()
    step, source = make_step(options.model, options.length, options.batch_size)
    bare(step, source, options.steps), timed(step, source, options.steps)
    ratios, seconds = [], []
    for number in range(options.rounds):
        both = [bare, timed] if number % 2 == 0 else [timed, bare]
        of = {loop: loop(step, source, options.steps) for loop in both}
        ratios.append(of[timed] / of[bare])
        seconds.append(of[bare] / options.steps)
    # A step that does nothing shows the loops alone, which other programs can hardly disturb.
    pairs = [
        [loop(lambda _ids, _labels: (0.0,), source, EMPTY_STEPS) for loop in (timed, bare)]
        for _ in range(9)
    ]
    added = statistics.median((one - other) / EMPTY_STEPS for one, other in pairs)
    quarters = statistics.quantiles(ratios, n=4)
    report = {
        "milliseconds_per_step": 1000 * statistics.median(seconds),
        "timed_over_bare": statistics.median(ratios),
        "quartiles": [quarters[0], quarters[2]],
        "microseconds_added_per_step": 1e6 * added,
        "added_share": added / statistics.median(seconds),
    }
    print(json.dumps(report, indent=2))


def make_step(model: str, length: int, batch_size: int) -> tuple[Callable, Callable]:
    """The compiled training step of a model, and the function n -> n batches for it."""
    from tfcmp.measurement.cases import TrainingCase
    from tfcmp.measurement.training import build_in, made_up, set_up_model
    from tfcmp.training.hardware import set_up_hardware
    from tfcmp.training.replicas import one_replica
    from tfcmp.training.step import compile_train_step

    configuration = default_configuration(find_model(model))
    training = replace(configuration.training, batch_size=batch_size)
    configuration = replace(configuration, training=training)
    set_up_hardware(configuration)
    case = TrainingCase(configuration, (length,), 1, 1.0)
    configuration, core, _ = set_up_model(case, one_replica(), Path())
    optimizer = build_in(one_replica(), configuration, core)
    step = compile_train_step(core, optimizer, training.clip_norm)
    return step, made_up(configuration, length)


def bare(step: Callable, source: Callable, steps: int) -> float:
    """Seconds of so many steps in a loop without anything else."""
    start = time.perf_counter()
    for batch in source(steps):
        outcome = step(batch.ids, batch.labels)
    float(outcome[0])
    return time.perf_counter() - start


def timed(step: Callable, source: Callable, steps: int) -> float:
    """Seconds of the same in the loop of `bench`."""
    from tfcmp.measurement.training import time_window

    start = time.perf_counter()
    time_window(step, source(steps), steps)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
