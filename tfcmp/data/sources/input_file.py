"""A file that the user named: is it there, is it of a kind that we read, does it open."""

import stat
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from tfcmp.data.sources.spelling import nearest_name
from tfcmp.errors import CallError, WorkError


def check_file(path: Path, extensions: Sequence[str]) -> None:
    """Refuses what is no file of one of the given kinds, before anything is read.

    Args:
        path: the file as the user named it.
        extensions: the extensions that are read, lower case, with the dot.

    Raises:
        CallError: there is no such file, it is a folder, or its extension is another.
        WorkError: the file system refuses to tell.
    """
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise CallError(_not_found(path)) from None
    except (OSError, ValueError) as error:
        raise WorkError(f"{path} cannot be read: {error}.") from None
    expected = ", ".join(extensions)
    if stat.S_ISDIR(mode):
        raise CallError(f"{path} is a folder; expected a file ({expected}): name one in it.")
    if path.suffix.lower() not in extensions:
        extension = f"extension {path.suffix!r}" if path.suffix else "no extension"
        raise CallError(
            f"{path} has {extension}; expected one of {expected}: convert the file, "
            "or rename it if only its name is wrong."
        )


def open_binary(path: Path) -> BinaryIO:
    """Opens the file for reading bytes; WorkError where the system refuses."""
    try:
        return path.open("rb")
    except OSError as error:
        raise WorkError(f"{path} cannot be opened: {error.strerror}.") from None


def _not_found(path: Path) -> str:
    if not path.parent.is_dir():
        return f"{path} was not found: there is no folder {path.parent}."
    nearest = nearest_name(path.name, (entry.name for entry in path.parent.iterdir()))
    hint = f"did you mean {nearest}?" if nearest else "check the name and the folder."
    return f"{path} was not found; {hint}"
