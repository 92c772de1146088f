"""A file that the user named: format and compression by its extension, checks, opening.

Compressed files are streamed: nothing is unpacked to disk or as a whole.
"""

import stat
import zipfile
import zlib
from bz2 import BZ2File
from collections.abc import Sequence
from gzip import GzipFile
from lzma import LZMAError, LZMAFile
from pathlib import Path, PurePath
from typing import BinaryIO, cast

from tfcmp.data.listing import nearest_name
from tfcmp.errors import CallError, WorkError

# Formats of tables, by extension without the dot.
TABLES = ("csv", "tsv", "jsonl", "parquet", "json", "xlsx")
# One text per line, for texts without labels.
LINES = "txt"
INPUTS = (LINES, *TABLES)
# Formats that have an encoding.
TEXTUAL = ("txt", "csv", "tsv", "jsonl", "json")
# Can be read compressed; the others need random access.
PACKABLE = TEXTUAL
PACKINGS = ("gz", "bz2", "xz", "zip")
# Other names of a format.
_ALIASES = {"ndjson": "jsonl"}
# Default delimiters.
DELIMITERS = {"csv": ",", "tsv": "\t"}
# What reading damaged files raises.
DAMAGES = (OSError, EOFError, zlib.error, LZMAError, zipfile.BadZipFile)
# With other methods Python unpacks whole blocks of any size, which a malicious file could exploit.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# What archivers of desktop systems add.
_EXTRAS = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")
_ENCRYPTED = 0x1
_SPECIAL = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def split_name(name: str) -> tuple[str, str | None]:
    """Format and compression by the name of a file: ("csv", "gz") for "a.CSV.gz".

    The format is "" without an extension, and for a .zip where only its content tells.
    """
    *_, before, last = ["", "", *PurePath(name.lower()).name.split(".")]
    before, last = (_ALIASES.get(part, part) for part in (before, last))
    if last == "zip":
        return before if before in PACKABLE else "", "zip"
    if last in PACKINGS:
        return before, last
    return ("" if PurePath(name).suffix == "" else last), None


def is_known(name: str, formats: Sequence[str]) -> bool:
    """Whether the name of a file is of one of `formats`, compressed or not."""
    found, packing = split_name(name)
    if packing == "zip" and not found:
        return any(one in PACKABLE for one in formats)
    return found in formats and (packing is None or found in PACKABLE)


def extensions(formats: Sequence[str]) -> str:
    """What can be read, for messages: extensions, compressions, folders."""
    told = ", ".join(f".{one}" for one in formats)
    packable = [one for one in formats if one in PACKABLE]
    if packable:
        told += f", one of {'/'.join(packable)} with .gz, .bz2 or .xz behind it or alone in a .zip"
    return told + (", a folder of .parquet files" if "parquet" in formats else "")


def open_packed(path: Path, packing: str) -> BinaryIO:
    """The unpacked bytes of a .gz, .bz2 or .xz."""
    openers: dict[str, type[BZ2File | GzipFile | LZMAFile]] = {
        "gz": GzipFile,
        "bz2": BZ2File,
        "xz": LZMAFile,
    }
    return cast("BinaryIO", openers[packing](path))


def open_zip(path: Path) -> BinaryIO:
    """The unpacked bytes of the one file in a .zip; errors as for `zip_member`."""
    # The archive stays open for as long as the stream is.
    with zipfile.ZipFile(path) as archive:
        return cast("BinaryIO", archive.open(_only_file(path, archive)))


def zip_member(path: Path) -> str:
    """Format of the one file in a .zip, by its name.

    Raises:
        CallError: it holds none, several, or one of a format that is not read from a .zip.
        WorkError: it is damaged or encrypted.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            name = _only_file(path, archive).filename
    except DAMAGES as error:
        raise WorkError(f"{path} cannot be read as a .zip ({error}); get it again.") from None
    found, packing = split_name(name)
    if packing is not None or found not in PACKABLE:
        raise CallError(
            f"{path} holds {name!r}; expected a name that ends in .{', .'.join(PACKABLE)}: unpack "
            f"it first, or rename the archive if it is one of these ({path.stem}.csv.zip)."
        )
    return found


def _only_file(path: Path, archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    files = [info for info in archive.infolist() if not info.is_dir() and not _is_extra(info)]
    if len(files) != 1:
        names = ", ".join(info.filename for info in files[:5])
        more = ", ..." if len(files) > 5 else ""
        raise CallError(
            f"{path} holds {len(files)} files ({names}{more}); expected one: unpack it and name "
            "the file you mean."
        )
    if files[0].flag_bits & _ENCRYPTED:
        raise WorkError(f"{path} is encrypted; unpack it first.")
    if files[0].compress_type not in _METHODS:
        raise WorkError(f"{path} is packed by a method other than deflate; unpack it first.")
    return files[0]


def _is_extra(info: zipfile.ZipInfo) -> bool:
    return info.filename.startswith(_EXTRAS[0]) or info.filename.split("/")[-1] in _EXTRAS[1:]


def check_file(path: Path, formats: Sequence[str]) -> None:
    """Refuses what is no file of one of `formats`, before anything is read.

    Raises:
        CallError: there is no such file, it is a folder without Parquet files, a pipe, a socket or
            a device, or has another extension.
        WorkError: the file system reports another error.
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
        # Opening a pipe without a writer blocks, and texts are read more than once.
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
    """The format of a file that `check_file` accepts; errors as for `zip_member`."""
    if path.is_dir():
        return "parquet"
    found, packing = split_name(path.name)
    return zip_member(path) if packing == "zip" and not found else found


def folder_files(folder: Path) -> list[Path]:
    """The Parquet files of a folder, by name, without hidden ones (._)."""
    return sorted(
        file
        for file in folder.iterdir()
        if file.suffix.lower() == ".parquet" and file.name[0] not in "._" and file.is_file()
    )


def open_binary(path: Path) -> BinaryIO:
    """Opens the file for reading its unpacked bytes; WorkError where that fails."""
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
