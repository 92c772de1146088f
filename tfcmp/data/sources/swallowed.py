"""Rows that a stray quote would join into one cell, in files whose quotes enclose cells.

A quote that opens by chance and another that closes by chance hide the rows between them, and no
parser complains. What gives them away: the lines inside the cell have as many cells as the header,
and one of those cells is a value that this column has elsewhere, such as a label. In a file separated
by tabs, which texts hardly ever hold, a cell with a tab and a line break is enough.
"""

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from tfcmp.data.sources.dialect import Dialect
from tfcmp.data.sources.input_file import open_binary
from tfcmp.data.sources.lines import decoded_lines
from tfcmp.data.sources.reading import Reading
from tfcmp.errors import WorkError

# Labels, numbers, names; longer values are texts.
_LONGEST_VALUE = 64
_MOST_VALUES = 10_000
# Not the row itself.
_FEWEST_ROWS = 2


class SwallowedRows:
    """Looks into cells of several lines, of one file.

    Args:
        path: the file.
        reading: how it is read; with a quoting of its own nothing is looked for.
        dialect: of the file.
    """

    def __init__(self, path: Path, reading: Reading, dialect: Dialect) -> None:
        self._path, self._reading, self._dialect = path, reading, dialect
        self._is_wanted = reading.quoting is None and dialect.quoting == "minimal"
        self._common: tuple[set[str], ...] | None = None

    def check(self, cells: list[str], line: int) -> None:
        """Refuses a row of several lines that are rows of their own.

        Raises:
            WorkError: it is one; names the line and the option.
        """
        if not self._is_wanted or len(cells) < 2:
            return
        delimiter = self._dialect.delimiter
        if delimiter == "\t" and any("\t" in cell and "\n" in cell for cell in cells):
            self._refuse(line, "a tab and a line break, and perhaps whole rows")
        lines = delimiter.join(cells).split("\n")
        if any(text.count(delimiter) != len(cells) - 1 for text in lines):
            return
        # The last line has the row's own values.
        inner = [text.split(delimiter) for text in lines[:-1]]
        if self._common is None:
            self._common = self._common_values(len(cells))
        if all(
            any(value.strip() in common for value, common in zip(row, self._common, strict=True))
            for row in inner
        ):
            self._refuse(line, f"{len(inner)} line breaks and whole rows")

    def _refuse(self, line: int, held: str) -> NoReturn:
        raise WorkError(
            f"{self._path.name}, line {line}: a cell that begins with a double quote holds {held}. "
            f"If the quote is part of the text, add {self._reading.flag('quoting')} none; if the "
            f"cell is right, add {self._reading.flag('quoting')} minimal."
        )

    def _common_values(self, width: int) -> tuple[set[str], ...]:
        """Short values of each column that several rows have, by one pass over the file."""
        counts: tuple[Counter[str], ...] = tuple(Counter() for _ in range(width))
        for cells in self._rows():
            if len(cells) == width:
                for value, count in zip(cells, counts, strict=True):
                    if len(value) <= _LONGEST_VALUE and len(count) < _MOST_VALUES:
                        count[value.strip()] += 1
        return tuple(
            {value for value, rows in count.items() if value and rows >= _FEWEST_ROWS}
            for count in counts
        )

    def _rows(self) -> Iterator[list[str]]:
        with open_binary(self._path) as stream:
            lines = decoded_lines(stream, self._path.name, self._reading.decoding())
            try:
                yield from self._dialect.reader(lines)
            except csv.Error:
                # Told with its line by whoever reads the rows.
                return
