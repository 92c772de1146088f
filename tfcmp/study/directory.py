"""The directory of a study: what it was asked, and what has become of its runs so far."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tfcmp.config.default_paths import source_name
from tfcmp.errors import CallError, WorkError
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.files import locked, make_folder, whole_file, write_json
from tfcmp.runs.layout import (
    CONFIG,
    LOCK,
    LOGS,
    RESULT,
    RUNS,
    SEARCHES,
    SETTINGS,
    SPLIT,
    STUDY,
    STUDY_STATE,
)
from tfcmp.study.file import read_study
from tfcmp.study.plan import Plan, differences, make_plan

if TYPE_CHECKING:
    from tfcmp.records.search import Study

PARTS = ("train", "validation", "test")


@dataclass
class State:
    """What no run can say of itself; study.json.

    Attributes:
        failures: run or search -> why it has no result.
        contention: run or search -> why its times do not count.
        finished: runs and searches that ended well in this study -> seconds of their last process.
        source: where the texts lay last; None of a study that has not begun.
    """

    failures: dict[str, str] = field(default_factory=dict)
    contention: dict[str, str] = field(default_factory=dict)
    finished: dict[str, float] = field(default_factory=dict)
    source: str | None = None


class StudyDirectory:
    """Paths and files of one study."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.state = State()

    def run(self, name: str) -> Path:
        """Directory of a run."""
        return self.path / RUNS / name

    def search(self, label: str) -> Path:
        """Directory of a search."""
        return self.path / SEARCHES / label

    def log(self, name: str) -> Path:
        """What the processes of a run or a search wrote."""
        return self.path / LOGS / f"{name}.log"

    def settings(self, name: str) -> Path:
        """Settings that a run, a search or a search's space is started with."""
        return self.path / SETTINGS / f"{name}.yaml"

    def read_state(self) -> None:
        """Reads study.json, if there is one.

        Raises:
            WorkError: it is damaged.
        """
        if not (self.path / STUDY_STATE).exists():
            return
        content = RunDirectory(self.path).read_json(STUDY_STATE)
        names = ("failures", "contention", "finished")
        parts = {name: content.get(name, {}) for name in names}
        if not all(isinstance(part, dict) for part in parts.values()):
            raise WorkError(f"{self.path / STUDY_STATE} is damaged: expected objects in it")
        self.state = State(**parts, source=content.get("source"))

    def write_state(self) -> None:
        """Writes study.json."""
        state = self.state
        content: Study = {
            "failures": state.failures,
            "contended": list(state.contention),
            "contention": state.contention,
            "finished": state.finished,
            "source": state.source,
        }
        write_json(self.path / STUDY_STATE, content)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keeps other processes from working on the study inside the block.

        Raises:
            WorkError: another one does.
        """
        make_folder(self.path, "--runs or --name")
        for folder in (RUNS, SETTINGS, LOGS):
            make_folder(self.path / folder, "--runs or --name")
        stream = locked(self.path / LOCK)
        if stream is None:
            raise WorkError(
                f"{self.path} is in use by another compare; wait for its end, or choose another "
                "--name"
            )
        with stream:
            yield

    def accept(self, file: Path, plan: Plan) -> None:
        """Compares the study's own study.yaml with `plan`, which was made of `file`.

        Raises:
            CallError: the directory holds something else, or the file leaves out or changes what
                the study has.
        """
        if (self.path / CONFIG).exists():
            raise CallError(f"{self.path} holds a run, no study; choose another --name")
        own = self.path / STUDY
        if own.exists() and own.read_bytes() != file.read_bytes():
            changes = list(_changes(make_plan(read_study(own), str(own)), plan))
            if changes:
                raise CallError(
                    f"{file} is not the study of {self.path}: {'; '.join(changes)}. A study may "
                    "gain entries and seeds; for anything else choose another --name"
                )

    def keep(self, file: Path) -> None:
        """Copies the study file into the directory."""
        content = file.read_bytes()
        with whole_file(self.path / STUDY) as part:
            part.write_bytes(content)


def _changes(old: Plan, new: Plan) -> Iterator[str]:
    """What a new plan leaves out of an old one or has otherwise."""
    runs = {run.name: run for run in new.runs}
    for run in old.runs:
        if run.name not in runs:
            yield f"{run.name} is missing"
            continue
        other = runs[run.name]
        found = list(differences(other.configuration, run.configuration))
        files = [source_name(one.configuration.data.source) for one in (other, run)]
        if not found and files[0] != files[1]:
            found = [f"data.source {files[0]}, there {files[1]}"]
        if found:
            yield f"{run.name} has other settings ({', '.join(found)})"
        if (run.search is None) != (other.search is None):
            yield f"{run.name} is {'now' if run.search is None else 'no longer'} of a search"
    searches = {search.label: search for search in new.searches}
    for search in old.searches:
        if search.label not in searches:
            yield f"the search of {search.label} is missing"
        elif search != searches[search.label]:
            yield f"the search of {search.label} is another"


def require_agreement(study: StudyDirectory, plan: Plan) -> None:
    """Compares the fingerprints of all splits and the classes over the complete runs.

    Raises:
        WorkError: they differ, or a file of a run is damaged.
    """
    sides: dict[tuple[str, str], list[str]] = {}
    for run in plan.runs:
        path = study.run(run.name)
        if (path / RESULT).exists():
            sides.setdefault(_texts_of(RunDirectory(path)), []).append(run.name)
    if len(sides) > 1:
        told = "; ".join(
            f"{', '.join(names)}: classes {classes}, splits {prints}"
            for (classes, prints), names in sides.items()
        )
        raise WorkError(
            "the runs of this study were not trained and tested on the same texts and classes "
            f"({told}); bring back the texts as they were, or move one side away and fit it again"
        )


def _texts_of(run: RunDirectory) -> tuple[str, str]:
    split = run.read_json(SPLIT)
    try:
        prints = [split["splits"][part]["fingerprint"][:8] for part in PARTS]
        return json.dumps(split["classes"]), ", ".join(prints)
    except (KeyError, TypeError):
        raise WorkError(f"{run.file(SPLIT)} is damaged: expected classes and splits") from None
