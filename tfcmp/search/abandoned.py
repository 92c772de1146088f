"""What a search leaves that ends before it has a record: its plan, which keeps others from its name."""

from pathlib import Path

from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.layout import CONFIG, ENVIRONMENT, LOCK, SEARCH, SPACE, TRIALS_FOLDER


def is_abandoned(search: RunDirectory) -> bool:
    """Whether there is the plan of a search, but neither its record, nor a trial, nor a run."""
    begun = any(search.file(name).exists() for name in (SEARCH, ENVIRONMENT, TRIALS_FOLDER))
    return search.file(SPACE).exists() and not begun


def discard_abandoned(search: RunDirectory) -> None:
    """Takes the plan away: it cannot be resumed, and there is nothing of it to lose."""
    if is_abandoned(search):
        for name in (CONFIG, SPACE):
            search.file(name).unlink(missing_ok=True)


def make_room(runs: Path, name: str | None) -> None:
    """Discards what a search of that name left when it was killed.

    Files without the lock of a killed process beside them are the user's, and stay.

    Raises:
        WorkError: another process is at work there.
    """
    if not name or Path(name).name != name or name == "..":
        return
    search = RunDirectory(runs / name)
    if search.file(LOCK).exists() and is_abandoned(search):
        search.lock()
        # Again, now that nobody else can write there.
        discard_abandoned(search)
        search.unlock()
