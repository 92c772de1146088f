"""What later commands measured of a run, read for a report."""

from pathlib import Path
from typing import Any

from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.later import read_later

# Of later commands; each may lack. The value is the command that makes it anew.
LATER = {
    "bench": "python -m tfcmp.bench RUN",
    "explanation": "python -m tfcmp.explain RUN --evaluate",
    "behaviour": "python -m tfcmp.explain RUN --behaviour",
}
BENCH = "bench.json"


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


def read_bench(path: Path) -> dict[str, Any]:
    """What python -m tfcmp.bench measured without a run.

    Raises:
        WorkError: the file is damaged.
    """
    return _sound(RunDirectory(path), BENCH, "python -m tfcmp.bench --model NAME --out FOLDER")


def _sound(run: RunDirectory, name: str, way: str) -> dict[str, Any]:
    content = run.read_json(name)
    # Written by hand, it has numbers only.
    return read_later(run, name, way) if "sha256" in content else content
