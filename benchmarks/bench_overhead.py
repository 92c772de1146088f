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
from dataclasses import replace

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
    from pathlib import Path

    from tfcmp.measurement.arms import TrainingArm
    from tfcmp.measurement.stretches import timed_stretch
    from tfcmp.measurement.training import build_in, made_up, set_up_model
    from tfcmp.training.hardware import set_up_hardware
    from tfcmp.training.replicas import one_replica
    from tfcmp.training.step import compile_train_step

    configuration = default_configuration(find_model(options.model))
    training = replace(configuration.training, batch_size=options.batch_size)
    configuration = replace(configuration, training=training)
    set_up_hardware(configuration)
    arm = TrainingArm(configuration, (options.length,), 1, 1.0)
    configuration, core, _ = set_up_model(arm, one_replica(), Path())
    optimizer = build_in(one_replica(), configuration, core)
    step = compile_train_step(core, optimizer, training.clip_norm)
    source = made_up(configuration, options.length)

    def bare(step=step, steps=options.steps) -> float:
        start = time.perf_counter()
        for batch in source(steps):
            outcome = step(batch.ids, batch.labels)
        float(outcome[0])
        return time.perf_counter() - start

    def timed(step=step, steps=options.steps) -> float:
        start = time.perf_counter()
        timed_stretch(step, source(steps), steps)
        return time.perf_counter() - start

    def nothing(_ids, _labels) -> tuple[float]:
        return (0.0,)

    bare(), timed()
    ratios, seconds = [], []
    for round_number in range(options.rounds):
        if round_number % 2:
            of_timed, of_bare = timed(), bare()
        else:
            of_bare, of_timed = bare(), timed()
        ratios.append(of_timed / of_bare)
        seconds.append(of_bare / options.steps)
    # A step that does nothing shows the loops alone, which other programs can hardly disturb.
    pairs = [(timed(nothing, EMPTY_STEPS), bare(nothing, EMPTY_STEPS)) for _ in range(9)]
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


if __name__ == "__main__":
    main()
