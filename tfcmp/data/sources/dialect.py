"""How the cells of a .csv or .tsv are written: told by options, else by the file itself.

The same bytes, asked for the same columns, always have the same dialect.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from tfcmp.data.sources.columns import Columns
from tfcmp.data.sources.formats import DELIMITERS
from tfcmp.data.sources.input_file import open_binary
from tfcmp.data.sources.lines import decoded_lines, has_returns_alone, lines_by_returns
from tfcmp.data.sources.quoting import find_quoting
from tfcmp.data.sources.reading import LONGEST_CELL, Reading, delimiter_name

# What programs and countries put between cells, in the order in which they are tried.
_CANDIDATES = (",", ";", "\t", "|")
# Excel's first line, which names the delimiter.
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\r?\n?', re.IGNORECASE)
# Lines in which the header and the first row end, if they ever do.
_FIRST_LINES = 100


@dataclass(frozen=True)
class Dialect:
    """How the cells of a file are written.

    Attributes:
        delimiter: one character.
        quoting: "minimal" or "none", as in `Reading`.
        skips_blanks: whether blanks behind a delimiter are no part of the cell (`a, "b"`).
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
            # Without it a quote that is never closed silently swallows the rows below it.
            strict=True,
        )

    def describe(self) -> Mapping[str, str]:
        """Delimiter and quoting, as the options name them."""
        return {"delimiter": delimiter_name(self.delimiter), "quoting": self.quoting}


def find_dialect(path: Path, kind: str, columns: Columns, reading: Reading) -> Dialect:
    """The dialect that the options name, completed by what the file shows.

    The delimiter is that of the format, unless the header lacks the required columns with it and
    has them with another. Commas go with quotes. In a file separated by tabs quotes may be text:
    see `find_quoting`.

    Args:
        path: a .csv or .tsv, packed or not.
        kind: "csv" or "tsv".
        columns: what is asked for.
        reading: what the options say.

    Raises:
        WorkError: bytes do not decode, or it cannot be told what quotes mean.
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
    """The first candidate that finds all required columns, else the one that finds most cells."""
    widest, most = candidates[0], 0
    for candidate in candidates:
        names = [name.strip() for name in _first_rows(lines, candidate)[0]]
        if all(name.strip() in names for name in columns.required):
            return candidate
        if len(names) > max(most, 1):
            widest, most = candidate, len(names)
    return widest


def _has_blanks(lines: list[str], delimiter: str) -> bool:
    """Whether blanks stand behind every delimiter of the header, or before a quote in the first row.

    No program that quotes cells writes a quote bare inside one.
    """
    header, plain = _first_rows(lines, delimiter)
    if len(header) > 1 and all(name.startswith(" ") for name in header[1:]):
        return True
    _, skipped = _first_rows(lines, delimiter, skips=True)
    if len(plain) != len(skipped):
        return len(skipped) == len(header)
    # A quoted cell may begin with a blank of its own, which is read alike either way.
    cells = zip(plain, skipped, strict=True)
    return any(cell != other and cell.lstrip(" ") != other for cell, other in cells)


def _first_rows(lines: list[str], delimiter: str, skips: bool = False) -> list[list[str]]:
    """The header and the first row, read without complaint; [] for each that is not there."""
    csv.field_size_limit(LONGEST_CELL)
    rows = (row for row in csv.reader(lines, delimiter=delimiter, skipinitialspace=skips) if row)
    try:
        return [*islice(rows, 2), [], []][:2]
    except csv.Error:
        return [[], []]
