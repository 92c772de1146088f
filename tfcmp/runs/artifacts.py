"""Files that later commands add to a complete run, each with the checksums it rests on inside."""

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tfcmp.errors import WorkError
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.files import is_sound, make_folder, sealed, write_json
from tfcmp.runs.layout import RESULT, TEMPERATURE


def write_elsewhere(runs: Sequence[RunDirectory], names: Sequence[str], out: Path | None) -> None:
    """Sends what is written of `runs` to the folder `out` (`--out`), of several below their names."""
    if out is not None:
        for run, name in zip(runs, names, strict=True):
            run.later = out if len(runs) == 1 else out / name


def write_later(
    run: RunDirectory, name: str, content: dict[str, Any], command: str, sources: Sequence[str]
) -> Path:
    """Writes `content`, the command, and the checksums of what it was computed from and its own.

    Args:
        run: a complete run; nothing that result.json lists is changed. The file lies in its
            folder `later`.
        name: of the file.
        content: plain values.
        command: the command line that makes the file again.
        sources: names of the listed files that it was computed from.
    """
    listed = run.read_json(RESULT)["files"]
    whole = {
        **content,
        "command": command,
        "computed_from": {source: listed[source] for source in sources},
    }
    make_folder(run.later, "--out")
    write_json(run.later / name, sealed(whole))
    return run.later / name


def read_later(run: RunDirectory, name: str, way: str) -> dict[str, Any]:
    """The content of such a file, its checksums compared.

    Args:
        run: the run.
        name: of the file.
        way: the command that makes it, for the error.

    Raises:
        WorkError: it is missing, damaged, or computed from other files than the run has.
    """
    if not run.file(name).exists():
        raise WorkError(f"{run.path} has no {name}; make it with: {way}")
    content = read_sealed(run, name, way)
    # What was measured without a run rests on no file of one.
    is_of_run = bool(content.get("computed_from"))
    changed = changed_sources(content, run.read_json(RESULT) if is_of_run else {})
    if changed:
        raise WorkError(
            f"{run.file(name)} was computed from another {', '.join(changed)} than the run has; "
            f"make it again: {way}"
        )
    return content


def read_sealed(run: RunDirectory, name: str, way: str) -> dict[str, Any]:
    """The content of such a file in any folder, its own checksum compared; see `read_later`."""
    content = run.read_json(name)
    is_whole = is_sound(content)
    if content.pop("sha256", None) is None or not is_whole:
        raise WorkError(f"{run.file(name)} is damaged: its checksum differs; make it again: {way}")
    return content


def changed_sources(content: Mapping[str, Any], result: Mapping[str, Any]) -> list[str]:
    """Names of the files that `content` was computed from and that a run's result lists otherwise."""
    listed = result.get("files", {})
    sources = content.get("computed_from", {})
    return [source for source, sha in sources.items() if listed.get(source) != sha]


def read_temperature(path: Path) -> float:
    """The temperature that `tfcmp.diagnose RUN --calibrate` fitted.

    Raises:
        WorkError: there is none, it was fitted on other predictions (says which command helps), or
            it is an end of what was searched and means nothing.
    """
    way = f"python -m tfcmp.diagnose {shlex.quote(str(path))} --calibrate"
    content = read_later(RunDirectory(path), TEMPERATURE, way)
    if content.get("is_at_bound"):
        raise WorkError(
            f"{path}: validation does not determine the temperature, which is an end of what was "
            "searched; leave --calibrated out"
        )
    return float(content["temperature"]["value"])
