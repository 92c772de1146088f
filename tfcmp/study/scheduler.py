"""The scheduler: starts the processes of a study, one after the other or a few at a time."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from tfcmp.errors import TfcmpError, WorkError
from tfcmp.runs.layout import BEST, CONFIG, RESULT, SEARCH
from tfcmp.study.children import PATIENCE, Child, Start, fit_command, reason_of, tune_command
from tfcmp.study.directory import StudyDirectory, require_agreement
from tfcmp.study.plan import Plan, RunPlan, SearchPlan
from tfcmp.study.stages import (
    Stage,
    configuration_of,
    name_of_search,
    note_adopted,
    stage_of_run,
    stage_of_search,
    stages,
)

# Seconds between two looks at the processes.
INTERVAL = 0.2
NEXT_TO_ANOTHER = "trained beside other work of its study (--jobs)"


@dataclass
class Task:
    """A run or a search that is to be done."""

    name: str
    run: RunPlan | None = None
    search: SearchPlan | None = None

    @property
    def label(self) -> str:
        """Of its entry, for searches a name of their own: they take as long as each other."""
        return self.run.label if self.run is not None else self.name


@dataclass
class Work:
    """A process at work on a task; `offset` is where its words begin in the log."""

    task: Task
    child: Child
    offset: int
    started: float


@dataclass(frozen=True)
class Event:
    """Something has happened: "started", "done" or "failed", with a reason."""

    kind: str
    task: Task
    reason: str = ""
    seconds: float = 0.0


Tell = Callable[[Event | None, list[Work]], None]


class Scheduler:
    """Works through a plan.

    Args:
        study: locked.
        plan: of the study's file.
        start: starts a process; a test may give another.
        tell: is called at every event, and with None between them.
        jobs: processes at a time.
        shared: options at the end of every command.
    """

    def __init__(
        self,
        study: StudyDirectory,
        plan: Plan,
        start: Start,
        tell: Tell,
        jobs: int = 1,
        shared: list[str] | None = None,
    ) -> None:
        self.study = study
        self.plan = plan
        self.start = start
        self.tell = tell
        self.jobs = jobs
        self.shared = shared or []
        self.working: list[Work] = []
        self.waiting = tasks_of(study, plan)

    def work(self) -> None:
        """Does all tasks; those that fail are noted in the study's state, and the rest goes on.

        Raises:
            CallError: a run of other settings lies under the name of one of the study's.
            WorkError: runs were not trained and tested on the same texts and classes.
        """
        note_adopted(self.study, self.plan.runs)
        require_agreement(self.study, self.plan)
        # What failed once may have been finished by hand since.
        left = {task.name for task in self.waiting}
        failures = self.study.state.failures
        self.study.state.failures = {name: why for name, why in failures.items() if name in left}
        self.study.write_state()
        try:
            while self.waiting or self.working:
                self._start_what_can()
                for work in list(self.working):
                    code = work.child.poll()
                    if code is not None:
                        self._end(work, code)
                self.tell(None, self.working)
                if self.working:
                    time.sleep(INTERVAL)
        finally:
            self._stop()

    def _start_what_can(self) -> None:
        for task in list(self.waiting):
            if len(self.working) >= self.jobs:
                return
            needed = self._needed(task)
            if needed is None:
                self.waiting.remove(task)
                self._start(task)
            elif not self._is_ahead(needed):
                self.waiting.remove(task)
                reason = self.study.state.failures.get(needed, "it found no settings")
                self._fail(task, f"its search failed: {reason}")

    def _needed(self, task: Task) -> str | None:
        """Name of the search that has to end before; None where nothing has to."""
        if task.run is None or task.run.search is None:
            return None
        name = name_of_search(task.run.search)
        # Its files may look complete while it is still at work.
        if self._is_ahead(name):
            return name
        is_found = stage_of_search(self.study, task.run.search) is Stage.DONE
        return None if is_found else name

    def _is_ahead(self, name: str) -> bool:
        return any(task.name == name for task in self.waiting) or any(
            work.task.name == name for work in self.working
        )

    def _start(self, task: Task) -> None:
        try:
            command = self._command(task)
        except TfcmpError as error:
            self._fail(task, str(error))
            return
        log = self.study.log(task.name)
        offset = log.stat().st_size if log.exists() else 0
        self.working.append(Work(task, self.start(command, log), offset, time.monotonic()))
        if len(self.working) > 1:
            for work in self.working:
                self.study.state.contention[work.task.name] = NEXT_TO_ANOTHER
            self.study.write_state()
        self.tell(Event("started", task), self.working)

    def _command(self, task: Task) -> list[str]:
        if task.search is not None:
            is_begun = (self.study.search(task.search.label) / SEARCH).exists()
            return tune_command(self.study, task.search, is_begun, self.shared)
        assert task.run is not None
        configuration = configuration_of(self.study, task.run)
        assert configuration is not None
        # With the settings that its search found, it is compared with what lies there only now.
        stage_of_run(self.study, task.run)
        is_begun = (self.study.run(task.name) / CONFIG).exists()
        return fit_command(self.study, task.run, configuration, is_begun, self.shared)

    def _end(self, work: Work, code: int) -> None:
        self.working.remove(work)
        task, seconds = work.task, time.monotonic() - work.started
        if code == 0 and self._is_complete(task):
            self.study.state.failures.pop(task.name, None)
            self.study.state.finished[task.name] = round(seconds, 1)
            self.study.write_state()
            self.tell(Event("done", task, seconds=seconds), self.working)
            if task.run is not None:
                require_agreement(self.study, self.plan)
            return
        with self.study.log(task.name).open("rb") as stream:
            stream.seek(work.offset)
            told = stream.read().decode("utf-8", errors="replace")
        self._fail(task, reason_of(code, told), seconds)

    def _is_complete(self, task: Task) -> bool:
        if task.search is not None:
            return (self.study.search(task.search.label) / BEST).exists()
        return (self.study.run(task.name) / RESULT).exists()

    def _fail(self, task: Task, reason: str, seconds: float = 0.0) -> None:
        self.study.state.failures[task.name] = reason
        self.study.write_state()
        self.tell(Event("failed", task, reason, seconds), self.working)

    def _stop(self) -> None:
        """Asks what is still at work to end, and sees to it."""
        for work in self.working:
            work.child.interrupt()
        deadline = time.monotonic() + PATIENCE
        for work in self.working:
            work.child.end(deadline)


def tasks_of(study: StudyDirectory, plan: Plan) -> list[Task]:
    """What is left to do, in its order: searches of which runs take the settings, runs, searches."""
    stage = stages(study, plan)
    needed = {run.label for run in plan.runs if run.search is not None}
    searches = [Task(name_of_search(search), search=search) for search in plan.searches]
    ahead = [task for task in searches if task.search and task.search.label in needed]
    runs = [Task(run.name, run=run) for run in plan.runs]
    after = [task for task in searches if task not in ahead]
    return [task for task in [*ahead, *runs, *after] if stage[task.name] is not Stage.DONE]


def failed(study: StudyDirectory, plan: Plan) -> dict[str, str]:
    """Runs and searches of the plan without result -> why."""
    names = [run.name for run in plan.runs] + [name_of_search(one) for one in plan.searches]
    return {name: study.state.failures[name] for name in names if name in study.state.failures}


def require_complete(study: StudyDirectory, plan: Plan) -> None:
    """Nothing where all has a result.

    Raises:
        WorkError: with each failure on a line.
    """
    failures = failed(study, plan)
    if failures:
        told = "".join(f"\n  {name}: {reason}" for name, reason in failures.items())
        raise WorkError(
            f"{len(failures)} of {len(plan.runs) + len(plan.searches)} failed; the same command "
            f"tries them again, their logs are in {study.path / 'logs'}{told}"
        )
