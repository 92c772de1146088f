"""Seconds from the command to the first training step of `minilm_l6_en`, against plain Keras.

    TFDS_DATA_DIR=... python benchmarks/fine_tuning_start_up.py [--repeats 3]

Ours is `python -m tfcmp.fit --model minilm_l6_en` with the weights fetched and the token cache
filled; plain is plain_fine_tuning.py, what KerasHub's guide does, on a tf.data pipeline of the same
reviews, once with Keras' default of compiling with XLA and once without XLA. Each run is a process
of its own, ended as soon as its first step is done; they take turns. CPU seconds are those of the
whole process, on all processors: they tell more than seconds where other work is running.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from start_up import to_first_step

HERE = Path(__file__).parent
MODEL = "minilm_l6_en"


def main() -> None:
    """Measures in turns and prints medians, their ratio, and where the plain time goes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--cache", type=Path, default=Path("~/.cache/tfcmp").expanduser())
    options = parser.parse_args()
    preset = options.cache / "models" / MODEL
    seconds: dict[str, list[float]] = {"ours": [], "auto": [], "off": []}
    cpu_seconds: dict[str, list[float]] = {"ours": [], "auto": [], "off": []}
    parts = {}

    def measure(side: str, first_step: Callable[[], float]) -> None:
        before = cpu_of_children()
        seconds[side].append(first_step())
        cpu_seconds[side].append(cpu_of_children() - before)

    def plain(jit: str) -> float:
        taken, parts[jit] = plain_to_first_step(preset, jit)
        return taken

    with tempfile.TemporaryDirectory() as folder:
        command = ["--model", MODEL, "--runs", folder, "--cache", str(options.cache)]
        to_first_step(command, "warm-up")
        for repeat in range(options.repeats):
            measure("ours", lambda name=f"run-{repeat}": to_first_step(command, name))  # type: ignore[misc]
            for jit in ("auto", "off"):
                measure(jit, lambda jit=jit: plain(jit))  # type: ignore[misc]
    report = {
        "seconds": summary(seconds),
        "cpu_seconds": summary(cpu_seconds),
        "plain_parts": parts,
    }
    print(json.dumps(report, indent=2))


def summary(taken: dict[str, list[float]]) -> dict[str, dict]:
    """Medians of the sides, and of ours over plain within each round."""
    return {
        "medians": {side: statistics.median(values) for side, values in taken.items()},
        "ours_over_plain": {
            jit: statistics.median(a / b for a, b in zip(taken["ours"], taken[jit], strict=True))
            for jit in ("auto", "off")
        },
    }


def cpu_of_children() -> float:
    """CPU seconds of all child processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def plain_to_first_step(preset: Path, jit: str) -> tuple[float, dict[str, float]]:
    """Seconds until the plain script's first step is done, and its own split of them."""
    start = time.perf_counter()
    finished = subprocess.run(
        [sys.executable, str(HERE / "plain_fine_tuning.py"), str(preset), jit],
        check=True,
        capture_output=True,
        text=True,
    )
    return time.perf_counter() - start, json.loads(finished.stdout.splitlines()[-1])


if __name__ == "__main__":
    main()
