"""Files inside a compression, read as a stream: nothing is unpacked to disk or as a whole."""

import zipfile
import zlib
from bz2 import BZ2File
from gzip import GzipFile
from lzma import LZMAError, LZMAFile
from pathlib import Path
from typing import BinaryIO, cast

from tfcmp.data.sources.formats import PACKABLE, split_name
from tfcmp.errors import CallError, WorkError

# What reading a damaged one raises.
DAMAGES = (OSError, EOFError, zlib.error, LZMAError, zipfile.BadZipFile)

# Python unpacks other methods by whole blocks of any size, which a file made to do harm may use.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# What archivers of desktop systems add.
_EXTRAS = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")
_ENCRYPTED = 0x1


def open_packed(path: Path, packing: str) -> BinaryIO:
    """The unpacked bytes of a .gz, .bz2 or .xz."""
    openers: dict[str, type[BZ2File | GzipFile | LZMAFile]] = {
        "gz": GzipFile,
        "bz2": BZ2File,
        "xz": LZMAFile,
    }
    return cast("BinaryIO", openers[packing](path))


def open_zip(path: Path) -> BinaryIO:
    """The unpacked bytes of the one file in a .zip; its name leads nowhere.

    Raises:
        CallError, WorkError: see `zip_member`.
    """
    # The archive stays open for as long as the stream is.
    with zipfile.ZipFile(path) as archive:
        return cast("BinaryIO", archive.open(_only_file(path, archive)))


def zip_member(path: Path) -> str:
    """Format of the one file in a .zip, as its name tells it.

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
