"""What a report is made of, before it is HTML, Markdown or CSV."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

# How a cell is shown; the CSV holds the value as it is. Shares are shown in per cent, differences
# of shares in points with their sign, widths in points without.
Kind = Literal["text", "count", "share", "points", "width", "number", "seconds", "p"]
Cell = str | int | float | None

# A claim that nothing in the runs speaks about.
NOT_MEASURED = "not measured"
# What was counted in these runs, without a test.
OBSERVED = "observed"
NO_VALUE = ""
# Cells of more characters are broken into lines.
LONG = 40
# Name of the column that tells how the numbers of a row came about.
TEST = "test"


@dataclass(frozen=True)
class Column:
    """A column of a table: its name in the CSV, its heading, and how its values are shown."""

    name: str
    heading: str
    kind: Kind = "text"

    @property
    def is_text(self) -> bool:
        """Whether it holds words, which stand on the left."""
        return self.kind == "text"


def interval_columns(
    name: str, heading: str, kind: Kind, *, is_named: bool = False
) -> tuple[Column, Column, Column]:
    """The columns of a value and of the two ends of its 95 % interval.

    Args:
        name: of the value's column.
        heading: of the value.
        kind: of all three.
        is_named: whether the ends have the name in front of theirs; to be set where a table has
            several intervals.
    """
    front = f"{name}_" if is_named else ""
    return (
        Column(name, heading, kind),
        Column(f"{front}low", "95 % interval", kind),
        Column(f"{front}high", "to", kind),
    )


@dataclass(frozen=True)
class Table:
    """Rows of values under typed columns; None is an empty cell.

    Attributes:
        name: of its CSV file, without suffix.
        title: heading.
        columns: in their order.
        rows: a tuple of cells each, as many as there are columns.
        note: what a reader must know to read it.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""


@dataclass(frozen=True)
class Figure:
    """A picture; `caption` says in words what it shows."""

    name: str
    title: str
    caption: str
    svg: str


@dataclass(frozen=True)
class Claim:
    """A sentence that states a finding, and what it stands on.

    Attributes:
        sentence: the finding.
        verdict: supported, not resolved, contradicted, observed or not measured.
        table: name of the table it can be traced to; empty where there is none.
        estimate, low, high: the number and its 95 % interval, in `unit`.
        unit: points, ratio, share, runs and the like.
        p: p-value that the verdict is by, adjusted for the other comparisons.
        test: how estimate and interval came about.
        examples: number of test texts, or of what else was counted.
        seeds: runs that it rests on, such as "3 and 3".
        to_measure: of a claim that was not measured: what would measure it.
    """

    sentence: str
    verdict: str
    table: str = NO_VALUE
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    unit: str = NO_VALUE
    p: float | None = None
    test: str = NO_VALUE
    examples: int | None = None
    seeds: str = NO_VALUE
    to_measure: str = NO_VALUE


@dataclass(frozen=True)
class Section:
    """A part of the report.

    Attributes:
        anchor: its place in the page.
        title: heading.
        notes: how to read it, and what was not measured; no findings.
        claims: the findings.
        figures, tables: in their order.
    """

    anchor: str
    title: str
    notes: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True)
class Report:
    """The whole report; `facts` are name and value pairs that stand at its top."""

    title: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...] = field(default=())

    def tables(self) -> list[Table]:
        """All tables, in their order."""
        return [table for section in self.sections for table in section.tables]

    def figures(self) -> list[Figure]:
        """All figures, in their order."""
        return [figure for section in self.sections for figure in section.figures]


def make_table(
    name: str,
    title: str,
    columns: Sequence[Column],
    rows: Sequence[Sequence[Any]],
    note: str = "",
) -> Table:
    """A table of the given rows.

    Raises:
        ValueError: a row has not one cell per column.
    """
    for row in rows:
        if len(row) != len(columns):
            raise ValueError(f"Expected {len(columns)} cells in {name}, got {len(row)}.")
    return Table(name, title, tuple(columns), tuple(tuple(row) for row in rows), note)
