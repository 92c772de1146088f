"""A table as a reader sees it: units in the headings, both ends of an interval in one cell."""

from collections.abc import Sequence
from typing import NamedTuple

from tfcmp.reporting.render.document import TEST, Cell, Column, Table
from tfcmp.reporting.render.format import shown, sort_key

UNITS = {"share": "%", "points": "points", "width": "points"}
LOW, HIGH = "low", "high"


class Heading(NamedTuple):
    """Heading of a shown column; words stand on the left, numbers on the right."""

    text: str
    is_text: bool


class SeenCell(NamedTuple):
    """Text of a shown cell, and what the page sorts it by."""

    text: str
    key: str


class SeenTable(NamedTuple):
    """What page and Markdown show of a table."""

    name: str
    title: str
    note: str
    headings: tuple[Heading, ...]
    rows: tuple[tuple[SeenCell, ...], ...]


def seen(table: Table) -> SeenTable:
    """The table as it is shown; its CSV keeps all columns.

    A column without any value is left out. How the numbers came about stands in the note, a letter
    for it in the row where there are several ways. The column after NAME_low that is called
    NAME_high is shown in one cell with it.
    """
    headings: list[Heading] = []
    columns: list[list[SeenCell]] = []
    note = [table.note]
    is_upper_end = False
    for place, column in enumerate(table.columns):
        if is_upper_end:
            is_upper_end = False
            continue
        cells = [row[place] for row in table.rows]
        if column.name == TEST and any(cells):
            letters = letters_of([str(cell) for cell in cells if cell])
            note += [f"Test{f' {name}' if name else ''}: {test}." for test, name in letters.items()]
            if len(letters) > 1:
                headings.append(_heading(column))
                names = [letters.get(str(cell), "") for cell in cells]
                columns.append([SeenCell(name, name) for name in names])
        elif _is_interval(table.columns, place):
            is_upper_end = True
            if any(cell is not None for cell in cells):
                highs = [row[place + 1] for row in table.rows]
                headings.append(Heading(column.heading, False))
                columns.append(
                    [_interval(*ends, column) for ends in zip(cells, highs, strict=True)]
                )
        elif any(cell is not None for cell in cells):
            headings.append(_heading(column))
            columns.append([SeenCell(shown(cell, column.kind), sort_key(cell)) for cell in cells])
    rows = tuple(zip(*columns, strict=True))
    return SeenTable(table.name, table.title, " ".join(filter(None, note)), tuple(headings), rows)


def letters_of(tests: Sequence[str]) -> dict[str, str]:
    """Test -> letter, each once; no letter where there is one test only."""
    different = dict.fromkeys(tests)
    if len(different) < 2:
        return dict.fromkeys(different, "")
    return {
        test: chr(ord("A") + place) if place < 26 else str(place + 1)
        for place, test in enumerate(different)
    }


def _heading(column: Column) -> Heading:
    unit = UNITS.get(column.kind)
    return Heading(f"{column.heading}, {unit}" if unit else column.heading, column.is_text)


def _is_interval(columns: tuple[Column, ...], place: int) -> bool:
    """Whether it is the lower end of an interval whose upper end comes next."""
    name = columns[place].name
    if not name.endswith(LOW) or place + 1 == len(columns):
        return False
    return columns[place + 1].name == f"{name.removesuffix(LOW)}{HIGH}"


def _interval(low: Cell, high: Cell, column: Column) -> SeenCell:
    if low is None or high is None:
        return SeenCell("", "")
    return SeenCell(f"{shown(low, column.kind)} to {shown(high, column.kind)}", sort_key(low))
