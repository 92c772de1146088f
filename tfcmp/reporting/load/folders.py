"""A folder of runs in the place of the runs themselves."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tfcmp.errors import CallError
from tfcmp.reporting.load.measured import has_measured
from tfcmp.reporting.load.studies import is_publication, is_study
from tfcmp.runs.layout import CONFIG, RESULT, TRIALS

# Levels below the folder that are looked into: runs, and folders of runs.
LEVELS = 2


def expand_folders(paths: Sequence[Path]) -> list[Path]:
    """The same paths, folders replaced by the runs, searches and studies in them, in order of name.

    Runs that are not complete are left out of a folder, which is told on stderr.

    Raises:
        CallError: a folder holds nothing of the kind.
    """
    expanded: list[Path] = []
    for path in paths:
        is_folder = path.is_dir() and not is_reported(path)
        expanded += _inside(path) if is_folder else [path]
    return expanded


def is_reported(path: Path) -> bool:
    """Whether it is a run, a search, a study, or what was measured of a run elsewhere."""
    names = (CONFIG, TRIALS)
    is_whole = is_study(path) or is_publication(path) or has_measured(path)
    return is_whole or any((path / name).exists() for name in names)


def _inside(folder: Path) -> list[Path]:
    found = list(_below(folder, LEVELS))
    left_out = [path for path in found if _is_incomplete(path)]
    kept = [path for path in found if path not in left_out]
    if not kept:
        incomplete = f", but {len(left_out)} that are not complete" if left_out else ""
        raise CallError(
            f"{folder}: expected runs, searches or studies in it, found none{incomplete}; "
            "python -m tfcmp.fit makes runs, and --resume RUN finishes one"
        )
    told = f"{folder}: {len(kept)} taken"
    if left_out:
        names = ", ".join(path.name for path in left_out)
        told += f", {len(left_out)} left out, as it has no {RESULT} (not complete): {names}"
    sys.stderr.write(f"{told}\n")
    return kept


def _below(folder: Path, levels: int) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or not path.is_dir():
            continue
        if is_reported(path):
            yield path
        elif levels > 1:
            yield from _below(path, levels - 1)


def _is_incomplete(path: Path) -> bool:
    """Of a run; searches and studies are reported as far as they are."""
    is_run = (path / CONFIG).exists() and not (path / TRIALS).exists() and not is_study(path)
    return is_run and not (path / RESULT).exists()
