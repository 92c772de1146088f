"""Rows of a .csv or .tsv file, streamed; its dialect follows from options and content."""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, NoReturn

from tfcmp.data.sources.columns import HEADER, Columns, Row
from tfcmp.data.sources.input_file import DELIMITERS, open_binary
from tfcmp.data.sources.quoting import find_quoting
from tfcmp.data.sources.reading import (
    LONGEST_CELL,
    Reading,
    decoded_lines,
    delimiter_name,
    has_returns_alone,
    lines_by_returns,
)
from tfcmp.errors import WorkError

# Delimiters in the order in which they are tried.
_CANDIDATES = (",", ";", "\t", "|")
# Excel's first line, which names the delimiter.
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\r?\n?', re.IGNORECASE)
# The header and the first row are expected to end within these lines.
_FIRST_LINES = 100
# Longer values are texts, not labels, numbers or names.
_LONGEST_VALUE = 64
_MOST_VALUES = 10_000
_FEWEST_ROWS = 2
# Ctrl-Z at the end of files from DOS.
_END_OF_FILE = "\x1a"


@dataclass(frozen=True)
class Dialect:
    """How the cells of a file are written.

    Attributes:
        delimiter: one character.
        quoting: "minimal" or "none", as in `Reading`.
        skips_blanks: whether blanks after a delimiter are no part of the cell (`a, "b"`).
        lines_before: lines above the header: 1 where the first names the delimiter.
        has_returns: whether a carriage return alone ends a line, as on old Macs.
    """

    delimiter: str
    quoting: str = "minimal"
    skips_blanks: bool = False
    lines_before: int = 0
    has_returns: bool = False

    def reader(self, lines: Iterator[str]) -> Any:
        """A `csv.reader` of the lines, header included."""
        csv.field_size_limit(LONGEST_CELL)
        if self.has_returns:
            lines = lines_by_returns(lines)
        for _ in range(self.lines_before):
            next(lines, None)
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            quoting=csv.QUOTE_NONE if self.quoting == "none" else csv.QUOTE_MINIMAL,
            skipinitialspace=self.skips_blanks,
            # Otherwise a quote that is never closed would silently swallow the rows below it.
            strict=True,
        )

    def describe(self) -> dict[str, str]:
        """Delimiter and quoting, as the options name them."""
        return {"delimiter": delimiter_name(self.delimiter), "quoting": self.quoting}


def find_dialect(path: Path, kind: str, columns: Columns, reading: Reading) -> Dialect:
    """The dialect by the options, else by the file.

    The delimiter is that of the format, unless the header has the required columns only with
    another. In a file separated by tabs double quotes may be part of texts: see `find_quoting`.

    Args:
        path: a .csv or .tsv, compressed or not.
        kind: "csv" or "tsv".
        columns: to be read.
        reading: the options.

    Raises:
        WorkError: bytes do not decode, or it is not clear what quotes mean.
    """
    with open_binary(path) as stream:
        first = list(islice(decoded_lines(stream, path.name, reading.decoding()), _FIRST_LINES))
    has_returns = bool(first) and has_returns_alone(first[0])
    if has_returns:
        first = list(islice(lines_by_returns(iter(first)), _FIRST_LINES))
    separator = _SEPARATOR_LINE.fullmatch(first[0]) if first else None
    lines_before = 1 if separator else 0
    wished = reading.character(reading.delimiter) or (separator[1] if separator else None)
    usual = reading.character(reading.usual_delimiter) or DELIMITERS[kind]
    candidates = (wished,) if wished else (usual, DELIMITERS[kind], *_CANDIDATES)
    lines = first[lines_before:]
    delimiter = _delimiter(lines, candidates, columns)
    header = _first_rows(lines, delimiter)[0]
    quoting = reading.quoting or "minimal"
    if reading.quoting is None and delimiter == "\t" and header:
        with open_binary(path) as stream:
            every = decoded_lines(stream, path.name, reading.decoding())
            every = lines_by_returns(every) if has_returns else every
            quoting = find_quoting(every, delimiter, path.name, reading, lines_before)
    skips = quoting == "minimal" and delimiter not in "\t " and _has_blanks(lines, delimiter)
    return Dialect(delimiter, quoting, skips, lines_before, has_returns)


def _delimiter(lines: list[str], candidates: Sequence[str], columns: Columns) -> str:
    """The first candidate with all required columns, else the one with most cells."""
    widest, most = candidates[0], 0
    for candidate in candidates:
        names = [name.strip() for name in _first_rows(lines, candidate)[0]]
        if all(name.strip() in names for name in columns.required):
            return candidate
        if len(names) > max(most, 1):
            widest, most = candidate, len(names)
    return widest


def _has_blanks(lines: list[str], delimiter: str) -> bool:
    """Whether blanks follow every delimiter of the header, or precede a quote in the first row."""
    header, plain = _first_rows(lines, delimiter)
    if len(header) > 1 and all(name.startswith(" ") for name in header[1:]):
        return True
    _, skipped = _first_rows(lines, delimiter, skips=True)
    if len(plain) != len(skipped):
        return len(skipped) == len(header)
    # A blank inside a quoted cell is read in either case.
    cells = zip(plain, skipped, strict=True)
    return any(cell != other and cell.lstrip(" ") != other for cell, other in cells)


def _first_rows(lines: list[str], delimiter: str, skips: bool = False) -> list[list[str]]:
    """The header and the first row; [] for each that cannot be read."""
    csv.field_size_limit(LONGEST_CELL)
    rows = (row for row in csv.reader(lines, delimiter=delimiter, skipinitialspace=skips) if row)
    try:
        return [*islice(rows, 2), [], []][:2]
    except csv.Error:
        return [[], []]


class SwallowedRows:
    """Finds rows that two stray quotes would join into one cell, which no parser complains about.

    Such a cell is recognised by its lines: they have as many cells as the header, one of which is a
    value that this column has in other rows, such as a label. In a file separated by tabs, which
    are rare in texts, a cell with a tab and a line break is enough. Where `reading` names a
    quoting, nothing is checked.
    """

    def __init__(self, path: Path, reading: Reading, dialect: Dialect) -> None:
        self._path, self._reading, self._dialect = path, reading, dialect
        self._is_wanted = reading.quoting is None and dialect.quoting == "minimal"
        self._common: tuple[set[str], ...] | None = None

    def check(self, cells: list[str], line: int) -> None:
        """Raises a WorkError, with line and option, where a cell contains whole rows."""
        if not self._is_wanted or len(cells) < 2:
            return
        delimiter = self._dialect.delimiter
        if delimiter == "\t" and any("\t" in cell and "\n" in cell for cell in cells):
            self._refuse(line, "a tab and a line break, and perhaps whole rows")
        lines = delimiter.join(cells).split("\n")
        if any(text.count(delimiter) != len(cells) - 1 for text in lines):
            return
        # The last line has the values of the row itself.
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
        """Short values of each column that several rows have, from one pass over the file."""
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
                # Reported, with its line, where the rows are read.
                return


def delimited_rows(
    path: Path, columns: Columns, reading: Reading, dialect: Dialect
) -> Iterator[Row]:
    """Yields the rows below the header, cells as text, without blank lines.

    Raises:
        WorkError: bytes, quotes, header or number of cells are wrong; names the line.
    """
    with open_binary(path) as stream:
        lines = decoded_lines(stream, path.name, reading.decoding())
        records = _records(lines, path, reading, dialect)
        header_line, header = next(records, (1, []))
        place = f"{path.name}, line {header_line} {HEADER}"
        if dialect.skips_blanks:
            # The user may have named the column with its blank.
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
    """Yields each record, except blank ones, with the number of its first line."""
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
    """The end of an error: how the file is read, and which options change that."""
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
