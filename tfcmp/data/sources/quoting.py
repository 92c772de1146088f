"""Whether double quotes enclose cells of a .tsv or are part of its texts, by the whole file.

Spreadsheets and pandas enclose a cell that contains a tab, a line break or a quote, and double the
quotes in it. Corpora (GLUE) do not, and have texts that begin with a quoted word. Wrongly read,
quotes either stay in the cells or swallow whole rows.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn

from tfcmp.data.sources.reading import LONGEST_CELL, Reading
from tfcmp.errors import WorkError

# This many rows, each with an enclosed cell, are no coincidence.
_ROWS_OF_A_RULE = 3
# Spreadsheets enclose cells with a separator of lists too.
_SEPARATORS = {",", ";"}


@dataclass
class _Evidence:
    """What the rows show; each number but the counts is the first line that shows it, or 0.

    Attributes:
        enclosed: a cell begins with a quote.
        impossible: quotes do not enclose cells: one is not closed, or text follows it.
        needed: quotes enclose cells: otherwise the number of cells would be wrong.
        doubled: an enclosed cell has doubled quotes, as programs write them.
        bare: a quote in a cell that is not enclosed, which no program that quotes writes.
        swallowing: an enclosed cell would contain whole rows.
        needless: an enclosed cell does not need its quotes.
        rows, enclosed_rows: number of rows, and of those with a cell that begins with a quote.
    """

    enclosed: int = 0
    impossible: int = 0
    needed: int = 0
    doubled: int = 0
    bare: int = 0
    swallowing: int = 0
    needless: int = 0
    rows: int = 0
    enclosed_rows: int = 0

    def note(self, name: str, line: int) -> None:
        """Keeps the first line that shows it."""
        setattr(self, name, getattr(self, name) or line)


def find_quoting(
    lines: Iterator[str], delimiter: str, name: str, reading: Reading, lines_before: int = 0
) -> str:
    """The quoting, "minimal" or "none", that all rows together show.

    Args:
        lines: of the whole file, each with its end.
        delimiter: one character.
        name: of the file in errors.
        reading: whose flags errors name.
        lines_before: lines above the header.

    Raises:
        WorkError: it is not clear; names a line and the option.
    """
    csv.field_size_limit(LONGEST_CELL)
    numbered = enumerate(lines, start=1)
    header = next((line for n, line in numbered if n > lines_before and line.strip("\r\n")), "")
    starts = re.compile(f'(?:^|{re.escape(delimiter)})"')
    if starts.search(header):
        # Names of columns contain no quotes.
        return "minimal"
    found = _Evidence()
    width = header.count(delimiter) + 1
    for number, line in numbered:
        found.rows += not line.isspace()
        if '"' not in line:
            continue
        if not starts.search(line):
            found.note("bare", number)
            continue
        found.enclosed_rows += 1
        found.note("enclosed", number)
        row = _enclosed_row(line, numbered, delimiter, width)
        if row is None:
            # Final: no other line can make it possible.
            found.note("impossible", number)
            break
        _weigh([text.rstrip("\r\n").split(delimiter) for text in row], width, number, found)
    if not found.enclosed:
        return "none"
    return _decided(found, width) or _refuse(found, name, reading)


def _enclosed_row(
    line: str, numbered: Iterator[tuple[int, str]], delimiter: str, width: int
) -> list[str] | None:
    """The lines of the row that begins with `line` if quotes enclose cells; None if they do not."""
    lines = [line]

    def following() -> Iterator[str]:
        yield line
        for _, text in numbered:
            lines.append(text)
            yield text

    try:
        cells = next(csv.reader(following(), delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return lines if len(cells) == width else None


def _weigh(lines: list[list[str]], width: int, number: int, found: _Evidence) -> None:
    """Notes what a row shows: `lines` are its cells by line if quotes are text, `width` the columns."""
    if any(len(cells) != width or any("\r" in cell for cell in cells) for cells in lines):
        found.note("needed", number)
        return
    if len(lines) > 1:
        found.note("swallowing", number)
        return
    for cell in lines[0]:
        if not cell.startswith('"'):
            if '"' in cell:
                found.note("bare", number)
        elif '""' in cell[1:-1] or (width == 1 and cell == '""'):
            # How an empty cell of a single column is written: a blank line would be no row.
            found.note("doubled", number)
        elif not _SEPARATORS & set(cell):
            found.note("needless", number)


def _decided(found: _Evidence, width: int) -> str | None:
    """The quoting by the evidence; None where that is contradictory or missing."""
    if found.impossible:
        return None if found.needed else "none"
    is_plain = found.bare or (found.swallowing and width > 1)
    if is_plain:
        return None if found.needed or found.doubled else "none"
    if found.needed or found.doubled:
        return "minimal"
    if found.enclosed_rows == found.rows >= _ROWS_OF_A_RULE:
        return "minimal"
    return "none" if found.needless and not found.swallowing else None


def _refuse(found: _Evidence, name: str, reading: Reading) -> NoReturn:
    against = found.impossible or found.bare or found.swallowing
    lines = f" (line {against} speaks against it)" if against > found.enclosed else ""
    raise WorkError(
        f"{name}, line {found.enclosed}: a cell begins with a double quote, and the file does not "
        f"tell whether quotes enclose cells{lines}. Say so with {reading.flag('quoting')} minimal, "
        f"or with {reading.flag('quoting')} none that quotes are part of the texts."
    )
