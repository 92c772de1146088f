"""How a value is shown to a reader, and how it is written into a CSV file."""

import csv
import io
import math

from tfcmp.reporting.render.document import Cell, Kind, Table

# Smaller p-values tell a reader nothing more, and 10,000 flips resolve none.
SMALLEST_P = 0.0001


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
