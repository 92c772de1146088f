"""From the paths of a command line to the runs, searches and benches that a report is made of."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from tfcmp.errors import CallError
from tfcmp.progress import progress_bar
from tfcmp.records.bench import Bench
from tfcmp.reporting.load.models import ModelResult, make_models
from tfcmp.reporting.load.runs import (
    Run,
    has_measured,
    read_apart,
    read_configuration,
    read_lines,
    read_run,
)
from tfcmp.reporting.load.searches import Search, read_search
from tfcmp.reporting.load.studies import is_publication, is_study, label_and_seed, read_marks
from tfcmp.runs.artifacts import changed_sources
from tfcmp.runs.layout import (
    BENCH,
    BENCHES,
    CONFIG,
    OF_A_SEARCH,
    RESULT,
    RUNS,
    SEARCHES,
    STUDY,
    TRIALS,
)

# Levels below the folder that are looked into: runs, and folders of runs.
LEVELS = 2


@dataclass(frozen=True)
class FailedRun:
    """A run without result; `reason` is what its log says, `lines` its metrics.jsonl."""

    label: str
    name: str
    seed: int | None
    reason: str
    lines: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class Found:
    """A run directory, complete or not, and what its study says of it."""

    path: Path
    label: str | None = None
    contention: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class FoundSearch:
    """A directory of a search, and why its study says that its times do not count."""

    path: Path
    contention: str | None = None


@dataclass(frozen=True)
class ReportInputs:
    """All that a report is computed from.

    Attributes:
        failed_searches: name and reason of searches of studies that found nothing.
    """

    models: tuple[ModelResult, ...]
    failed_runs: tuple[FailedRun, ...]
    searches: tuple[Search, ...]
    benches: tuple[Bench, ...] = ()
    failed_searches: tuple[tuple[str, str], ...] = ()


def gather(paths: Sequence[Path]) -> ReportInputs:
    """Reads runs, searches and studies.

    Raises:
        CallError: a path is none of them, no run is complete, or runs do not belong together.
        WorkError: a file is damaged.
    """
    found, searches, benches = find_all(paths)
    complete = [one for one in found if (one.path / RESULT).exists()]
    if not complete:
        raise CallError(
            "expected at least one complete run, got none; python -m tfcmp.fit --resume RUN "
            "finishes one that was interrupted; a search is reported next to runs"
        )
    runs = []
    with progress_bar("reading runs", len(complete)) as advance:
        for one in complete:
            runs.append(read_run(one.path, one.label, one.contention))
            advance(1)
    failed = [_failed(one) for one in found if one not in complete]
    without_run = [one for path in benches for one in _measured_apart(path, runs)]
    measured = [run.measured["bench"] for run in runs if "bench" in run.measured]
    measured += without_run
    return ReportInputs(
        make_models(runs),
        tuple(failed),
        tuple(
            read_search(one.path, one.contention, label)
            for one, label in zip(searches, _told_apart(searches), strict=True)
        ),
        tuple(measured),
        tuple(dict.fromkeys(_failed_searches(paths))),
    )


def find_all(paths: Sequence[Path]) -> tuple[list[Found], list[FoundSearch], list[Path]]:
    """Directories of runs, of searches and of what was measured of runs elsewhere, each once.

    Raises:
        CallError: a path is no run, no search and no study.
    """
    found: dict[Path, Found] = {}
    searches: dict[Path, FoundSearch] = {}
    benches: dict[Path, Path] = {}
    for path in paths:
        if is_study(path):
            for one in _runs_of_study(path):
                found[one.path.resolve()] = one
            searches |= {one.path.resolve(): one for one in _searches_of_study(path)}
            benches |= {one.resolve(): one for one in _folders(path / BENCHES, BENCH)}
        elif (path / TRIALS).exists():
            searches.setdefault(path.resolve(), FoundSearch(path))
        elif (path / CONFIG).exists():
            found.setdefault(path.resolve(), Found(path))
        elif has_measured(path):
            benches.setdefault(path.resolve(), path)
        else:
            raise CallError(
                f"{path}: expected a run directory ({CONFIG}), a search ({TRIALS}), a bench "
                f"({BENCH}) or a study ({STUDY}), found none of these files"
            )
    return list(found.values()), list(searches.values()), list(benches.values())


def _measured_apart(path: Path, runs: Sequence[Run]) -> Iterator[Bench]:
    """Gives what lies in a folder of its own to the runs that it was computed from.

    Yields:
        Benches that were measured without a run.

    Raises:
        CallError: no run is the one that a file was computed from.
    """
    apart: dict[str, Any] = dict(read_apart(path))
    for name, content in apart.items():
        if not content.get("computed_from"):
            yield content
            continue
        owners = [run for run in runs if not changed_sources(content, run.result)]
        if not owners:
            raise CallError(
                f"{path / name}.json was computed from another run than those given; add that run, "
                "or leave the folder out"
            )
        for run in owners:
            cast("dict[str, Any]", run.measured).setdefault(name, content)


def _runs_of_study(study: Path) -> list[Found]:
    """Its runs; also those that failed before they had a directory."""
    marks = read_marks(study)
    names = [path.name for path in _folders(study / RUNS, CONFIG)]
    lost = [name for name in marks.failures if label_and_seed(name)[1] is not None]
    names += [name for name in lost if name not in names]
    return [
        Found(
            study / RUNS / name,
            label_and_seed(name)[0],
            marks.contended.get(name),
            marks.failures.get(name),
        )
        for name in names
    ]


def _searches_of_study(study: Path) -> list[FoundSearch]:
    contended = read_marks(study).contended
    return [
        FoundSearch(path, contended.get(f"{path.name}{OF_A_SEARCH}"))
        for path in _folders(study / SEARCHES, TRIALS)
    ]


def _told_apart(searches: Sequence[FoundSearch]) -> list[str]:
    """Names of the folders; of equal ones each with as many folders above it as tell them apart."""
    paths = [one.path.resolve() for one in searches]
    labels = []
    for path in paths:
        twins = [other for other in paths if other.name == path.name]
        depth = 1
        while len({_above(twin, depth) for twin in twins}) < len(twins):
            depth += 1
        labels.append(path.name if len(twins) == 1 else f"{path.name} ({_above(path, depth)})")
    return labels


def _above(path: Path, depth: int) -> str:
    return "/".join(path.parts[-1 - depth : -1])


def _failed_searches(paths: Sequence[Path]) -> Iterator[tuple[str, str]]:
    """Searches have no seed in their names; runs of a study always have one."""
    for path in filter(is_study, paths):
        for name, reason in read_marks(path).failures.items():
            if label_and_seed(name)[1] is None:
                yield name, reason


def _folders(parent: Path, holding: str) -> list[Path]:
    if not parent.is_dir():
        return []
    return sorted(path for path in parent.iterdir() if (path / holding).exists())


def _failed(one: Found) -> FailedRun:
    name = one.path.resolve().name
    configuration: dict[str, Any] = {}
    if (one.path / CONFIG).exists():
        configuration = read_configuration(one.path)
    lines = read_lines(one.path)
    failures = [line for line in lines if line.get("event") == "failure"]
    told = str(failures[-1].get("reason")) if failures else f"incomplete: it has no {RESULT}"
    return FailedRun(
        label=one.label or str(configuration.get("model")),
        name=name,
        seed=configuration.get("seed", label_and_seed(name)[1]),
        reason=one.reason or told,
        lines=tuple(lines),
    )


def expand_folders(paths: Sequence[Path]) -> list[Path]:
    """The same paths, folders replaced by the runs, searches and studies in them, in order of name.

    Runs that are not complete are left out of a folder, which is told on stderr.

    Raises:
        CallError: a folder holds nothing of the kind.
    """
    expanded: list[Path] = []
    for path in paths:
        is_folder = path.is_dir() and not is_reported(path)
        expanded += _inside(path) if is_folder else [path]
    return expanded


def is_reported(path: Path) -> bool:
    """Whether it is a run, a search, a study, or what was measured of a run elsewhere."""
    names = (CONFIG, TRIALS)
    is_whole = is_study(path) or is_publication(path) or has_measured(path)
    return is_whole or any((path / name).exists() for name in names)


def _inside(folder: Path) -> list[Path]:
    found = list(_below(folder, LEVELS))
    left_out = [path for path in found if _is_incomplete(path)]
    kept = [path for path in found if path not in left_out]
    if not kept:
        incomplete = f", but {len(left_out)} that are not complete" if left_out else ""
        raise CallError(
            f"{folder}: expected runs, searches or studies in it, found none{incomplete}; "
            "python -m tfcmp.fit makes runs, and --resume RUN finishes one"
        )
    told = f"{folder}: {len(kept)} taken"
    if left_out:
        names = ", ".join(path.name for path in left_out)
        told += f", {len(left_out)} left out, as it has no {RESULT} (not complete): {names}"
    sys.stderr.write(f"{told}\n")
    return kept


def _below(folder: Path, levels: int) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or not path.is_dir():
            continue
        if is_reported(path):
            yield path
        elif levels > 1:
            yield from _below(path, levels - 1)


def _is_incomplete(path: Path) -> bool:
    """Of a run; searches and studies are reported as far as they are."""
    is_run = (path / CONFIG).exists() and not (path / TRIALS).exists() and not is_study(path)
    return is_run and not (path / RESULT).exists()
