"""Files of the cache folder: each is known by the hash of its content, which its name carries.

A file that was cut short, overwritten or mixed up has not the hash of its name: it is named on
stderr and made again. With the hash in its name an entry is complete by one rename, so that
processes that share the folder see it whole or not at all. An entry is hashed each time it is
opened, but for those above 32 MiB, which are hashed when their status has changed since they were
last found sound (see `content_key`): gigabytes of token ids would delay every start by seconds. A
disk that alters such a file below the file system goes unnoticed.
"""

import os
import sys
import uuid
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np

from tfcmp.data.content_key import content_key
from tfcmp.errors import WorkError

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
