"""A table of the report on a terminal, or as JSON."""

import io
from typing import Any

from tfcmp.reporting.cells import shown
from tfcmp.reporting.document import Table

# Beside a pipe, where nobody can tell how wide it is shown.
_WIDTH_OF_A_PIPE = 160


def terminal_text(table: Table, width: int | None = None) -> str:
    """The table as text, with lines of `width` characters at most.

    Args:
        table: what is shown.
        width: of the terminal; by default that of stdout, or 160 where it is none.
    """
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table as Drawn

    stdout = Console()
    stream = io.StringIO()
    wide = width or (stdout.width if stdout.is_terminal else _WIDTH_OF_A_PIPE)
    console = Console(file=stream, width=wide, color_system=None)
    drawn = Drawn(title=escape(table.title), title_justify="left", title_style="bold")
    for column in table.columns:
        drawn.add_column(
            escape(column.heading), justify="left" if column.is_text else "right", overflow="fold"
        )
    for row in table.rows:
        drawn.add_row(
            *(
                escape(shown(cell, column.kind))
                for cell, column in zip(row, table.columns, strict=True)
            )
        )
    console.print(drawn)
    if table.note:
        console.print(escape(table.note), highlight=False)
    return stream.getvalue()


def plain_values(table: Table) -> dict[str, Any]:
    """The table for JSON: title, note, and rows by the names of the columns."""
    names = [column.name for column in table.columns]
    return {
        "title": table.title,
        "note": table.note,
        "rows": [dict(zip(names, row, strict=True)) for row in table.rows],
    }
