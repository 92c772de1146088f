"""How much of the machine other processes took while a run was timed.

Times measured beside other work say as much of that work as of the model. What the kernel counted
as busy, less what this process used itself, is what others took (`man 5 proc`, "/proc/stat").
"""

import os
import resource
import time
from dataclasses import asdict, dataclass
from pathlib import Path

STATISTICS = Path("/proc/stat")
# Columns of the line "cpu"; idle and iowait are no work, guest is counted in user already.
COLUMNS = ("user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal")
NO_WORK = ("idle", "iowait")
# Share of the timed seconds that has to be measured for the load to count as known.
COVERED = 0.95


@dataclass(frozen=True)
class Load:
    """Work of a span of time.

    Attributes:
        others: core-seconds that other processes took.
        capacity: core-seconds that the machine had.
        seconds: length of the span.
    """

    others: float
    capacity: float
    seconds: float


class ContentionMeter:
    """Measures from its making, or from `restart`, to `read`.

    The counters tick a hundred times a second: spans under a second are rough, their sum is not.
    """

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Starts a new span."""
        self._busy, self._own, self._start = busy_seconds(), own_seconds(), time.perf_counter()

    def read(self) -> Load | None:
        """The load since the span began; None where the system does not tell."""
        busy = busy_seconds()
        if busy is None or self._busy is None:
            return None
        # May be below zero, as the counters are coarse; over many spans that cancels.
        others = busy - self._busy - (own_seconds() - self._own)
        seconds = time.perf_counter() - self._start
        return Load(others, (os.cpu_count() or 1) * seconds, seconds)


def busy_seconds() -> float | None:
    """Core-seconds of work since the machine started; None where the system does not tell."""
    try:
        first = STATISTICS.read_text(encoding="ascii").splitlines()[0].split()
        counts = dict(zip(COLUMNS, map(int, first[1:]), strict=False))
    except (OSError, ValueError, IndexError):
        return None
    busy = sum(count for name, count in counts.items() if name not in NO_WORK)
    # A sandbox may show the file and count nothing in it.
    if first[0] != "cpu" or not busy:
        return None
    return busy / os.sysconf("SC_CLK_TCK")


def own_seconds() -> float:
    """Core-seconds of this process and of its children that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def add_load(total: dict[str, float], load: Load | None) -> None:
    """Adds a span to sums by name, as a checkpoint keeps them."""
    if load is not None:
        for name, value in asdict(load).items():
            total[name] = total.get(name, 0.0) + value


def others_share(total: dict[str, float], seconds: float) -> float | None:
    """Share of the capacity that others took, from 0 to 1.

    Args:
        total: sums of all spans.
        seconds: what the spans were to cover.

    Returns:
        None where nothing was measured, or only a part: a session may have run on another system.
    """
    if not total.get("capacity") or total["seconds"] < COVERED * seconds:
        return None
    return min(1.0, max(0.0, total["others"] / total["capacity"]))
