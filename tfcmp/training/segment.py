"""What happened in a window of steps."""

import time
from typing import Any

import numpy as np

from tfcmp.data.batches import Batch
from tfcmp.runs.timing import ContentionMeter, Load


class Segment:
    """Sums over the steps between two checkpoints.

    Losses stay where the device has them until the segment ends: asking for a number after every
    step would make a GPU wait for Python.

    Args:
        threads: that the steps are computed with; None is all processors.
    """

    def __init__(self, threads: int | None = None) -> None:
        self.steps = 0
        self.rate = 0.0
        self._examples: list[int] = []
        self._tokens: list[int] = []
        self._places: list[int] = []
        self._outcomes: list[tuple[Any, ...]] = []
        self._timed_from = 0
        self._start = time.perf_counter()
        self._meter = ContentionMeter(threads)

    def add(self, batch: Batch, outcome: tuple[Any, ...], rate: float) -> None:
        """Adds a step: its batch, its (mean loss, number correct, gradient norm), its rate."""
        self.steps += 1
        self.rate = rate
        self._examples.append(len(batch.labels))
        self._tokens.append(batch.tokens)
        self._places.append(batch.ids.size)
        self._outcomes.append(outcome)

    def seconds(self) -> float:
        """Seconds since the segment began, or since its clock was restarted."""
        return time.perf_counter() - self._start

    def restart_clock(self) -> None:
        """Leaves the steps so far out of the timing: a first step compiles."""
        # Read now, or the device would still be busy with it when the clock starts.
        self._outcomes[-1] = tuple(np.asarray(value) for value in self._outcomes[-1])
        self._timed_from = self.steps
        self._start = time.perf_counter()
        self._meter.restart()

    def load(self) -> Load | None:
        """What other processes took of the machine in those seconds."""
        return self._meter.read()

    def sums(self) -> dict[str, float]:
        """Sums over all steps; `seconds` and the `timed_` counts leave out untimed steps."""
        losses, correct, norms = np.array(
            [[float(value) for value in outcome] for outcome in self._outcomes]
        ).T
        examples = np.array(self._examples)
        timed = slice(self._timed_from, None)
        return {
            "seconds": self.seconds(),
            "steps": self.steps,
            "examples": int(examples.sum()),
            "loss": float((losses * examples).sum()),
            "correct": float(correct.sum()),
            "norm": float(norms.sum()),
            "largest_norm": float(norms.max()),
            "largest_loss": float(losses.max()),
            "tokens": int(np.sum(self._tokens)),
            "places": int(np.sum(self._places)),
            "timed_examples": int(examples[timed].sum()),
            "timed_tokens": int(np.sum(self._tokens[timed])),
        }


def add_sums(total: dict[str, float], sums: dict[str, float]) -> None:
    """Adds the sums of a segment to those of its epoch; of largest values the larger stays."""
    for name, value in sums.items():
        if name.startswith("largest_"):
            total[name] = max(total.get(name, value), value)
        else:
            total[name] = total.get(name, 0) + value


def summarise(sums: dict[str, float]) -> dict[str, float | None]:
    """Means and rates of a segment or an epoch, as metrics.jsonl has them.

    Tokens are those of the texts; padding is not counted.
    """
    seconds = sums["seconds"]
    is_timed = seconds > 0 and sums["timed_examples"] > 0
    return {
        "loss": sums["loss"] / sums["examples"],
        "accuracy": sums["correct"] / sums["examples"],
        "largest_step_loss": sums["largest_loss"],
        "gradient_norm": sums["norm"] / sums["steps"],
        "largest_gradient_norm": sums["largest_norm"],
        "seconds": seconds,
        "examples": sums["examples"],
        "examples_per_second": sums["timed_examples"] / seconds if is_timed else None,
        "tokens_per_second": sums["timed_tokens"] / seconds if is_timed else None,
        "padding_share": 1 - sums["tokens"] / sums["places"],
    }
