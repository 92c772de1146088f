"""Recomputes what runs and reports state, and names what differs.

It detects damage, not forgery: whoever changes a file and its checksum alike is not found out.
"""

import csv
import io
import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tfcmp.errors import TfcmpError
from tfcmp.evaluation.summary import INTERVAL_METHOD, summarise
from tfcmp.reporting.assembling import assemble
from tfcmp.reporting.cells import csv_of
from tfcmp.reporting.document import Table
from tfcmp.reporting.gathering import gather
from tfcmp.reporting.later_files import later_differences
from tfcmp.reporting.reading import SPLITS, Answers, read_answers, read_configuration, read_lines
from tfcmp.reporting.writing import TABLES, read_record
from tfcmp.runs.directory import LISTED, PREDICTIONS, RESULT, SPLIT, RunDirectory
from tfcmp.runs.files import is_sound, sha256_of

# Sums of the same numbers differ by that much between machines.
TOLERANCE = 1e-9


def verify_run(path: Path) -> list[str]:
    """What differs in a complete run; empty where nothing does."""
    run = RunDirectory(path)
    found: list[str] = []
    try:
        result, split = run.read_json(RESULT), run.read_json(SPLIT)
        if not is_sound(result):
            found.append(f"{RESULT}: its checksum is not the one that was recorded")
        found += _checksums(path, result.get("files", {}), LISTED)
        found += _course(path, result)
        answers = read_answers(run.file(PREDICTIONS))
        found += _answers(answers, result, split)
        found += later_differences(run, answers)
    except TfcmpError as error:
        found.append(str(error))
    except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
        found.append(f"a file has not the expected content ({type(error).__name__}: {error})")
    return [f"{path}: {one}" for one in found]


def verify_report(folder: Path, paths: Sequence[Path]) -> list[str]:
    """What differs between a report and what the runs give today."""
    found: list[str] = []
    try:
        wishes, sums = read_record(folder)
        found += [f"{folder}: {one}" for one in _checksums(folder, sums, tuple(sums))]
        report = assemble(gather(paths), wishes)
    except TfcmpError as error:
        # Beside a damaged run, a changed file of the report is told all the same.
        return [*found, str(error)]
    for table in report.tables():
        found += _table(folder / TABLES / f"{table.name}.csv", table)
    return found


def _checksums(path: Path, sums: dict[str, str], names: Sequence[str]) -> Iterator[str]:
    for name in names:
        file = path / name
        if not file.is_file():
            yield f"{name}: missing"
        elif sha256_of(file) != sums.get(name):
            yield f"{name}: its checksum is not the one that was recorded"


def _course(path: Path, result: dict[str, Any]) -> Iterator[str]:
    """Compares what result.json takes from the configuration and the log."""
    configuration = read_configuration(path)
    epochs = [line for line in read_lines(path) if line.get("event") == "epoch"]
    training = configuration.get("training", {})
    scores = [
        line["validation_accuracy"]
        if training.get("selection", "accuracy") == "accuracy"
        else -line["validation_loss"]
        for line in epochs
    ]
    expected = {
        "model": configuration.get("model"),
        "seed": configuration.get("seed"),
        "data": configuration.get("data", {}).get("source"),
        "epochs": len(epochs),
        "best_epoch": int(np.argmax(scores)) + 1 if scores else 0,
    }
    for name, value in expected.items():
        if result.get(name) != value:
            yield f"{RESULT}: {name} is {result.get(name)!r}, recomputed {value!r}"


def _answers(
    answers: dict[str, Answers], result: dict[str, Any], split: dict[str, Any]
) -> Iterator[str]:
    """Compares sizes, classes and all metrics of both splits."""
    if result.get("classes") != split.get("classes"):
        yield f"{RESULT}: classes are not those of {SPLIT}"
    for name in SPLITS:
        of, described = answers[name], split["splits"][name]
        yield from _sizes(name, of, described)
        recomputed = summarise(of.labels, of.probabilities, of.groups)
        stated = result.get(name, {})
        if result.get("interval_method") != INTERVAL_METHOD:
            # Intervals of an earlier method cannot be recomputed.
            recomputed, stated = _without_ends(recomputed), _without_ends(stated)
        for metric in sorted(recomputed.keys() | stated.keys()):
            yield from _numbers(
                f"{RESULT}: {name}.{metric}", stated.get(metric), recomputed.get(metric)
            )


def _without_ends(metrics: dict[str, Any]) -> dict[str, Any]:
    return {
        name: {part: value for part, value in of.items() if part not in ("low", "high")}
        for name, of in metrics.items()
    }


def _sizes(name: str, of: Answers, described: dict[str, Any]) -> Iterator[str]:
    counts = np.bincount(of.labels, minlength=len(described["class_sizes"])).tolist()
    facts = (
        ("size", described["size"], len(of.labels)),
        ("groups", described["groups"], len(np.unique(of.groups))),
        ("class_sizes", list(described["class_sizes"].values()), counts),
        ("different ids", described["size"], len(set(of.ids.tolist()))),
    )
    for fact, stated, found in facts:
        if stated != found:
            yield f"{SPLIT}: {name}.{fact} is {stated}, {PREDICTIONS} has {found}"


def _numbers(where: str, stated: Any, recomputed: Any) -> Iterator[str]:
    stated, recomputed = stated or {}, recomputed or {}
    for part in sorted(stated.keys() | recomputed.keys()):
        if not is_same(stated.get(part), recomputed.get(part)):
            yield (
                f"{where}.{part} is {json.dumps(stated.get(part))}, "
                f"recomputed {json.dumps(recomputed.get(part))}"
            )


def is_same(stated: Any, recomputed: Any) -> bool:
    """Whether two values agree, numbers up to rounding."""
    if isinstance(stated, int | float) and isinstance(recomputed, int | float):
        return math.isclose(stated, recomputed, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return bool(stated == recomputed)


def _table(file: Path, table: Table) -> list[str]:
    """Cells of a written table that are not those computed from the runs."""
    if not file.is_file():
        return [f"{file}: missing"]
    stated = list(csv.reader(io.StringIO(file.read_text(encoding="utf-8", errors="replace"))))
    recomputed = list(csv.reader(io.StringIO(csv_of(table))))
    if len(stated) != len(recomputed) or stated[:1] != recomputed[:1]:
        return [f"{file}: expected {len(recomputed)} lines of the columns computed from the runs"]
    return [
        f"{file}: line {line}, {name}: is {old!r}, recomputed {new!r}"
        for line, (of_old, of_new) in enumerate(zip(stated, recomputed, strict=True), start=1)
        for name, old, new in _differing(recomputed[0], of_old, of_new)
    ]


def _differing(
    names: list[str], stated: list[str], recomputed: list[str]
) -> Iterator[tuple[str, str, str]]:
    if len(stated) != len(recomputed):
        yield "the row", f"{len(stated)} cells", f"{len(recomputed)} cells"
        return
    for name, old, new in zip(names, stated, recomputed, strict=True):
        if not is_same(_parsed(old), _parsed(new)):
            yield name, old, new


def _parsed(cell: str) -> Any:
    try:
        return float(cell)
    except ValueError:
        return cell
