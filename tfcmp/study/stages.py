"""How far the runs and searches of a study are, as their directories tell."""

import csv
from collections.abc import Iterable
from enum import Enum
from pathlib import Path
from typing import Any

import yaml

from tfcmp.command.options import parse_file
from tfcmp.config.fields import Configuration
from tfcmp.errors import CallError, WorkError
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.layout import BEST, CONFIG, OF_A_SEARCH, RESULT, SEARCH, TIMING, TRIALS
from tfcmp.study.directory import StudyDirectory
from tfcmp.study.file import Settings, flat_settings
from tfcmp.study.plan import (
    Plan,
    RunPlan,
    SearchPlan,
    differences,
    with_best,
)

# Why the times of a run do not count that was there before the study, and says nothing of its load.
ADOPTED = "fitted outside this study, load unknown"


class Stage(Enum):
    """How far a run or a search is."""

    DONE = "done"
    INTERRUPTED = "to go on"
    NEW = "to start"
    FAILED = "to try again"


def stage_of_run(study: StudyDirectory, run: RunPlan) -> Stage:
    """How far a run is.

    Raises:
        CallError: another run lies there under its name.
    """
    path = study.run(run.name)
    if not (path / CONFIG).exists():
        return Stage.FAILED if run.name in study.state.failures else Stage.NEW
    asked = configuration_of(study, run)
    if asked is not None:
        _require_same(asked, path)
    if (path / RESULT).exists():
        return Stage.DONE
    return Stage.FAILED if run.name in study.state.failures else Stage.INTERRUPTED


def stage_of_search(study: StudyDirectory, search: SearchPlan) -> Stage:
    """How far a search is.

    Raises:
        CallError: another search lies there under its name.
        WorkError: its files are damaged.
    """
    path, name = study.search(search.label), name_of_search(search)
    if not (path / SEARCH).exists():
        return Stage.FAILED if name in study.state.failures else Stage.NEW
    known = RunDirectory(path).read_json(SEARCH)
    _require_same_search(search, known, path)
    if known.get("status") == "complete" and (path / BEST).exists():
        return Stage.DONE
    return Stage.FAILED if name in study.state.failures else Stage.INTERRUPTED


def name_of_search(search: SearchPlan) -> str:
    """What a search is called next to runs."""
    return f"{search.label}{OF_A_SEARCH}"


def stages(study: StudyDirectory, plan: Plan) -> dict[str, Stage]:
    """How far everything is, by name, searches first.

    Raises:
        CallError: another run lies under the name of one of the study's.
    """
    found = {name_of_search(search): stage_of_search(study, search) for search in plan.searches}
    return {**found, **{run.name: stage_of_run(study, run) for run in plan.runs}}


def configuration_of(study: StudyDirectory, run: RunPlan) -> Configuration | None:
    """What the run is to be fitted with; None as long as its search has not found it.

    Raises:
        WorkError: the search's files are damaged.
    """
    if run.search is None:
        return run.configuration
    if stage_of_search(study, run.search) is not Stage.DONE:
        return None
    path = study.search(run.label)
    return with_best(run, _best(path / BEST), searched_settings(path))


def searched_settings(search: Path) -> list[str]:
    """Names of the settings that the search varied: the dotted columns of its trials.

    Raises:
        WorkError: the table is missing or damaged.
    """
    try:
        with (search / TRIALS).open(encoding="utf-8", newline="") as stream:
            names = next(csv.reader(stream), [])
    except (OSError, UnicodeDecodeError, csv.Error):
        raise WorkError(f"{search / TRIALS} is damaged: expected a table of trials") from None
    return [name for name in names if "." in name]


def note_adopted(study: StudyDirectory, runs: Iterable[RunPlan]) -> None:
    """Notes which complete runs are not the study's own and were not measured for their load."""
    for run in runs:
        path = study.run(run.name)
        is_adopted = (path / RESULT).exists() and run.name not in study.state.finished
        if is_adopted and RunDirectory(path).read_json(TIMING).get("others_share") is None:
            study.state.contention.setdefault(run.name, ADOPTED)


def _require_same(asked: Configuration, path: Path) -> None:
    found = list(differences(asked, parse_file(path / CONFIG, str(path / CONFIG))))
    if found:
        raise CallError(
            f"{path} has other settings than the study asks for: {', '.join(found)}; move it away, "
            "change the study, or choose another --name"
        )


def _require_same_search(search: SearchPlan, known: dict[str, Any], path: Path) -> None:
    request = search.request
    asked = {
        "tuner": request.tuner,
        "budget": {"trials": request.trials, "seconds": request.seconds},
        "seed": request.seed,
    }
    found = {**known, "seed": (known.get("seed") or {}).get("search")}
    differing = [
        f"{name} {value}, there {found.get(name)}"
        for name, value in asked.items()
        if value != found.get(name)
    ]
    there = parse_file(path / CONFIG, str(path / CONFIG))
    differing += differences(search.configuration, there)
    if differing:
        raise CallError(
            f"{path} is another search than the study asks for: {', '.join(differing)}; move it "
            "away, change the study, or choose another --name"
        )


def _best(file: Path) -> Settings:
    try:
        content: Any = yaml.safe_load(file.read_text(encoding="utf-8"))
        # Names of a run that a search has no say in.
        kept = {name: of for name, of in content.items() if name not in ("model", "seed")}
    except (OSError, UnicodeDecodeError, yaml.YAMLError, AttributeError):
        raise WorkError(f"{file} is damaged: expected settings (name: value)") from None
    return flat_settings(kept, str(file))
