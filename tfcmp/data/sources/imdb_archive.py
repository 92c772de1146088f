"""From a local aclImdb archive to the data set that TFDS would have prepared itself.

The official archive is known by its checksum. Any other is a re-pack, taken when it holds exactly
the published number of reviews and bytes.
"""

import gzip
import hashlib
import io
import posixpath
import re
import sys
import tarfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tfcmp.data.sources.imdb import BUILDER_NAME, prepared_folder, refuse_remains
from tfcmp.data.sources.tfds import open_builder, prepare
from tfcmp.errors import CallError, WorkError
from tfcmp.progress import progress_bar

REVIEW = re.compile(r"aclImdb/(?:test/(?:neg|pos)|train/(?:neg|pos|unsup))/\d+_\d+\.txt")

_READ_AT_ONCE = 1 << 20


class Content(NamedTuple):
    """How much a split holds: `files`, and `size`, their texts' bytes without outer white space."""

    files: int
    size: int


PUBLISHED = {
    "train": Content(25_000, 33_132_823),
    "test": Content(25_000, 32_350_685),
    "unsupervised": Content(50_000, 66_506_794),
}


def prepare_from_archive(archive: Path, data_dir: Path) -> Path:
    """Prepares `imdb_reviews/plain_text` from a local archive, through the builder of TFDS.

    Says on stderr when the archive is a re-pack.

    Args:
        archive: `aclImdb_v1.tar.gz` or a re-pack of it.
        data_dir: TFDS data directory to prepare the data set under.

    Returns:
        The folder of the prepared data set, which appears when it is complete; at once where it
        is there already.

    Raises:
        CallError: there is no such file.
        WorkError: the archive is damaged or not the data set, or the disk is full.
    """
    if folder := prepared_folder(data_dir):
        return folder
    if not archive.is_file():
        raise CallError(f"there is no archive {archive}")
    refuse_remains(data_dir)
    import tensorflow_datasets as tfds

    builder = open_builder(BUILDER_NAME, data_dir)
    if not _is_official(archive, builder):
        _check_repack(archive)
        sys.stderr.write(
            f"{archive.name} is a re-pack: its checksum is not the official one, "
            "the number of reviews and of their bytes is.\n"
        )
    tfds.disable_progress_bar()  # in favour of the one bar for all three splits
    with progress_bar("preparing IMDB", _published_files() * len(PUBLISHED)) as advance:
        # The builder's own manager takes no archive but the official one, and only by its url.
        builder._make_download_manager = lambda **_: _LocalArchive(archive, advance)
        return prepare(builder)


def archive_files(archive: Path, wanted: re.Pattern[str]) -> Iterator[tuple[str, bytes]]:
    """Streams the regular files of a tar.gz whose whole path matches; writes nothing to disk.

    Absolute paths and paths out of the archive are passed over.

    Args:
        archive: the tar.gz file.
        wanted: pattern of normalised paths.

    Yields:
        Path and content, in the archive's order.

    Raises:
        WorkError: not a tar.gz, truncated, or damaged.
    """
    try:
        with (
            gzip.open(archive) as stream,
            tarfile.open(fileobj=stream, mode="r|") as tar,
        ):
            for member in tar:
                path = posixpath.normpath(member.name)
                content = tar.extractfile(member) if member.isreg() else None
                if content is not None and wanted.fullmatch(path):
                    yield path, content.read()
            # Only the end of the stream tells whether its checksum is right.
            while stream.read(_READ_AT_ONCE):
                pass
    except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
        raise WorkError(
            f"{archive} cannot be read as a tar.gz archive ({error}): "
            "it may be truncated or damaged; get it again"
        ) from error


class _LocalArchive:
    """What the builder needs of a download manager, answered from a file that is already here."""

    def __init__(self, archive: Path, advance: Callable[[int], None]) -> None:
        self._archive = archive
        self._advance = advance
        self.downloaded_size = archive.stat().st_size

    def download(self, _url: str) -> Path:
        return self._archive

    def iter_archive(self, archive: Path) -> Iterator[tuple[str, io.BytesIO]]:
        for path, content in archive_files(archive, REVIEW):
            self._advance(1)
            yield path, io.BytesIO(content)


def _is_official(archive: Path, builder: Any) -> bool:
    with archive.open("rb") as stream:
        checksum = hashlib.file_digest(stream, "sha256").hexdigest()
    return checksum in {info.checksum for info in builder.url_infos.values()}


def _check_repack(archive: Path) -> None:
    found = dict.fromkeys(PUBLISHED, Content(0, 0))
    seen = set()
    with progress_bar(f"checking {archive.name}", _published_files()) as advance:
        for path, content in archive_files(archive, REVIEW):
            if path in seen:
                raise WorkError(f"{archive} holds {path} twice: it is not the aclImdb data set")
            seen.add(path)
            split = "unsupervised" if "/unsup/" in path else path.split("/")[1]
            files, size = found[split]
            found[split] = Content(files + 1, size + len(content.strip()))
            advance(1)
    for split, published in PUBLISHED.items():
        if found[split] != published:
            raise WorkError(
                f"{archive} is not the aclImdb data set: expected {_in_words(published)} in "
                f"{split}, found {_in_words(found[split])}"
            )


def _in_words(content: Content) -> str:
    return f"{content.files:,} texts of {content.size:,} bytes"


def _published_files() -> int:
    return sum(content.files for content in PUBLISHED.values())
