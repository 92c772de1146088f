"""Copies of runs, searches and benches from which every number of a report can be computed again.

The weights are left out, and so are places of the machine and texts; the files that this changes
get new checksums, and result.json keeps the ones that they had.
"""

import json
import shutil
from pathlib import Path
from typing import Any

import pyarrow.parquet
import yaml

from publishing.redaction import redacted
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.files import sealed, sha256_of, write_json
from tfcmp.runs.layout import (
    BEHAVIOUR,
    BENCH,
    BEST,
    BUDGET,
    CONFIG,
    CONTRAST,
    EFFECTS,
    ENVIRONMENT,
    EXPLANATION,
    LISTED,
    METRICS,
    MODEL,
    ORACLE,
    OUTCOME,
    PREDICTIONS,
    PUBLISHED_FROM,
    RESULT,
    SEARCH,
    SPACE,
    SPLIT,
    TEMPERATURE,
    TIMING,
    TRIALS,
    TRIALS_FOLDER,
)

ARTIFACTS = (BENCH, EXPLANATION, BEHAVIOUR, CONTRAST, TEMPERATURE)
# Of predictions.parquet; whatever else a file holds stays where it is.
COLUMNS = (
    "split",
    "id",
    "label",
    "probabilities",
    "group",
    "tokens",
    "phenomenon",
    "cue_distance",
)
# Few different values, or numbers in a small range.
REPEATING = ("split", "label", "group", "tokens", "phenomenon", "cue_distance")
# Sorted ids share their beginnings; the exponents of probabilities resemble each other.
ENCODINGS = {"id": "DELTA_BYTE_ARRAY", "probabilities.list.element": "BYTE_STREAM_SPLIT"}
ZSTD_LEVEL = 19


def copy_run(source: Path, target: Path) -> None:
    """A complete run without its weights, with the files of later commands."""
    run, copy = RunDirectory(source), RunDirectory(target)
    result = run.read_json(RESULT)
    copy_unfinished(source, target)
    for name in (ENVIRONMENT, SPLIT, TIMING):
        write_json(copy.file(name), redacted(run.read_json(name)))
    copy_predictions(run.file(PREDICTIONS), copy.file(PREDICTIONS))
    sums = {name: sha256_of(copy.file(name)) for name in LISTED if name != MODEL}
    sums = {name: sums.get(name, result["files"][name]) for name in LISTED}
    origin = {PUBLISHED_FROM: result.get(PUBLISHED_FROM, result["files"])}
    write_json(copy.file(RESULT), sealed({**redacted(result), **origin, "files": sums}))
    for name in ARTIFACTS:
        if run.file(name).exists():
            write_compact(copy.file(name), _rebased(run.read_json(name), sums))


def copy_unfinished(source: Path, target: Path) -> None:
    """Configuration and log, all that a report reads of a run that failed."""
    target.mkdir(parents=True)
    if (source / CONFIG).exists():
        copy_yaml(source / CONFIG, target / CONFIG)
    if (source / METRICS).exists():
        shutil.copyfile(source / METRICS, target / METRICS)


def copy_predictions(source: Path, target: Path) -> None:
    """The same rows, sorted by split and id, packed."""
    known = pyarrow.parquet.read_schema(source).names
    names = [name for name in COLUMNS if name in known]
    table = pyarrow.parquet.read_table(source, columns=names).select(names)
    table = table.sort_by([("split", "ascending"), ("id", "ascending")])
    pyarrow.parquet.write_table(
        table.replace_schema_metadata(None),
        target,
        compression="zstd",
        compression_level=ZSTD_LEVEL,
        use_dictionary=[name for name in REPEATING if name in names],
        column_encoding=ENCODINGS,
        write_statistics=False,
    )


def copy_search(source: Path, target: Path) -> None:
    """Tables, space, every trial, and what the oracle drew."""
    target.mkdir(parents=True)
    for name in (CONFIG, SPACE, BEST):
        if (source / name).exists():
            copy_yaml(source / name, target / name)
    for name in (SEARCH, ORACLE):
        if (source / name).exists():
            write_compact(target / name, redacted(RunDirectory(source).read_json(name)))
    names = [name for name in (TRIALS, BUDGET, EFFECTS) if (source / name).exists()]
    of_trials = sorted(source.glob(f"{TRIALS_FOLDER}/*/*"))
    names += [
        file.relative_to(source).as_posix() for file in of_trials if file.name in (OUTCOME, METRICS)
    ]
    for name in names:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / name, target / name)


def copy_bench(source: Path, target: Path) -> None:
    """A bench.json that was measured without a run."""
    target.mkdir(parents=True)
    content = RunDirectory(source).read_json(BENCH)
    write_compact(target / BENCH, sealed(redacted(content)))


def copy_yaml(source: Path, target: Path) -> None:
    """Settings, in their order."""
    content = redacted(yaml.safe_load(source.read_text(encoding="utf-8")))
    text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
    target.write_text(text, encoding="utf-8")


def write_compact(file: Path, content: dict[str, Any]) -> None:
    """JSON on one line: an explanation of many texts is a third of the size."""
    text = json.dumps(content, separators=(",", ":"), allow_nan=False)
    file.write_text(f"{text}\n", encoding="utf-8")


def _rebased(content: dict[str, Any], sums: dict[str, str]) -> dict[str, Any]:
    """What a later command wrote, computed from the published files of the same names."""
    sources = {name: sums[name] for name in content["computed_from"]}
    return sealed({**redacted(content), "computed_from": sources})
