"""Rows of a .csv or .tsv file, streamed."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from tfcmp.data.sources.columns import HEADER, Columns
from tfcmp.data.sources.dialect import Dialect
from tfcmp.data.sources.input_file import open_binary
from tfcmp.data.sources.lines import decoded_lines
from tfcmp.data.sources.reading import Reading, delimiter_name
from tfcmp.data.sources.row import Row
from tfcmp.data.sources.swallowed import SwallowedRows
from tfcmp.errors import WorkError

# Ctrl-Z, behind which programs of DOS add nothing more.
_END_OF_FILE = "\x1a"


def delimited_rows(
    path: Path, columns: Columns, reading: Reading, dialect: Dialect
) -> Iterator[Row]:
    """Yields the rows below the header, cells as text; blank lines are no rows.

    Raises:
        WorkError: bytes, quotes, header or number of cells are wrong; names the line.
    """
    with open_binary(path) as stream:
        lines = decoded_lines(stream, path.name, reading.decoding())
        records = _records(lines, path, reading, dialect)
        header_line, header = next(records, (1, []))
        place = f"{path.name}, line {header_line} {HEADER}"
        if dialect.skips_blanks:
            # The blank may have been asked for as part of the name.
            asked = {name.strip(): name for name in (*columns.required, *columns.optional)}
            header = [asked.get(name, name) for name in header]
        separator = delimiter_name(dialect.delimiter)
        if len(header) == 1:
            separator += f"; another one is named with {reading.flag('delimiter')}"
        names = columns.present(header, place, separator)
        positions = {name: header.index(name) for name in names}
        for line, cells in records:
            if cells == [_END_OF_FILE] and len(header) > 1:
                continue
            if len(cells) != len(header):
                raise WorkError(
                    f"{path.name}, line {line}: expected {len(header)} cells as in the header, "
                    f"got {len(cells)}{_how_read(reading, dialect, cells)}"
                )
            if cells == header and len(header) > 1:
                raise WorkError(
                    f"{path.name}, line {line}: the header stands there again, as where files were "
                    "joined; remove that line."
                )
            yield Row(f"line {line}", {name: cells[place] for name, place in positions.items()})


def _records(
    lines: Iterator[str], path: Path, reading: Reading, dialect: Dialect
) -> Iterator[tuple[int, list[str]]]:
    """Yields each record that is not blank with the number of its first line."""
    reader = dialect.reader(lines)
    swallowed = SwallowedRows(path, reading, dialect)
    line = dialect.lines_before
    while True:
        first_line = line + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise WorkError(
                f"{path.name}, line {first_line}: {error}{_how_read(reading, dialect)}"
            ) from None
        line = dialect.lines_before + reader.line_num
        if line > first_line:
            swallowed.check(cells, first_line)
        if cells:
            yield first_line, cells


def _how_read(reading: Reading, dialect: Dialect, cells: Sequence[str] = ()) -> str:
    """How the file is read, and what makes another reading of it: the end of an error."""
    told = f" (separator: {delimiter_name(dialect.delimiter)})"
    if any(cell.startswith("'") for cell in cells):
        return f"{told}. Single quotes enclose no cells: write double quotes in their place."
    flag = reading.flag("quoting")
    if dialect.quoting == "none":
        return (
            f"{told}. Double quotes are read as part of the texts; with {flag} minimal they "
            "enclose cells, which may hold anything. End lines with a line feed."
        )
    return (
        f"{told}. Put a cell that holds the separator, a quote or a line break in double quotes. "
        'Close every double quote, write one inside a quoted cell as "", and end lines with a line '
        f"feed; or add {flag} none where quotes are part of the texts."
    )
