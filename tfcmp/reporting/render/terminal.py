"""A table of the report on a terminal, or as JSON."""

import io
import sys
from typing import Any

from tfcmp.reporting.render.document import Table
from tfcmp.reporting.render.table_view import seen

# Beside a pipe, where nobody can tell how wide it is shown.
_WIDTH_OF_A_PIPE = 160


def terminal_text(table: Table, width: int | None = None) -> str:
    """The table as text, with lines of `width` characters at most.

    Args:
        table: what is shown.
        width: of the terminal; by default that of stdout, or 160 where it is none.
    """
    from rich import box
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table as Drawn

    stdout = Console()
    stream = io.StringIO()
    wide = width or (stdout.width if stdout.is_terminal else _WIDTH_OF_A_PIPE)
    console = Console(file=stream, width=wide, color_system=None)
    of_reader = seen(table)
    borders = box.HEAVY_HEAD if _takes_unicode(sys.stdout.encoding) else box.ASCII
    drawn = Drawn(
        box=borders, title=escape(of_reader.title), title_justify="left", title_style="bold"
    )
    for heading in of_reader.headings:
        drawn.add_column(
            escape(heading.text), justify="left" if heading.is_text else "right", overflow="fold"
        )
    for row in of_reader.rows:
        drawn.add_row(*(escape(cell.text) for cell in row))
    console.print(drawn)
    if of_reader.note:
        console.print(escape(of_reader.note), highlight=False)
    return stream.getvalue()


def _takes_unicode(encoding: str | None) -> bool:
    """Whether the borders can be written; a stream in memory says nothing and takes all."""
    return encoding is None or encoding.lower().startswith("utf")


def plain_values(table: Table) -> dict[str, Any]:
    """The table for JSON: title, note, and rows by the names of the columns."""
    names = [column.name for column in table.columns]
    return {
        "title": table.title,
        "note": table.note,
        "rows": [dict(zip(names, row, strict=True)) for row in table.rows],
    }
