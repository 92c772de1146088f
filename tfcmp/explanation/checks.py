"""Checks of runs, each from the paths of a command line to a file in the run and a table."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tfcmp.data.sources.reading import Reading
from tfcmp.diagnostics.contrast_table import contrast_table
from tfcmp.diagnostics.predictions import Checked, names_of
from tfcmp.errors import WorkError
from tfcmp.explanation.behaviour.cases import TEST_SET_VERSION
from tfcmp.explanation.behaviour.measuring import find_sides
from tfcmp.explanation.behaviour.testing import TestSet, make_test_set, run_tests
from tfcmp.explanation.contrast.contamination import check_training, warning_of
from tfcmp.explanation.contrast.measuring import measure_pairs
from tfcmp.explanation.contrast.pairs import PairColumns, read_pairs
from tfcmp.inference.inputs import DEFAULT_READING
from tfcmp.reporting.sections.behaviour import behaviour_table
from tfcmp.runs.artifacts import BEHAVIOUR, CONTRAST, read_later, write_elsewhere, write_later
from tfcmp.runs.directory import MODEL, PREDICTIONS, SPLIT, RunDirectory, check_files, open_run
from tfcmp.runs.files import sha256_of


def check_behaviour(
    paths: Sequence[Path],
    *,
    cases: int,
    seed: int,
    negative: str | None = None,
    positive: str | None = None,
    parts: bool = False,
    trust: bool = False,
    command: str,
    out: Path | None = None,
) -> Checked:
    """Tests the runs, writes behaviour.json into each, and sets them side by side.

    The first run is always tested; another one that has been tested on the same cases is not
    tested again.

    Args:
        paths: complete runs.
        cases: of each capability.
        seed: of the cases.
        negative, positive: classes that stand for bad and good, where their names do not tell.
        parts: a row for every variation in the table.
        trust: lets a SavedModel of the run run.
        command: the command line, kept in the file.
        out: folder of the files, if not the runs.

    Raises:
        CallError: the classes are not known to be good and bad, or there are not so many cases.
        WorkError: a path is no complete run, or is damaged.
    """
    runs = [open_run(path) for path in paths]
    names = names_of(paths)
    write_elsewhere(runs, names, out)
    sides = [find_sides(_classes(run), negative, positive) for run in runs]
    test_set = make_test_set(cases, seed)
    about = {"version": TEST_SET_VERSION, "seed": seed, "cases": cases, "texts": count(test_set)}
    contents: dict[str, Any] = {}
    for name, run, of_run in zip(names, runs, sides, strict=True):
        found = _tested_before(run, about, of_run._asdict()) if contents else None
        if found is None:
            probabilities = _load(run, trust).probabilities
            found = run_tests(test_set, probabilities, _classes(run), of_run)
            found = {"test_set": about, **found}
            write_later(run, BEHAVIOUR, found, command, [MODEL])
        contents[name] = found
    return Checked(contents, (behaviour_table(contents, parts),))


def check_contrast(
    paths: Sequence[Path],
    file: Path,
    columns: PairColumns,
    reading: Reading = DEFAULT_READING,
    *,
    trust: bool = False,
    command: str,
    out: Path | None = None,
) -> Checked:
    """Answers the pairs of `file`, writes contrast.json into each run, and tabulates.

    `reading` is how the file is read.

    Raises:
        CallError, WorkError: see `read_pairs`; a path is no complete run.
    """
    runs = [open_run(path) for path in paths]
    write_elsewhere(runs, names_of(paths), out)
    pairs = [read_pairs(file, columns, _classes(run), reading) for run in runs]
    about = {"file": file.name, "sha256": sha256_of(file), "columns": asdict(columns)}
    contents = {}
    for name, run, of_run in zip(names_of(paths), runs, pairs, strict=True):
        check_files(run, [PREDICTIONS])
        training = check_training(run, [pair.original for pair in of_run])
        found = {
            "pairs_file": about,
            **measure_pairs(of_run, _load(run, trust).probabilities),
            "training": training._asdict(),
            "warning": warning_of(training),
        }
        write_later(run, CONTRAST, found, command, [MODEL, PREDICTIONS])
        contents[name] = found
    return Checked(contents, (contrast_table(contents),))


def count(test_set: TestSet) -> int:
    """Number of different texts."""
    return len({text for _, cases in test_set for case in cases for text in case.texts})


def _tested_before(
    run: RunDirectory, about: dict[str, Any], sides: dict[str, str]
) -> dict[str, Any] | None:
    if not run.file(BEHAVIOUR).exists():
        return None
    try:
        found = read_later(run, BEHAVIOUR, "")
    except WorkError:
        return None
    is_same = found.get("test_set") == about and found.get("classes") == sides
    return found if is_same else None


def _classes(run: RunDirectory) -> tuple[str, ...]:
    return tuple(run.read_json(SPLIT)["classes"])


def _load(run: RunDirectory, trust: bool) -> Any:
    import tfcmp

    return tfcmp.load(run.path, trust=trust)
