"""Types of the options that name a file or a folder."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jsonargparse import ArgumentParser, Namespace

from tfcmp.config.default_paths import DEFAULT_CACHE, absolute_path
from tfcmp.errors import CallError
from tfcmp.runs.files import require_writable


@dataclass(frozen=True)
class PathType:
    """Type of an option that names a path: absolute, `~` expanded.

    Lists, null of a file and what was expanded before come through too: the parser passes on
    whatever it holds, and more than once. The default cache stays as it is, for those without a
    home folder who name another one.

    Attributes:
        shown: what --help calls it.
    """

    shown: str

    def __call__(self, written: Any) -> Any:
        """The path as text.

        Raises:
            CallError: see `absolute_path`.
        """
        if isinstance(written, list):
            return [self(one) for one in written]
        is_kept = written is None or written == DEFAULT_CACHE
        return written if is_kept else str(absolute_path(written))

    def __repr__(self) -> str:
        return self.shown


# What is read. Of what is written, `parse_strictly` also asks whether it can be.
local_path = PathType("path")
output_folder = PathType("folder")
output_file = PathType("file")


def add_data(parser: ArgumentParser) -> None:
    """Adds --data to a command that reads the texts of a run once more."""
    parser.add_argument(
        "--data",
        type=str | None,
        metavar="PATH",
        help="where the texts of the run lie now, if no longer where they were",
    )


def require_outputs(parser: ArgumentParser, namespace: Namespace) -> None:
    """Asks of every option that names what is written whether something can be written there.

    Raises:
        CallError: it cannot; told before any work is done.
    """
    for action in parser._actions:
        value = namespace.get(action.dest)
        if action.type not in (output_folder, output_file) or value is None:
            continue
        option = action.option_strings[0]
        try:
            path = absolute_path(value)
        except CallError as error:
            raise CallError(f"{option}: {error}") from None
        if action.type == output_folder:
            require_writable(path, option)
        else:
            _require_file(path, option)


def _require_file(path: Path, option: str) -> None:
    if not path.parent.is_dir():
        raise CallError(f"{option} {path}: there is no folder {path.parent}")
    if path.is_dir():
        raise CallError(f"{option} {path} is a folder; expected the name of a file")
    require_writable(path.parent, option)
