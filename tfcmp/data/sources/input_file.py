"""A file that the user named: is it there, is it of a format that we read, does it open."""

import stat
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from tfcmp.data.sources.formats import extensions, is_known, split_name
from tfcmp.data.sources.packing import DAMAGES, open_packed, open_zip, zip_member
from tfcmp.data.sources.spelling import nearest_name
from tfcmp.errors import CallError, WorkError

_SPECIAL = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def check_file(path: Path, formats: Sequence[str]) -> None:
    """Refuses what is no file of one of the given formats, before anything is read.

    Args:
        path: the file as the user named it.
        formats: those that are read, as in `formats`.

    Raises:
        CallError: there is no such file, it is a folder without Parquet files, a pipe, a socket or
            a device, or its extension is another.
        WorkError: the file system refuses to tell.
    """
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise CallError(_not_found(path)) from None
    except (OSError, ValueError) as error:
        raise WorkError(f"{path} cannot be read: {error}.") from None
    if stat.S_ISDIR(mode):
        if "parquet" not in formats or not folder_files(path):
            raise CallError(
                f"{path} is a folder; expected a file ({extensions(formats)}): name one in it."
            )
        return
    if stat.S_IFMT(mode) in _SPECIAL:
        # Opening a pipe without a writer waits for ever, and texts are read more than once.
        raise CallError(
            f"{path} is {_SPECIAL[stat.S_IFMT(mode)]}; expected a regular file: write what comes "
            "from it into one first."
        )
    if not is_known(path.name, formats):
        extension = f"extension {path.suffix!r}" if path.suffix else "no extension"
        raise CallError(
            f"{path} has {extension}; expected one of {extensions(formats)}: convert the file, "
            "or rename it if only its name is wrong."
        )


def format_of(path: Path) -> str:
    """The format of a file that `check_file` has accepted; a look into a .zip is needed for its.

    Raises:
        CallError, WorkError: see `zip_member`.
    """
    if path.is_dir():
        return "parquet"
    found, packing = split_name(path.name)
    return zip_member(path) if packing == "zip" and not found else found


def folder_files(folder: Path) -> list[Path]:
    """The Parquet files of a folder, by name; those that engines hide (._) are none."""
    return sorted(
        file
        for file in folder.iterdir()
        if file.suffix.lower() == ".parquet" and file.name[0] not in "._" and file.is_file()
    )


def open_binary(path: Path) -> BinaryIO:
    """Opens the file for reading its bytes, unpacked; WorkError where that is refused."""
    _, packing = split_name(path.name)
    try:
        if packing == "zip":
            return open_zip(path)
        return path.open("rb") if packing is None else open_packed(path, packing)
    except DAMAGES as error:
        reason = getattr(error, "strerror", None) or error
        raise WorkError(f"{path} cannot be opened: {reason}.") from None


def _not_found(path: Path) -> str:
    if not path.parent.is_dir():
        return f"{path} was not found: there is no folder {path.parent}."
    nearest = nearest_name(path.name, (entry.name for entry in path.parent.iterdir()))
    hint = f"did you mean {nearest}?" if nearest else "check the name and the folder."
    return f"{path} was not found; {hint}"
