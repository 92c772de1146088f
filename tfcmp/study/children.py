"""The processes of a study: one for each run and each search."""

import ctypes
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from tfcmp.config.default_paths import is_file_source
from tfcmp.config.fields import Configuration
from tfcmp.config.file import write_configuration
from tfcmp.runs.files import whole_file
from tfcmp.runs.layout import RUNS, SEARCHES
from tfcmp.study.directory import StudyDirectory
from tfcmp.study.plan import RunPlan, SearchPlan
from tfcmp.study.stages import name_of_search

# Seconds for a process to end by itself once it was asked to.
PATIENCE = 60.0
# Of the Linux kernel (<linux/prctl.h>): the signal that a process gets when its parent is gone.
PR_SET_PDEATHSIG = 1
# Opened here: between fork and exec nothing may be loaded.
_LIBRARY = ctypes.CDLL(None)


class Child(Protocol):
    """A process at work."""

    def poll(self) -> int | None:
        """Its exit code, negative for a signal; None while it works."""

    def interrupt(self) -> None:
        """Asks it to end."""

    def end(self, deadline: float) -> None:
        """Waits until `deadline` (of time.monotonic), then kills it."""


# From a command line and a log file to the process.
Start = Callable[[list[str], Path], Child]


class ChildProcess:
    """A process whose output goes to a log; it ends when this one does."""

    def __init__(self, command: list[str], log: Path) -> None:
        with log.open("ab") as stream:
            # A group of its own: Ctrl-C reaches this process alone, which then asks its children.
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                process_group=0,
                preexec_fn=_begin,
            )

    def poll(self) -> int | None:
        """Its exit code, negative for a signal; None while it works."""
        return self._process.poll()

    def interrupt(self) -> None:
        """Asks it to end, as Ctrl-C does."""
        self._process.send_signal(signal.SIGINT)

    def end(self, deadline: float) -> None:
        """Waits until `deadline` (of time.monotonic), then kills it."""
        try:
            self._process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _begin() -> None:
    """Runs in the child before its program."""
    # A shell lets what it starts in the background ignore Ctrl-C, and that is inherited: the child
    # could not be asked to end.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if sys.platform == "linux":
        _LIBRARY.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def fit_command(
    study: StudyDirectory,
    run: RunPlan,
    configuration: Configuration,
    is_begun: bool,
    shared: list[str],
) -> list[str]:
    """The command that fits a run, or goes on with it; `shared` ends every command."""
    line = [sys.executable, "-m", "tfcmp.fit"]
    if is_begun:
        source = _source_options(configuration)
        return [*line, "--resume", str(study.run(run.name)), *source, *shared]
    file = study.settings(run.name)
    write_configuration(file, configuration)
    where = ["--runs", str(study.path / RUNS), "--name", run.name]
    return [*line, "--config", str(file), *where, *shared]


def tune_command(
    study: StudyDirectory, search: SearchPlan, is_begun: bool, shared: list[str]
) -> list[str]:
    """The command that starts a search, or goes on with it."""
    line = [sys.executable, "-m", "tfcmp.tune"]
    if is_begun:
        source = _source_options(search.configuration)
        return [*line, "--resume", str(study.search(search.label)), *source, *shared]
    name, request = name_of_search(search), search.request
    file = study.settings(name)
    write_configuration(file, search.configuration)
    options = ["--search.tuner", request.tuner, "--search.seed", str(request.seed)]
    if request.trials is not None:
        options += ["--search.trials", str(request.trials)]
    if request.seconds is not None:
        options += ["--search.seconds", f"{request.seconds:g}"]
    if request.space is not None:
        space = study.settings(f"{search.label}-space")
        _write_space(space, request.space)
        options += ["--search.space", str(space)]
    where = ["--runs", str(study.path / SEARCHES), "--name", search.label]
    model = ["--model", search.configuration.model, "--config", str(file)]
    return [*line, *model, *options, *where, *shared]


def reason_of(code: int, told: str) -> str:
    """Why a process ended with `code`: the signal, or the last line of what it told."""
    if code < 0:
        name = signal.Signals(-code).name
        hint = ", which the system does when memory runs out" if name == "SIGKILL" else ""
        return f"ended by {name}{hint}"
    lines = [line.strip() for line in told.splitlines() if line.strip()]
    return lines[-1].removeprefix("error: ") if lines else f"ended with code {code}"


def _source_options(configuration: Configuration) -> list[str]:
    """Where the texts of what goes on lie; they may have moved since it began."""
    source = configuration.data.source
    return ["--data", source] if is_file_source(source) else []


def _write_space(file: Path, space: object) -> None:
    import yaml

    with whole_file(file) as part:
        part.write_text(yaml.safe_dump(space, sort_keys=False, allow_unicode=True), "utf-8")
