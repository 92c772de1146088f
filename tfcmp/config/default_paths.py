"""Where things are kept unless the user says otherwise, and how a path that was written is read."""

import os
import re
from pathlib import Path, PurePath

from tfcmp.errors import CallError

DEFAULT_CACHE = "~/.cache/tfcmp"
DEFAULT_RUNS = "runs"
# Sources of texts that have a name and no place.
NAMED_SOURCES = ("imdb", "diagnostic")
TFDS_PREFIX = "tfds:"
# https://, s3://, hf://, file://
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


def absolute_path(text: str | Path) -> Path:
    """The path that a user wrote, absolute, with the home folder in place of `~` and `~user`.

    A shell leaves `~` as it is in quotes and behind `=`. Links stay as they are written, so that a
    path is told as the user knows it; only `..` has to follow them.

    Raises:
        CallError: nothing was written, or an address of a network; no home folder is known, or the
            working directory is gone.
    """
    written = str(text)
    if not written:
        raise CallError("expected a path, got an empty one")
    if _ADDRESS.match(written):
        raise CallError(
            f"{written}: expected a path on this machine, got an address; download the file first, and "
            "name it where it lies then"
        )
    expanded = os.path.expanduser(written)  # noqa: PTH111
    if expanded.startswith("~") and not os.path.lexists(expanded):
        raise CallError(
            f"{written}: no home folder is known for {PurePath(expanded).parts[0]}; write the path "
            "in full, or ./~ in front of a name that begins so"
        )
    try:
        path = Path(expanded).absolute()
        path = path.resolve() if ".." in path.parts else path
    except FileNotFoundError:
        raise CallError(
            f"{written}: the working directory is gone; change to another one, or write the path "
            "in full"
        ) from None
    _require_utf_8(path)
    return path


def _require_utf_8(path: Path) -> None:
    """Returns for a path that config.yaml can name and all libraries can open.

    Raises:
        CallError: its bytes are not UTF-8.
    """
    try:
        str(path).encode()
    except UnicodeEncodeError:
        shown = str(path).encode(errors="surrogateescape").decode(errors="backslashreplace")
        raise CallError(
            f"{shown}: expected a path in UTF-8, got other bytes, which config.yaml cannot name and "
            "some libraries cannot open; rename it, or link to it under another name"
        ) from None


def is_file_source(source: str) -> bool:
    """Whether a source of texts is a place: neither a name nor a misspelt one."""
    if source in NAMED_SOURCES or source.startswith(TFDS_PREFIX):
        return False
    return bool(PurePath(source).suffix or {"/", "~"} & set(source) or os.path.lexists(source))


def absolute_source(source: str) -> str:
    """The source as a run keeps it: of a file the absolute path, else its name.

    Raises:
        CallError: see `absolute_path`.
    """
    is_place = not source or is_file_source(source)
    return str(absolute_path(source)) if is_place else source


def source_name(source: str) -> str:
    """What a source is called: of a file its name, wherever it lies."""
    return PurePath(source).name if is_file_source(source) else source
