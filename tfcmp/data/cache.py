"""Files of the cache folder, each with the hash of its content in its name.

A truncated or overwritten file no longer matches its name: it is reported on stderr and made again.
An entry is completed by one rename, so that processes that share the folder see all of it or none.

Files of up to `ALWAYS_READ` bytes together are hashed each time, in less than a tenth of a second.
The hashes of larger ones are recorded with the status of the file (size, times, inode), and a file
is read again only when its status has changed: hashing gigabytes of token ids would delay every
start by seconds. The status includes ctime, which no program can set, so that content changed under
an old modification time (`cp -p`, `touch -r`) is noticed. Limits: file systems without a ctime of
their own (sshfs, some object stores) report the modification time instead, and a disk that alters a
large file below the file system goes unnoticed.
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
# file changed that recently is not recorded (Git treats such index entries as "racy").
_COARSEST_CLOCK_NS = 2 * 10**9
_DIGITS = 24


def content_key(files: Sequence[Path], records: Path | None = None) -> str:
    """SHA-256, in hexadecimal digits, over the contents of `files` in their order.

    Args:
        files: regular files.
        records: folder of the recorded hashes of large files; None records none.

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
        # Where the folder is full or read-only, the next start reads the file again.
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
    """Hash of a file, and the status to record it with, or None; `known` is what was recorded."""
    try:
        with file.open("rb") as stream:
            # Of the open file: on NFS only opening asks the server.
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
    """Path -> status and hash; empty where there is no sound record."""
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


def find_entry(cache: Path, name: str, suffix: str) -> Path | None:
    """The sound entry called `name`, or None; a damaged one is reported on stderr."""
    candidates = _candidates(cache, name, suffix)
    for file in candidates:
        if _named(cache, name, suffix, _content_of(file, cache)) == file:
            return file
    for file in candidates:
        sys.stderr.write(f"{file} is damaged and is made again\n")
    return None


@contextmanager
def new_entry(cache: Path, name: str, suffix: str) -> Iterator[Path]:
    """Yields a temporary path that becomes the entry `name` when the block succeeds.

    Other entries of that name, such as damaged ones, are removed.
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
        # The error should name the folder that the user knows.
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
            # The default date of ZipInfo is 1980, so the hash does not depend on the time.
            with archive.open(zipfile.ZipInfo(f"{column}.npy"), "w", force_zip64=True) as stream:
                np.lib.format.write_array(stream, values, allow_pickle=False)


def read_arrays(cache: Path, name: str) -> dict[str, np.ndarray] | None:
    """The arrays of the entry `name`.npz, or None."""
    file = find_entry(cache, name, ".npz")
    if file is None:
        return None
    with np.load(file, allow_pickle=False) as arrays:
        return dict(arrays)


def _content_of(file: Path, cache: Path) -> str:
    """Hash of a file's content; empty where it cannot be read."""
    try:
        return content_key([file], cache)
    except WorkError:
        return ""


def _named(cache: Path, name: str, suffix: str, content: str) -> Path:
    return cache / f"{name}-{content[:_DIGITS]}{suffix}"


def _candidates(cache: Path, name: str, suffix: str) -> list[Path]:
    return sorted(cache.glob(f"{name}-{'[0-9a-f]' * _DIGITS}{suffix}"))
