"""Rows of a .csv or .tsv file, streamed."""

import csv
from collections.abc import Iterator
from pathlib import Path

from tfcmp.data.sources.columns import Columns
from tfcmp.data.sources.input_file import open_binary
from tfcmp.data.sources.lines import Decoding, decoded_lines
from tfcmp.data.sources.row import Row
from tfcmp.errors import WorkError

# Far above any text (csv's own 131,072 is not), yet low enough that a quote which is never closed
# ends in an error and not with the whole file in memory.
_LONGEST_CELL = 1 << 24


def delimited_rows(
    path: Path, columns: Columns, decoding: Decoding, delimiter: str
) -> Iterator[Row]:
    """Yields the rows below the header, cells as text; blank lines are no rows.

    Raises:
        WorkError: bytes, quotes, header or number of cells are wrong; names the line.
    """
    with open_binary(path) as stream:
        lines = decoded_lines(stream, path.name, decoding)
        records = _records(lines, path.name, delimiter)
        header_line, header = next(records, (1, []))
        names = columns.present(header, f"{path.name}, line {header_line} (the header)")
        positions = {name: header.index(name) for name in names}
        for line, cells in records:
            place = f"line {line}"
            if len(cells) != len(header):
                raise WorkError(
                    f"{path.name}, {place}: expected {len(header)} cells as in the header, "
                    f"got {len(cells)}; a cell that holds the separator, a quote or a line break "
                    "stands in double quotes."
                )
            yield Row(place, {name: cells[position] for name, position in positions.items()})


def _records(lines: Iterator[str], name: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yields each record that is not blank with the number of its first line."""
    csv.field_size_limit(_LONGEST_CELL)
    # strict: without it a quote that is never closed silently swallows the rows below it.
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        first_line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise WorkError(
                f"{name}, line {first_line}: {error}. Close every double quote, write one inside "
                'a quoted cell as "", and end lines with a line feed.'
            ) from None
        if cells:
            yield first_line, cells
