"""How values, audits and commands are shown to a reader, and how a table is written as CSV."""

import csv
import io
import math
import shlex
from pathlib import PurePath

from tfcmp.records.bench import Audit
from tfcmp.reporting.render.document import Cell, Kind, Table

# Smaller p-values tell a reader nothing more, and 10,000 flips resolve none.
SMALLEST_P = 0.0001
# Options that say where files lie; a command works without them.
PATH_OPTIONS = ("--runs", "--cache", "--out")


def shown(value: Cell, kind: Kind) -> str:
    """The value as a reader sees it; an empty string for None."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, float) and not math.isfinite(value):
        return ""
    if kind == "count":
        return f"{value:,.0f}"
    if kind in ("share", "width"):
        return f"{100 * value:.2f}"
    if kind == "points":
        return f"{100 * value:+.2f}"
    if kind == "p":
        return "< 0.0001" if value < SMALLEST_P else f"{value:.4f}"
    return duration(value) if kind == "seconds" else number(value)


def number(value: float) -> str:
    """Three significant digits, whole numbers from 100 on; nothing for one that is not finite."""
    if not math.isfinite(value):
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:#.3g}"


def duration(seconds: float) -> str:
    """A time in the unit that suits it."""
    if seconds < 120:
        return f"{seconds:.3g} s"
    return f"{seconds / 60:.1f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def csv_of(table: Table) -> str:
    """The table as CSV: names of the columns, then the values unrounded, empty cells for None."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(column.name for column in table.columns)
    for row in table.rows:
        writer.writerow("" if cell is None else cell for cell in row)
    return stream.getvalue()


def sort_key(value: Cell) -> str:
    """What a column of the page is sorted by: numbers as they are, else the text."""
    if isinstance(value, int | float):
        return repr(float(value)) if math.isfinite(value) else ""
    return value or ""


def kernels(audit: Audit | None) -> str | None:
    """Which recurrent layers cuDNN computes, and why not the others; None where it was not asked.

    Args:
        audit: one of the section "audit" of bench.json.
    """
    if audit is None:
        return None
    by_answer: dict[str, list[str]] = {}
    for layer, found in audit["recurrent_layers"].items():
        answer = "cuDNN" if found["cudnn"] else f"no cuDNN ({', '.join(found['why_not'])})"
        by_answer.setdefault(answer, []).append(layer)
    told = [f"{', '.join(layers)}: {answer}" for answer, layers in by_answer.items()]
    return "; ".join(told) or "no recurrent layer"


def portable(command: str) -> str:
    """The command as it can be shown to anybody: absolute paths reduced to their last part, without options that say where files lie.

    A command that cannot be taken apart gives nothing.
    """
    try:
        arguments = shlex.split(command)
    except ValueError:
        return ""
    kept, is_place = [], False
    for argument in arguments:
        name, equals, value = argument.partition("=")
        if is_place:
            is_place = False
        elif argument in PATH_OPTIONS:
            is_place = True
        elif name not in PATH_OPTIONS:
            kept.append(f"{name}={_last(value)}" if equals else _last(argument))
    return shlex.join(kept)


def _last(argument: str) -> str:
    is_absolute = argument.startswith(("/", "~")) or argument[1:3] in (":\\", ":/")
    return PurePath(argument.replace("\\", "/")).name if is_absolute else argument
