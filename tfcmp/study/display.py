"""What a study shows while it works: results on stdout, progress on stderr."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from tfcmp.progress import bars
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.layout import RESULT, TIMING
from tfcmp.study.directory import StudyDirectory
from tfcmp.study.plan import Plan
from tfcmp.study.scheduler import Event, Work, tasks_of


def remaining_seconds(
    done: Mapping[str, Sequence[float]],
    waiting: Iterable[str],
    working: Iterable[tuple[str, float]],
    jobs: int,
) -> float | None:
    """Seconds until all is done; None where nothing has been done yet.

    A label that has not been done yet is taken to need what the others needed on average.

    Args:
        done: seconds of finished runs, by label.
        waiting: labels of the runs to come.
        working: label and seconds so far of the runs at work.
        jobs: runs at a time.
    """
    known = {label: float(np.median(seconds)) for label, seconds in done.items() if seconds}
    if not known:
        return None
    usual = float(np.mean(list(known.values())))
    left = [max(0.0, known.get(label, usual) - passed) for label, passed in working]
    ahead = [known.get(label, usual) for label in waiting]
    # No run is shared out: the longest of those at work is a lower bound.
    return max([sum(left + ahead) / jobs, *left])


def duration(seconds: float) -> str:
    """In words, rounded as an estimate is."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


class Display:
    """Tells what happens.

    Args:
        study, plan: what is being done.
        jobs: processes at a time.
        update: sets description, completed and left of a bar.
    """

    def __init__(
        self, study: StudyDirectory, plan: Plan, jobs: int, update: Callable[..., Any]
    ) -> None:
        self.study = study
        self.jobs = jobs
        self.update = update
        self.total = len(plan.runs) + len(plan.searches)
        self.waiting = {task.name: task.label for task in tasks_of(study, plan)}
        self.done: dict[str, list[float]] = {}
        for run in plan.runs:
            if run.name not in self.waiting:
                self.done.setdefault(run.label, []).append(seconds_of(study, run.name))

    def tell(self, event: Event | None, working: list[Work]) -> None:
        """A line on stdout for what has ended; the bar is brought up to now."""
        if event is not None and event.kind != "started":
            self.waiting.pop(event.task.name, None)
            sys.stdout.write(f"{self._line(event)}\n")
            sys.stdout.flush()
        at_work = {work.task.name for work in working}
        left = remaining_seconds(
            self.done,
            [label for name, label in self.waiting.items() if name not in at_work],
            [(work.task.label, time.monotonic() - work.started) for work in working],
            self.jobs,
        )
        self.update(
            description=", ".join(sorted(at_work)) or "study",
            completed=self.total - len(self.waiting),
            left="left: not known yet" if left is None else f"about {duration(left)} left",
        )

    def _line(self, event: Event) -> str:
        name, took = event.task.name, duration(event.seconds)
        if event.kind == "failed":
            return f"{name}: failed, {event.reason}"
        self.done.setdefault(event.task.label, []).append(
            event.seconds if event.task.run is None else seconds_of(self.study, name)
        )
        if event.task.run is None:
            return f"{name}: done in {took}"
        accuracy = RunDirectory(self.study.run(name)).read_json(RESULT)["test"]["accuracy"]
        return f"{name}: test accuracy {accuracy['value']:.2%}, done in {took}"


@contextmanager
def showing(study: StudyDirectory, plan: Plan, jobs: int) -> Iterator[Display]:
    """Shows a bar with the remaining time inside the block, unless stderr is no terminal."""
    # Imported here: `--help` must not pay for a library that draws bars.
    from rich.progress import TextColumn

    # Lines of the result go above the bar where both share a terminal, and nowhere else otherwise.
    is_shared = sys.stdout.isatty()
    with bars(TextColumn("{task.fields[left]}"), redirects_stdout=is_shared) as progress:
        bar = progress.add_task("study", total=len(plan.runs) + len(plan.searches), left="")
        yield Display(study, plan, jobs, lambda **what: progress.update(bar, **what))


def seconds_of(study: StudyDirectory, name: str) -> float:
    """Seconds that a complete run took, all its sessions together."""
    timed = RunDirectory(study.run(name)).read_json(TIMING).get("total_seconds", 0.0)
    return max(float(timed), study.state.finished.get(name, 0.0))
