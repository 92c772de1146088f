"""What later commands measured of a run, read for a report."""

from pathlib import Path
from typing import Any

from tfcmp.runs.artifacts import read_later, read_sealed
from tfcmp.runs.directory import RunDirectory

# Of later commands; each may lack. The value is the command that makes it anew.
LATER = {
    "bench": "python -m tfcmp.bench RUN",
    "explanation": "python -m tfcmp.explain RUN --evaluate",
    "behaviour": "python -m tfcmp.diagnose RUN --behaviour",
}


def read_measured(run: RunDirectory) -> dict[str, dict[str, Any]]:
    """What later commands measured, by the name of their file without ".json".

    Raises:
        WorkError: a file is damaged, or was made of other files than the run has.
    """
    found = {}
    for name, way in LATER.items():
        if run.file(f"{name}.json").exists():
            found[name] = _sound(run, f"{name}.json", way)
    return found


def has_measured(path: Path) -> bool:
    """Whether a later command wrote there."""
    return any((path / f"{name}.json").exists() for name in LATER)


def read_apart(path: Path) -> dict[str, dict[str, Any]]:
    """What later commands wrote into a folder of its own (`--out`), by name without ".json".

    Raises:
        WorkError: a file is damaged.
    """
    folder, found = RunDirectory(path), {}
    for name, way in LATER.items():
        if folder.file(f"{name}.json").exists():
            content = folder.read_json(f"{name}.json")
            # Written by hand, it has numbers only.
            is_sealed = "sha256" in content
            found[name] = read_sealed(folder, f"{name}.json", way) if is_sealed else content
    return found


def _sound(run: RunDirectory, name: str, way: str) -> dict[str, Any]:
    content = run.read_json(name)
    # Written by hand, it has numbers only.
    return read_later(run, name, way) if "sha256" in content else content
