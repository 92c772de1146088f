"""The folder of a worker that trains with others: the run directory belongs to the first one."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tfcmp.errors import CallError
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.layout import CHECKPOINT, CONFIG, ENVIRONMENT, METRICS, SPLIT

# What a resumed run goes on from.
BEGUN = (CONFIG, ENVIRONMENT, SPLIT, METRICS)


@contextmanager
def worker_run(known_as: Path, is_resumed: bool) -> Iterator[RunDirectory]:
    """A temporary run directory, gone behind the block.

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
