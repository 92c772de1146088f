"""What a study shows while it works: results on stdout, progress on stderr."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tfcmp.progress import bars
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.layout import RESULT, TIMING
from tfcmp.study.directory import StudyDirectory
from tfcmp.study.estimate import duration, remaining_seconds
from tfcmp.study.plan import Plan
from tfcmp.study.scheduler import Event, Work, tasks_of


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
