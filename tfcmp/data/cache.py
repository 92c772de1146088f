"""Files of the cache folder: each is known by the hash of its content, which its name carries.

A file that was cut short, overwritten or mixed up does not have the hash of its name: it is named on
stderr and made again. With the hash in its name an entry is complete by one rename, so that processes
that share the folder see it whole or not at all.

Files of up to `ALWAYS_READ` bytes together are hashed each time, in less than a tenth of a second. Of
larger ones the hash is kept on record with the status of the file (size, times, inode), and a file is
read again when its status has changed: gigabytes of token ids would delay every start by seconds. The
status holds ctime, which no program can set: content that was changed under an old modification time
(`cp -p`, `touch -r`) is noticed by it. File systems without a ctime of their own (sshfs, some mounts of
object stores) give the modification time in its place; there a large file is known by honest times
only, and a disk that alters it below the file system goes unnoticed.
"""

import hashlib
import json
import os
import sys
import time
import uuid
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np

from tfcmp.errors import WorkError
from tfcmp.runs.files import is_sound, sealed, write_json

ALWAYS_READ = 32 * 2**20
# Two writes within the resolution of a file system's clock (2 s on FAT) can have the same time. A
# file that was changed so shortly before it was hashed is not put on record; Git calls such an
# entry of its index racy and does not trust it either.
_COARSEST_CLOCK_NS = 2 * 10**9


def content_key(files: Sequence[Path], records: Path | None = None) -> str:
    """SHA-256, in hexadecimal digits, over the contents of `files` in their order.

    Args:
        files: regular files.
        records: folder of the hashes of large files; None keeps none.

    Raises:
        WorkError: a file cannot be read.
    """
    paths = [str(file.absolute()) for file in files]
    record = None
    if records is not None and _total_size(files) > ALWAYS_READ:
        record = records / f"content-{_digest(paths)[:24]}.json"
    known = _read_record(record)
    digests, settled = [], {}
    for path, file in zip(paths, files, strict=True):
        digest, status = _hash_file(file, known.get(path))
        digests.append(digest)
        if status is not None:
            settled[path] = (status, digest)
    if record is not None and settled != known:
        # A folder that is full or read-only: the next start reads the file again.
        with suppress(OSError):
            record.parent.mkdir(parents=True, exist_ok=True)
            write_json(record, sealed({"files": settled}))
    return _digest(digests)


def _total_size(files: Sequence[Path]) -> int:
    try:
        return sum(file.stat().st_size for file in files)
    except OSError as error:
        raise WorkError(f"{error.filename} cannot be read: {error.strerror}.") from None


def _hash_file(file: Path, known: tuple[list[int], str] | None) -> tuple[str, list[int] | None]:
    """Hash of a file, and the status under which it may be kept; None: under none.

    Args:
        file: the file.
        known: the status under which its hash was kept, and the hash.
    """
    try:
        with file.open("rb") as stream:
            # Of the open file: on NFS it is opening that asks the server.
            status, started = _status(stream.fileno()), time.time_ns()
            if known is not None and known[0] == status:
                return known[1], status
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
            _, *times, _ = status
            is_settled = (
                max(times) < started - _COARSEST_CLOCK_NS and _status(stream.fileno()) == status
            )
    except OSError as error:
        raise WorkError(f"{file} cannot be read: {error.strerror}.") from None
    return digest, status if is_settled else None


def _status(descriptor: int) -> list[int]:
    """Size, time of modification, time of the last change of content or status (ns), inode."""
    status = os.fstat(descriptor)
    return [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]


def _read_record(record: Path | None) -> dict[str, tuple[list[int], str]]:
    """Path -> status and hash; empty where there is no record, or it is damaged."""
    if record is None:
        return {}
    try:
        content = json.loads(record.read_text(encoding="utf-8"))
        if "sha256" not in content or not is_sound(content):
            return {}
        return {path: (status, digest) for path, (status, digest) in content["files"].items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def _digest(parts: list[str]) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


_DIGITS = 24


def find_entry(cache: Path, name: str, suffix: str) -> Path | None:
    """The sound entry called `name`, or None; a damaged one is named on stderr."""
    candidates = _candidates(cache, name, suffix)
    for file in candidates:
        if _named(cache, name, suffix, _content_of(file, cache)) == file:
            return file
    for file in candidates:
        sys.stderr.write(f"{file} is damaged and is made again\n")
    return None


@contextmanager
def new_entry(cache: Path, name: str, suffix: str) -> Iterator[Path]:
    """Yields a temporary path; once the block has succeeded, it becomes the entry called `name`.

    Other entries of that name, as damaged ones, are removed.
    """
    cache.mkdir(parents=True, exist_ok=True)
    part = cache / f".{name}.{uuid.uuid4().hex[:12]}.part{suffix}"
    try:
        yield part
        with part.open("rb") as stream:
            os.fsync(stream.fileno())
        file = _named(cache, name, suffix, content_key([part]))
        part.replace(file)
        for other in _candidates(cache, name, suffix):
            if other != file:
                with suppress(OSError):
                    other.unlink()
    except OSError as error:
        # What a full or closed folder is called by the user, who is told of it.
        if error.filename in (None, str(part)):
            error.filename = str(cache)
        raise
    finally:
        with suppress(OSError):
            part.unlink()


def write_arrays(cache: Path, name: str, arrays: Mapping[str, np.ndarray]) -> None:
    """Writes the entry `name`.npz; equal arrays give equal bytes, as `np.savez` does not."""
    with new_entry(cache, name, ".npz") as part, zipfile.ZipFile(part, "w") as archive:
        for column, values in arrays.items():
            # ZipInfo's own date is 1980: the time of writing does not change the hash.
            with archive.open(zipfile.ZipInfo(f"{column}.npy"), "w", force_zip64=True) as stream:
                np.lib.format.write_array(stream, values, allow_pickle=False)


def read_arrays(cache: Path, name: str) -> dict[str, np.ndarray] | None:
    """The arrays of the entry `name`.npz; None where there is no sound one."""
    file = find_entry(cache, name, ".npz")
    if file is None:
        return None
    with np.load(file, allow_pickle=False) as arrays:
        return dict(arrays)


def _content_of(file: Path, cache: Path) -> str:
    """Hash of a file's content; nothing where the disk does not give it."""
    try:
        return content_key([file], cache)
    except WorkError:
        return ""


def _named(cache: Path, name: str, suffix: str, content: str) -> Path:
    return cache / f"{name}-{content[:_DIGITS]}{suffix}"


def _candidates(cache: Path, name: str, suffix: str) -> list[Path]:
    return sorted(cache.glob(f"{name}-{'[0-9a-f]' * _DIGITS}{suffix}"))
