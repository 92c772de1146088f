"""Files that are written whole or not at all."""

import errno
import fcntl
import hashlib
import json
import os
import re
import shutil
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from tfcmp.errors import CallError


def check_name(name: str) -> str:
    """The name, if a folder can have it.

    Raises:
        CallError: it cannot.
    """
    if not re.fullmatch(r"[\w.+-]+", name) or name in (".", ".."):
        raise CallError(
            f"--name {name!r}: expected a folder name of letters, digits, '.', '_', '+', '-'"
        )
    return name


def make_folder(path: Path, options: str) -> None:
    """Makes `path` and the folders above it, where they are not there yet.

    Raises:
        CallError: the path is none for a folder; `options` names the flags it comes from.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CallError(f"{path}: {_obstacle(error)}; change {options}") from None


def require_writable(folder: Path, options: str) -> None:
    """Returns where a file can be written into `folder`, or into the nearest one above it.

    Permissions do not tell everything (quotas, read-only and full file systems): a file without a
    name is made and is gone again.

    Raises:
        CallError: none can; `options` names the flags that the path comes from.
    """
    try:
        # A link that leads nowhere is in the way of a folder, too.
        nearest = next(one for one in (folder, *folder.parents) if _is_there(one))
        with tempfile.TemporaryFile(dir=nearest):
            pass
    except OSError as error:
        raise CallError(f"{folder}: {_obstacle(error)}; give another place by {options}") from None


def _is_there(path: Path) -> bool:
    """Whether anything has that name; OSError where the name is none."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def _obstacle(error: OSError) -> str:
    """What keeps a folder from being made or written to."""
    if error.errno in (errno.EEXIST, errno.ENOTDIR):
        return "a file is in the way of that folder"
    if error.errno == errno.ENAMETOOLONG:
        return "the name is too long"
    if error.errno == errno.ENOENT:
        return "no folder can be made there"
    return f"nothing can be written there ({error.strerror})"


def locked(file: Path) -> IO[str] | None:
    """The file, open and locked until it is closed or the process ends; None where another has it.

    Not by filelock: it leaves its files behind, for those who wait for them, and takes longer to
    import than a command takes to show its help.
    """
    stream = file.open("a")
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        stream.close()
        return None
    return stream


@contextmanager
def whole_file(file: Path) -> Iterator[Path]:
    """Yields a temporary path next to `file`; renames it to `file` once the block has succeeded.

    Whatever reads `file` sees the old content or the new, never a part. On an error (a full disk)
    the temporary file is removed. The suffix stays, as some libraries choose the format by it.
    """
    # Not by the name of `file`, which may be as long as a name can be.
    part = file.with_name(f".{uuid.uuid4().hex[:12]}.part{file.suffix}")
    try:
        yield part
        with part.open("rb") as stream:
            os.fsync(stream.fileno())
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def whole_folder(folder: Path, options: str) -> Iterator[Path]:
    """Yields a temporary folder next to `folder`; renames it once the block has succeeded.

    Raises:
        CallError: there is something at `folder` already; `options` names the flags it comes from.
    """
    make_folder(folder.parent, options)
    if _is_taken(folder, options):
        raise CallError(f"{folder} exists already and is not empty; change {options}")
    part = folder.with_name(f".{uuid.uuid4().hex[:12]}.part")
    part.mkdir()
    try:
        yield part
        part.replace(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _is_taken(folder: Path, options: str) -> bool:
    try:
        return folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
    except OSError as error:
        if error.errno != errno.ENAMETOOLONG:
            raise
        raise CallError(f"{folder}: the name is too long; change {options}") from None


def write_json(file: Path, value: Any) -> None:
    """Writes `value` as indented JSON."""
    with whole_file(file) as part:
        part.write_text(json.dumps(value, indent=2, allow_nan=False) + "\n", encoding="utf-8")


def sha256_of(file: Path) -> str:
    """SHA-256 of a file's content, in hexadecimal digits."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sealed(content: Mapping[str, Any]) -> dict[str, Any]:
    """The content of a JSON file with its own checksum, in the place of one that it has already."""
    # Through JSON once, as it will be read: numbers as names are text there.
    rest = json.loads(json.dumps({n: value for n, value in content.items() if n != "sha256"}))
    return {**rest, "sha256": digest(rest)}


def is_sound(content: Mapping[str, Any]) -> bool:
    """Whether the content is what was sealed; one without a checksum of its own says nothing else."""
    rest = {name: value for name, value in content.items() if name != "sha256"}
    return "sha256" not in content or content["sha256"] == digest(rest)


def agrees(known: Any, found: Any) -> bool:
    """Whether `found` is what is known, but for names that an earlier version did not write."""
    if isinstance(known, dict) and isinstance(found, dict):
        return all(name in found and agrees(of, found[name]) for name, of in known.items())
    return bool(known == found)


def digest(content: dict[str, Any]) -> str:
    """SHA-256 of the content, whatever the order and the spaces of its file."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
