"""Progress with remaining time on stderr; nothing at all when stderr is no terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager


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
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task(description, total=total)
        yield lambda units: progress.update(task, advance=units)
