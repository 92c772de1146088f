"""Types of the options that name a file or a folder."""

from pathlib import Path
from typing import Any

from jsonargparse import ArgumentParser, Namespace

from tfcmp.config.places import DEFAULT_CACHE, absolute_path
from tfcmp.errors import CallError
from tfcmp.runs.files import require_writable


def local_path(written: Any) -> Any:
    """A path that is read: absolute, `~` expanded.

    Lists, null of a file and what was expanded before come through too: the parser passes on
    whatever it holds, and more than once.

    Raises:
        CallError: see `absolute_path`.
    """
    if isinstance(written, list):
        return [local_path(one) for one in written]
    return None if written is None else str(absolute_path(written))


def output_folder(written: Any) -> Any:
    """A folder that is written to: `parse_strictly` also asks whether it can be.

    The default cache stays as it is, for those without a home folder who name another one.
    """
    return written if written == DEFAULT_CACHE else local_path(written)


def output_file(written: Any) -> Any:
    """A file that is written: `parse_strictly` also asks whether it can be."""
    return local_path(written)


def add_data(parser: ArgumentParser) -> None:
    """Adds --data to a command that reads the texts of a run once more."""
    parser.add_argument(
        "--data",
        type=str | None,
        metavar="PATH",
        help="where the texts of the run lie now, if no longer where they were",
    )


def require_outputs(parser: ArgumentParser, namespace: Namespace) -> None:
    """Asks of every option of the two types above whether something can be written there.

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
        if action.type is output_folder:
            require_writable(path, option)
        else:
            _require_file(path, option)


def _require_file(path: Path, option: str) -> None:
    if not path.parent.is_dir():
        raise CallError(f"{option} {path}: there is no folder {path.parent}")
    if path.is_dir():
        raise CallError(f"{option} {path} is a folder; expected the name of a file")
    require_writable(path.parent, option)
