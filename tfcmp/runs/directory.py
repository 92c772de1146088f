"""The run directory: the only link between training and everything that comes after it."""

import json
import os
import re
import shlex
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Literal, overload

from tfcmp.errors import CallError, WorkError
from tfcmp.records.run import Environment, Result, Timing
from tfcmp.runs.files import (
    agrees,
    check_name,
    is_sound,
    locked,
    make_folder,
    sealed,
    sha256_of,
    write_json,
)
from tfcmp.runs.layout import (
    CHECKPOINT,
    CONFIG,
    ENVIRONMENT,
    EXPORTED_LABELS,
    LISTED,
    LOCK,
    METRICS,
    MODEL,
    RESULT,
    RUN_FORMAT,
    SPLIT,
)

# What a resumed run goes on from.
BEGUN = (CONFIG, ENVIRONMENT, SPLIT, METRICS)


class RunDirectory:
    """Paths and files of one run.

    Args:
        path: of the folder.
        known_as: what the user is told; another one for a worker that only helps with a run.
    """

    def __init__(self, path: Path, known_as: Path | None = None) -> None:
        self.path = path
        self.known_as = known_as or path
        # Where later commands write their files; another folder for a run that is read only.
        self.later = path
        self._lock: IO[str] | None = None

    def file(self, name: str) -> Path:
        """Path of the file called `name`."""
        return self.path / name

    def lock(self) -> None:
        """Keeps other processes out of this directory until the process ends.

        Raises:
            WorkError: another process is at work in it.
        """
        stream = locked(self.file(LOCK))
        if stream is None:
            raise WorkError(
                f"{self.path} is in use by another fit; wait for its end, or start this one under "
                "another --name"
            )
        if not self._is_lock(stream):
            stream.close()
            raise WorkError(f"{self.path} was in use by another fit until just now; try again")
        self._lock = stream

    def _is_lock(self, stream: IO[str]) -> bool:
        """Whether the locked file is still the one in the directory, not one taken away since."""
        try:
            return self.file(LOCK).stat().st_ino == os.fstat(stream.fileno()).st_ino
        except FileNotFoundError:
            return False

    def unlock(self) -> None:
        """Lets other processes in again; a directory in which nothing was written goes."""
        if self._lock is not None:
            self.file(LOCK).unlink(missing_ok=True)
            self._lock.close()
            self._lock = None
            # It may have been moved or removed meanwhile.
            if self.path.is_dir() and not any(self.path.iterdir()):
                self.path.rmdir()

    def discard_if_untrained(self) -> None:
        """Takes away what describes the run, if no step of it has been done."""
        if not self.file(METRICS).exists() and not self.file(CHECKPOINT).exists():
            for name in (CONFIG, ENVIRONMENT, SPLIT):
                self.file(name).unlink(missing_ok=True)

    @overload
    def read_json(self, name: Literal["result.json"]) -> Result: ...  # type: ignore[overload-overlap]
    @overload
    def read_json(self, name: Literal["timing.json"]) -> Timing: ...  # type: ignore[overload-overlap]
    @overload
    def read_json(self, name: Literal["environment.json"]) -> Environment: ...  # type: ignore[overload-overlap]
    @overload
    def read_json(self, name: str) -> dict[str, Any]: ...
    def read_json(self, name: str) -> Any:
        """Content of a JSON file of the run; each holds an object.

        Raises:
            WorkError: the file is missing or damaged.
        """
        try:
            content = json.loads(self.file(name).read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise WorkError(f"{self.path} has no {name}: it is no run directory") from None
        except (UnicodeDecodeError, json.JSONDecodeError):
            raise WorkError(f"{self.file(name)} is damaged: it holds no JSON") from None
        if not isinstance(content, dict):
            raise WorkError(f"{self.file(name)} is damaged: it holds no JSON object")
        return content

    def append_metrics(self, line: dict[str, Any]) -> None:
        """Adds a line to metrics.jsonl."""
        with self.file(METRICS).open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(line) + "\n")

    def is_complete(self) -> bool:
        """Whether the run has ended: result.json is written last."""
        return self.file(RESULT).exists()

    def complete(self, result: Result) -> None:
        """Writes result.json, with the checksums of all files before it and its own."""
        files = {name: sha256_of(self.file(name)) for name in LISTED}
        write_json(self.file(RESULT), sealed({**result, "files": files}))


def create_run(runs: Path, model: str, name: str | None) -> RunDirectory:
    """A new, locked directory under `runs`, called `name` or by model and time.

    Raises:
        CallError: a run of that name exists, or the name is none for a folder.
        WorkError: another process is at work in it.
    """
    if name is None:
        # A model can be named by its place: preset:FOLDER.
        model = re.sub(r"[^\w.+]+", "-", model).strip("-")
        run = RunDirectory(_new_folder(runs, f"{model}-{datetime.now():%Y%m%d-%H%M%S}"))
    else:
        run = RunDirectory(runs / check_name(name))
        make_folder(run.path, "--runs or --name")
    run.lock()
    if run.file(CONFIG).exists():
        run.unlock()
        way = (
            ""
            if run.is_complete()
            else f" (go on with it by --resume {shlex.quote(str(run.path))})"
        )
        raise CallError(f"{run.path} holds a run already{way}; choose another --name")
    return run


def _new_folder(runs: Path, name: str) -> Path:
    """A folder that nobody else has, of jobs that a scheduler starts in the same second either."""
    make_folder(runs, "--runs")
    while True:
        path = runs / free_name(runs, name)
        try:
            path.mkdir()
        except FileExistsError:
            continue
        except OSError:
            # Tells what is in the way.
            make_folder(path, "--runs or --name")
        return path


def free_name(runs: Path, name: str) -> str:
    """`name`, or with "-2", "-3" and so on after it where that is taken."""
    number, candidate = 1, name
    while (runs / candidate).exists():
        number += 1
        candidate = f"{name}-{number}"
    return candidate


def require_unfinished(path: Path) -> RunDirectory:
    """The directory of a run that was interrupted, not locked.

    Raises:
        CallError: there is no such directory.
        WorkError: it is no run, is complete, or was made by a newer version.
    """
    run = _existing(path)
    if run.is_complete():
        raise WorkError(f"{path} is complete; there is nothing to resume")
    return run


def resume_run(path: Path) -> RunDirectory:
    """The locked directory of a run that was interrupted.

    Raises:
        WorkError: it is no run, is complete, was made by a newer version, or is in use.
    """
    run = require_unfinished(path)
    run.lock()
    if run.is_complete():
        run.unlock()
        require_unfinished(path)
    # What a kill left half-written under the temporary names of `whole_file`.
    for part in path.glob(".*.part*"):
        part.unlink()
    return run


def write_split(run: RunDirectory, described: dict[str, Any]) -> None:
    """Writes split.json, or compares it with what a resumed run finds.

    How the cells of a file are written is no part of the comparison: it stands under the file's
    name, which may be another one at its new place.

    Raises:
        WorkError: the texts or their splits are no longer those that the run began with, or texts
            are split into words by other rules.
    """
    if not run.file(SPLIT).exists():
        write_json(run.file(SPLIT), described)
        return
    known = run.read_json(SPLIT)
    # The weights so far are of other words: going on would give a model of neither.
    if known.get("splitting") != described.get("splitting"):
        raise WorkError(
            f"{run.path} was begun by another version of tfcmp, which splits texts into other "
            "words; finish it with that version, or start another fit"
        )
    # Through JSON once, as the file has been: tuples are lists there.
    compared = {name: of for name, of in known.items() if name != "dialects"}
    if not agrees(compared, json.loads(json.dumps(described))):
        raise WorkError(
            f"the texts are not those that {run.path} began with ({SPLIT} differs): texts once "
            "trained on could be tested on; bring back the data as they were, or fit anew"
        )


def open_run(path: Path) -> RunDirectory:
    """The directory of a complete run, its saved model's checksum verified.

    Raises:
        WorkError: it is no run, is incomplete, damaged, or was made by a newer version.
    """
    run = _existing(path)
    if not run.is_complete():
        raise WorkError(
            f"{path} is incomplete (no {RESULT}); finish it with "
            f"python -m tfcmp.fit --resume {shlex.quote(str(path))}"
        )
    check_files(run, [CONFIG, ENVIRONMENT, SPLIT, MODEL])
    return run


def check_files(run: RunDirectory, names: list[str]) -> None:
    """Compares checksums with those that result.json lists.

    Raises:
        WorkError: a file is missing or differs.
    """
    result = run.read_json(RESULT)
    if not is_sound(result):
        raise WorkError(
            f"{run.path} is damaged: {RESULT} is not as written; restore it from a copy"
        )
    listed = result.get("files", {})
    for name in names:
        file = run.file(name)
        if not file.exists():
            raise WorkError(f"{run.path} is damaged: {name} is missing")
        if sha256_of(file) != listed.get(name):
            raise WorkError(
                f"{run.path} is damaged: {name} has not the checksum that {RESULT} lists; restore "
                "it from a copy or fit again"
            )


def _existing(path: Path) -> RunDirectory:
    if not path.is_dir():
        raise CallError(f"{path}: no such run directory; python -m tfcmp.fit makes one")
    run = RunDirectory(path)
    if not run.file(ENVIRONMENT).exists():
        raise WorkError(f"{path} has no {ENVIRONMENT}: it is no run directory{_kind_of(path)}")
    made_by = run.read_json(ENVIRONMENT).get("run_format", 0)
    if not isinstance(made_by, int):
        raise WorkError(
            f"{run.file(ENVIRONMENT)} is damaged: expected a number as run_format, got {made_by!r}"
        )
    if made_by > RUN_FORMAT:
        raise WorkError(
            f"{path} was made by a newer tfcmp (run format {made_by}, this version reads up to "
            f"{RUN_FORMAT}); upgrade tfcmp"
        )
    return run


def _kind_of(path: Path) -> str:
    """What a folder that is no run seems to be instead, as the rest of a sentence."""
    if (path / EXPORTED_LABELS).exists():
        return (
            ", but an export; answer texts with the run that it was made of "
            "(python -m tfcmp.predict RUN --engine onnx)"
        )
    names = sorted(one.parent.name for one in path.glob(f"*/{RESULT}"))
    return f", but a folder of such; name one: {', '.join(names[:5])}" if names else ""


@contextmanager
def worker_run(known_as: Path, is_resumed: bool) -> Iterator[RunDirectory]:
    """A temporary run directory, removed after the block.

    Args:
        known_as: the run directory that the first worker writes.
        is_resumed: whether to begin with a copy of what lies there.

    Raises:
        CallError: it is to be resumed, and this machine does not see it.
    """
    with tempfile.TemporaryDirectory(prefix="tfcmp-worker-") as folder:
        run = RunDirectory(Path(folder), known_as)
        if is_resumed:
            if not (known_as / CONFIG).exists():
                raise CallError(
                    f"--resume {known_as}: no such run directory on this machine; workers share the "
                    "folder of the run when they go on with it"
                )
            for name in BEGUN:
                if (known_as / name).exists():
                    shutil.copy2(known_as / name, run.file(name))
            if (known_as / CHECKPOINT).is_dir():
                shutil.copytree(known_as / CHECKPOINT, run.file(CHECKPOINT))
        yield run
