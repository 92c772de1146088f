"""Separate clocks for the phases of a run."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Clock:
    """Seconds spent in each phase, added up over the sessions of a resumed run.

    Args:
        seconds: seconds of earlier sessions, by phase.
    """

    def __init__(self, seconds: dict[str, float] | None = None) -> None:
        self.seconds = dict(seconds or {})

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Adds the time the block takes to phase `name`, also when it ends in an error."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.add(name, time.perf_counter() - start)

    def add(self, name: str, seconds: float) -> None:
        """Adds `seconds` to phase `name`."""
        self.seconds[name] = self.seconds.get(name, 0.0) + seconds
