"""Clocks of a run, and what disturbs them: other processes on cores or GPU, a falling frequency.

Times measured next to other work say as much of that work as of the model. What the system counted
as busy, less what this process used itself, is what others took.
"""

import os
import resource
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psutil

# Share of the cores in use that other processes may take before a time is not the model's.
BUSY = 0.05
# Share of its frequency that a processor may lose before a time is not the model's.
SLOWED = 0.1
# Share of the timed seconds that has to be measured for the load to count as known.
COVERED = 0.95
# The counters tick a hundred times per second: shorter spans are too coarse to be judged alone.
SPAN_SECONDS = 1.0
_NVIDIA = "nvidia-smi"


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


@dataclass(frozen=True)
class Load:
    """Work of a span of time.

    Attributes:
        others: core-seconds that other processes took.
        capacity: core-seconds of the cores that this process uses.
        seconds: length of the span.
    """

    others: float
    capacity: float
    seconds: float

    @property
    def share(self) -> float:
        """Share of the cores in use that others took, from 0 to 1."""
        return min(1.0, max(0.0, self.others / self.capacity)) if self.capacity else 0.0


class ContentionMeter:
    """Measures from its making, or from `restart`, to `read`.

    Args:
        cores: that this process computes with; None is all that it may use. On a machine of 64
            cores, one busy core of another process takes half of what a run of two threads needs.
    """

    def __init__(self, cores: int | None = None) -> None:
        self._cores = min(cores or processors(), processors())
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
        return Load(others, self._cores * seconds, seconds)


class LoadRecorder:
    """The load of a measurement, split into spans of about `SPAN_SECONDS`.

    Args:
        cores: see `ContentionMeter`.
    """

    def __init__(self, cores: int | None = None) -> None:
        self._meter = ContentionMeter(cores)
        self._since = self._start = time.perf_counter()
        self._total: dict[str, float] = {}

    def observe(self) -> None:
        """Ends a span if it is long enough; to be called often."""
        if time.perf_counter() - self._since >= SPAN_SECONDS:
            self._end_span()

    def others_share(self) -> float | None:
        """The largest share that others took in any span; None where the system does not tell."""
        self._end_span()
        return others_share(self._total, time.perf_counter() - self._start)

    def _end_span(self) -> None:
        add_load(self._total, self._meter.read())
        self._meter.restart()
        self._since = time.perf_counter()


def processors() -> int:
    """Processors that this process may use; where the system does not tell, all there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def busy_seconds() -> float | None:
    """Core-seconds of work since the machine started; None where the system does not tell."""
    try:
        times = psutil.cpu_times()
    except (OSError, RuntimeError, ValueError):
        return None
    # Idle and iowait are no work; guests are counted in user and nice already.
    no_work = ("idle", "iowait", "guest", "guest_nice")
    busy = float(sum(value for name, value in times._asdict().items() if name not in no_work))
    # A sandbox may show the counters and count nothing in them.
    return busy or None


def own_seconds() -> float:
    """Core-seconds of this process and of its children that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def frequency_mhz() -> float | None:
    """Mean clock of the cores at this moment; None where the system does not tell."""
    try:
        frequency = psutil.cpu_freq()
    except (OSError, RuntimeError, NotImplementedError):
        return None
    return float(frequency.current) if frequency and frequency.current else None


def is_slowed(start: float | None, end: float | None) -> bool:
    """Whether the clock fell by more than `SLOWED` from `start` to `end`, both in MHz."""
    return start is not None and end is not None and end < (1 - SLOWED) * start


def other_gpu_processes() -> int | None:
    """Processes other than this one that compute on an NVIDIA GPU; None where nobody tells."""
    if shutil.which(_NVIDIA) is None:
        return None
    query = [_NVIDIA, "--query-compute-apps=pid", "--format=csv,noheader"]
    try:
        told = subprocess.run(query, capture_output=True, text=True, timeout=10, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    return len({line.strip() for line in told.splitlines() if line.strip()} - {str(os.getpid())})


def add_load(total: dict[str, float], load: Load | None) -> None:
    """Adds a span to sums by name, as a checkpoint keeps them; of the shares the largest stays."""
    if load is None:
        return
    for name in ("others", "capacity", "seconds"):
        total[name] = total.get(name, 0.0) + getattr(load, name)
    if load.seconds >= SPAN_SECONDS:
        total["largest_share"] = max(total.get("largest_share", 0.0), load.share)


def others_share(total: dict[str, float], seconds: float) -> float | None:
    """Share of the cores in use that others took, from 0 to 1, in the span where it was largest.

    A burst of a tenth of the time would vanish in the mean, and still decide a percentile.

    Args:
        total: sums of all spans.
        seconds: what the spans were to cover.

    Returns:
        None where nothing was measured, or only a part: a session may have run on another system.
    """
    if not total.get("capacity") or total["seconds"] < COVERED * seconds:
        return None
    mean = Load(total["others"], total["capacity"], total["seconds"]).share
    return max(mean, total.get("largest_share", 0.0))


def is_busy(share: float | None) -> bool:
    """Whether a time does not count: others took too much, or how much they took is not known."""
    return share is None or share > BUSY


def why_disturbed(measured: Mapping[str, Any]) -> str | None:
    """Why a measurement is not the model's alone; None where nothing disturbed it.

    Args:
        measured: with others_share, and where they are known is_slowed and other_gpu_processes.
    """
    share = measured.get("others_share")
    if share is None:
        return "what other processes did meanwhile is not known"
    if share > BUSY:
        return f"other processes took more than {BUSY:.0%} of the cores in use".replace("%", " %")
    if measured.get("is_slowed"):
        return f"the processor's clock fell by more than {SLOWED:.0%}".replace("%", " %")
    if measured.get("other_gpu_processes"):
        return "other processes computed on the GPU"
    return None
