"""Checks of runs, each from the paths of a command line to a file in the run and a table."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import numpy as np

from tfcmp.data.sources.reading import Reading
from tfcmp.diagnostics.behaviour.failure_rates import (
    Probabilities,
    find_sides,
    make_test_set,
    run_tests,
)
from tfcmp.diagnostics.contrast_pairs import (
    PairColumns,
    check_training,
    measure_pairs,
    read_pairs,
    warning_of,
)
from tfcmp.diagnostics.predictions import Checked, names_of
from tfcmp.errors import CallError, WorkError
from tfcmp.inference.inputs import DEFAULT_READING
from tfcmp.inference.texts import windows_of
from tfcmp.progress import progress_bar
from tfcmp.records.behaviour import Behaviour, FailureRate, TestedOn
from tfcmp.reporting.analysis.tables import BEHAVIOUR_NOTE
from tfcmp.reporting.render.document import Column, Table, make_table
from tfcmp.runs.artifacts import read_later, write_elsewhere, write_later
from tfcmp.runs.directory import RunDirectory, check_files, open_run
from tfcmp.runs.files import sha256_of
from tfcmp.runs.layout import BEHAVIOUR, CONTRAST, MODEL, PREDICTIONS, SPLIT

MEASURES = ("original_accuracy", "contrast_accuracy", "consistency")
CONTRAST_NOTE = (
    "Consistency: share of originals that are answered right together with all their contrasts. "
    "95 % intervals over movies where they are known, else over originals."
)


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
        parts: one row per variation in the table.
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
    test_set, about = make_test_set(cases, seed)
    contents: dict[str, Behaviour] = {}
    for name, run, of_run in zip(names, runs, sides, strict=True):
        found = _tested_before(run, about, of_run._asdict()) if contents else None
        if found is None:
            probabilities = _probabilities(run, trust, "behaviour tests")
            found = run_tests(test_set, about, probabilities, _classes(run), of_run)
            write_later(run, BEHAVIOUR, {**found}, command, [MODEL])
        contents[name] = found
    return Checked({**contents}, (behaviour_table(contents, parts),))


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
            **measure_pairs(of_run, _probabilities(run, trust, "contrast pairs")),
            "training": training._asdict(),
            "warning": warning_of(training),
        }
        write_later(run, CONTRAST, found, command, [MODEL, PREDICTIONS])
        contents[name] = found
    return Checked(contents, (contrast_table(contents),))


def _tested_before(run: RunDirectory, about: TestedOn, sides: dict[str, str]) -> Behaviour | None:
    if not run.file(BEHAVIOUR).exists():
        return None
    try:
        found = cast("Behaviour", read_later(run, BEHAVIOUR, ""))
    except WorkError:
        return None
    return found if found["test_set"] == about and found["classes"] == sides else None


def _classes(run: RunDirectory) -> tuple[str, ...]:
    return tuple(run.read_json(SPLIT)["classes"])


def _probabilities(run: RunDirectory, trust: bool, description: str) -> Probabilities:
    import tfcmp

    classifier = tfcmp.load(run.path, trust=trust)
    return lambda texts: answer_all(classifier.probabilities, texts, len(texts), description)


def answer_all(
    probabilities: Probabilities, texts: Iterable[str], size: int, description: str
) -> np.ndarray:
    """Probabilities (texts, classes) float32, with a progress bar.

    Args:
        probabilities: texts to probabilities (texts, classes), as `Classifier.probabilities`.
        texts: at least one.
        size: how many there are.
        description: what is being done, a few words.
    """
    answered = []
    with progress_bar(description, size) as advance:
        for window in windows_of(texts):
            answered.append(np.asarray(probabilities(window), np.float32))
            advance(len(window))
    return np.concatenate(answered)


def behaviour_table(measured: Mapping[str, Behaviour], parts: bool = False) -> Table:
    """Failure rates by capability.

    Args:
        measured: name of a run -> content of its behaviour.json.
        parts: one row for every variation too.

    Raises:
        CallError: the runs were not tested on the same cases.
    """
    first = next(iter(measured.values()))
    # Several runs need the room.
    is_alone = len(measured) == 1
    for name, content in measured.items():
        if content["test_set"] != first["test_set"]:
            raise CallError(
                f"{name} was tested on another test set ({content['test_set']}) than "
                f"{next(iter(measured))} ({first['test_set']}); test both anew"
            )
    rows: list[tuple[Any, ...]] = []
    for capability, of_first in first["capabilities"].items():
        results = [content["capabilities"][capability] for content in measured.values()]
        rows.append(
            (
                capability,
                of_first["kind"],
                *([of_first["summary"]] if is_alone else []),
                of_first["failure_rate"]["cases"],
                *(_shown(result["failure_rate"]) for result in results),
            )
        )
        for part in of_first["parts"] if parts else ():
            rates = [result["parts"][part] for result in results]
            empty = ("", "") if is_alone else ("",)
            rows.append((f"  {part}", *empty, rates[0]["cases"], *map(_shown, rates)))
    columns = [
        Column("capability", "capability"),
        Column("kind", "test"),
        *([Column("summary", "what")] if is_alone else []),
        Column("cases", "cases", "count"),
        *(Column(name, name) for name in measured),
    ]
    note = BEHAVIOUR_NOTE.format(tolerance=first["tolerance"])
    return make_table("behaviour", "Failure rates of the behaviour tests", columns, rows, note)


def contrast_table(contents: Mapping[str, Mapping[str, Any]]) -> Table:
    """Accuracies and consistency.

    Args:
        contents: name of a run -> content of its contrast.json.
    """
    columns = (
        Column("run", "run"),
        Column("pairs", "pairs", "count"),
        Column("original_accuracy", "originals"),
        Column("contrast_accuracy", "contrasts"),
        Column("consistency", "consistency"),
        Column("movie_in_training", "movie in training", "count"),
    )
    rows = [
        (
            name,
            content["pairs"],
            *(_shown(content[measure]) for measure in MEASURES),
            content["training"]["movie_in_training"] if content["training"]["is_checked"] else None,
        )
        for name, content in contents.items()
    ]
    warnings = [
        f"Warning, {name}: {content['warning']}."
        for name, content in contents.items()
        if content["warning"]
    ]
    note = " ".join([CONTRAST_NOTE, *warnings])
    return make_table("contrast", "Contrast pairs", columns, rows, note)


def _shown(share: Mapping[str, float] | FailureRate) -> str:
    ends = f"{100 * share['low']:.1f} to {100 * share['high']:.1f}"
    return f"{100 * share['value']:.1f} % ({ends})"
