"""A line per epoch on stderr, where no bar is drawn."""

import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from tfcmp.evaluation.metrics import NAMES, SHARES
from tfcmp.progress import tell_line

VALIDATION = "validation_"


class EpochLines:
    """Tells epochs of one training as they end.

    Args:
        epochs: of the whole training at most.
        steps_left: steps to be done from now on, if it does not stop early.
    """

    def __init__(self, epochs: int, steps_left: int) -> None:
        self._epochs = epochs
        self._steps_left = steps_left
        self._start = time.perf_counter()

    def tell(self, epoch: Mapping[str, Any], steps_left: int) -> None:
        """Shows an epoch.

        Args:
            epoch: its line of metrics.jsonl.
            steps_left: steps that are still to be done, if training does not stop early.
        """
        elapsed = time.perf_counter() - self._start
        left = elapsed * steps_left / max(1, self._steps_left - steps_left)
        tell_line(epoch_line(epoch, self._epochs, left))


def epoch_line(epoch: Mapping[str, Any], epochs: int, seconds_left: float) -> str:
    """Losses, scores, seconds of the training steps, and the time that is left at most."""
    validation = {
        name.removeprefix(VALIDATION): value
        for name, value in epoch.items()
        if name.startswith(VALIDATION)
    }
    training = {name: epoch[name] for name in ("loss", "accuracy")}
    parts = [
        f"epoch {epoch['epoch']} of {epochs}: {_shown(training)}",
        f"validation {_shown(validation)}",
        f"{epoch['seconds']:,.1f} s",
    ]
    if seconds_left > 0:
        parts.append(f"at most {timedelta(seconds=round(seconds_left))} left")
    return "; ".join(parts)


def _shown(scores: Mapping[str, float]) -> str:
    return ", ".join(
        f"{NAMES[name]} {value:.2%}" if name in SHARES else f"{name} {value:.4f}"
        for name, value in scores.items()
    )
