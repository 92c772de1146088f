"""Progress on stderr: bars with the remaining time on a terminal, else a line now and then."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, ProgressColumn


def draws_bars() -> bool:
    """Whether stderr is a terminal that can draw over what it has shown."""
    is_terminal = sys.stderr is not None and sys.stderr.isatty()
    return is_terminal and os.environ.get("TERM", "").lower() not in ("dumb", "unknown")


def tell_line(line: str) -> None:
    """Shows a line on stderr where no bar shows how far the work is (a log, a pipe)."""
    if sys.stderr is not None and not draws_bars():
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()


@contextmanager
def progress_bar(description: str, total: int | None) -> Iterator[Callable[[float], None]]:
    """Shows a bar while the block runs and yields the function that advances it.

    Args:
        description: what is being done, a few words.
        total: number of units of the whole work, or None where it is not known.

    Yields:
        A function that takes the number of units done since its last call.
    """
    # Imported here: `--help` must not pay for a library that draws bars.
    from rich.progress import TextColumn, TimeRemainingColumn

    with bars(TextColumn("left"), TimeRemainingColumn()) as progress:
        task = progress.add_task(description, total=total)
        yield lambda units: progress.update(task, advance=units)


def bars(*columns: "ProgressColumn", redirects_stdout: bool = True) -> "Progress":
    """Bars on stderr: what is done, how much of it, the time it took, and then `columns`.

    Args:
        columns: at the end of each line.
        redirects_stdout: whether lines written to stdout go above the bars.
    """
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
    )

    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        *columns,
        console=console,
        # Not by the console: it takes FORCE_COLOR for a terminal, and a log would fill with bars.
        disable=not draws_bars(),
        redirect_stdout=redirects_stdout,
    )
