"""Checks of runs by the predictions that they hold: calibration, label errors, curves."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from tfcmp.diagnostics.label_errors import label_error_table
from tfcmp.diagnostics.length_curves import curves
from tfcmp.diagnostics.temperature import calibrate, temperature_table
from tfcmp.errors import CallError
from tfcmp.progress import progress_bar
from tfcmp.reporting.load.inputs import gather
from tfcmp.reporting.render.document import Cell, Table
from tfcmp.reporting.render.terminal import plain_values
from tfcmp.reporting.write import on_paper
from tfcmp.runs.files import make_folder, whole_file

# Of a list that may have hundreds.
ROWS_SHOWN = 50
# Of a text that may be a whole book; --json gives all of it.
CHARACTERS_SHOWN = 300


class Checked(NamedTuple):
    """What a check found: ready for JSON, and as tables."""

    contents: dict[str, Any]
    tables: tuple[Table, ...]


def calibrate_runs(paths: Sequence[Path], command: str, out: Path | None = None) -> Checked:
    """Fits a temperature for each run and writes its temperature.json, into `out` if not the runs.

    Raises:
        CallError: a run is given twice.
        WorkError: a path is no complete run, or is damaged.
    """
    contents = {}
    with progress_bar("calibrating", len(paths)) as advance:
        for name, path in zip(names_of(paths), paths, strict=True):
            folder = out if out is None or len(paths) == 1 else out / name
            contents[name] = calibrate(path, command, folder)
            advance(1)
    return Checked(contents, (temperature_table(contents),))


def find_label_errors(
    paths: Sequence[Path], threshold: float, complete: Callable[[Table], Table] | None = None
) -> Checked:
    """Test texts that all runs get wrong with a probability of at least `threshold`.

    `complete` adds what the runs do not know: where the texts stand.

    Raises:
        CallError: the runs were not tested on the same texts.
        WorkError: a file is damaged.
    """
    models = gather(paths).models
    classes = models[0].runs[0].result["classes"]
    table = label_error_table(models, classes, threshold)
    if complete is not None:
        table = complete(table)
    contents = plain_values(table)
    table = replace(table, rows=tuple(tuple(map(_short, row)) for row in table.rows))
    if len(table.rows) > ROWS_SHOWN:
        note = f"{table.note} The first {ROWS_SHOWN} are shown; --json gives all."
        table = replace(table, rows=table.rows[:ROWS_SHOWN], note=note)
    return Checked(contents, (table,))


def _short(cell: Cell) -> Cell:
    """A cell that a table on a terminal has room for."""
    if isinstance(cell, str) and len(cell) > CHARACTERS_SHOWN:
        return f"{cell[:CHARACTERS_SHOWN]}..."
    return cell


def draw_curves(paths: Sequence[Path], folder: Path | None) -> Checked:
    """Accuracy by length and cue distance; pictures into `folder`, if there is one.

    Raises:
        CallError: the runs were not tested on the same texts, or the folder cannot be made.
        WorkError: a file is damaged.
    """
    made = curves(gather(paths).models)
    if folder is not None:
        make_folder(folder, "--figures")
        for curve in made:
            with whole_file(folder / f"{curve.figure.name}.svg") as part:
                part.write_text(on_paper(curve.figure.svg), encoding="utf-8")
    tables = tuple(curve.table for curve in made)
    return Checked({table.name: plain_values(table) for table in tables}, tables)


def names_of(paths: Sequence[Path]) -> list[str]:
    """Names of the folders, with those above them where two are the same.

    Raises:
        CallError: a run is given twice.
    """
    whole = [path.resolve() for path in paths]
    twice = [path for path in whole if whole.count(path) > 1]
    if twice:
        raise CallError(f"{twice[0]} is given twice; expected different runs")
    short = [path.name for path in whole]
    return [
        name if short.count(name) == 1 else "/".join(path.parts[-3:])
        for name, path in zip(short, whole, strict=True)
    ]
