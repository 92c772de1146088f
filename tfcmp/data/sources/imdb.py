"""The IMDB reviews as TFDS prepares them, downloaded or from a local archive, grouped by movie."""

import gzip
import hashlib
import io
import json
import posixpath
import re
import sys
import tarfile
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from tfcmp.data.cache import content_key
from tfcmp.data.sources.network import require_network
from tfcmp.data.sources.record import Record, Source
from tfcmp.data.sources.tfds import data_directory, open_builder, prepare
from tfcmp.errors import CallError, WorkError
from tfcmp.progress import progress_bar

BUILDER_NAME = "imdb_reviews/plain_text:1.0.0"
SPLITS = ("train", "test")
LABELS = ("neg", "pos")
GROUP_TABLE = Path(__file__).with_name("imdb_groups.npz")

_HOST = "http://ai.stanford.edu"
_WAYS_FORWARD = (
    "prepare it from a local aclImdb_v1.tar.gz: python -m tfcmp.fetch imdb --archive FILE",
    "set TFDS_DATA_DIR to a folder where it is prepared",
    "use the embedded texts: --data diagnostic",
)
_ROWS_READ_AT_ONCE = 1024
REVIEW = re.compile(r"aclImdb/(?:test/(?:neg|pos)|train/(?:neg|pos|unsup))/\d+_\d+\.txt")
_READ_AT_ONCE = 1 << 20


def version_folder(data_dir: Path) -> Path:
    """Where TFDS prepares the reviews under a data directory."""
    return data_dir / "imdb_reviews" / "plain_text" / "1.0.0"


def prepared_folder(data_dir: Path | None = None) -> Path | None:
    """The folder of the prepared reviews, or None where a part is missing; without importing TFDS."""
    folder = version_folder(data_dir or data_directory())
    try:
        complete = all(shard.is_file() for shard in _shards(folder))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return folder if complete else None


def refuse_remains(data_dir: Path) -> None:
    """Raises a WorkError where there is an incomplete folder, which TFDS would take for complete."""
    folder = version_folder(data_dir)
    if folder.exists():
        raise WorkError(f"{folder} is incomplete: remove it, then prepare it again")


def download_imdb(data_dir: Path) -> Path:
    """Downloads and prepares the reviews with TFDS; returns their folder.

    Raises:
        WorkError: there is no network (within five seconds), or something failed.
    """
    refuse_remains(data_dir)
    require_network(_HOST, "the IMDB data set (80 MiB)", _WAYS_FORWARD)
    return prepare(open_builder(BUILDER_NAME, data_dir))


def review_hash(content: bytes) -> int:
    """First 64 bits of the SHA-256 of a stripped review in UTF-8: the key of the group table."""
    return int.from_bytes(hashlib.sha256(content).digest()[:8], "big")


@cache
def group_table() -> dict[int, int]:
    """Review hash -> number of the group of movies, for every review of train and test."""
    import numpy as np

    with np.load(GROUP_TABLE, allow_pickle=False) as table:
        return dict(zip(table["hashes"].tolist(), table["groups"].tolist(), strict=True))


class ImdbSource(Source):
    """The 25,000 reviews of train and the 25,000 of test; downloads them when they are missing.

    Reviews in one group are about one movie, or about movies that share the text of a review. A
    text that is not in the table is a group of its own.
    """

    name = "imdb"

    def __init__(self, data_dir: Path | None = None) -> None:
        self._data_dir = data_dir

    def prepare(self) -> None:
        """Downloads and prepares the reviews where they are missing."""
        self._folder()

    def key(self, records: Path | None = None) -> str:
        """Changes with the content of the shards and of the group table."""
        shards = content_key(_shards(self._folder()), records)
        return f"imdb-{shards}-{content_key([GROUP_TABLE])}"

    def size(self) -> int | None:
        """Number of reviews in train and test: 50,000."""
        folder = self._folder()
        return sum(sum(_shard_lengths(folder, split)) for split in SPLITS)

    def records(self) -> Iterator[Record]:
        """Train, then test, in the order on disk.

        Raises:
            WorkError: the reviews cannot be fetched, or a shard is damaged.
        """
        folder = self._folder()
        groups = group_table()
        for split in SPLITS:
            for content, label in _examples(folder, split):
                number = review_hash(content)
                group = groups.get(number)
                name = f"{number:016x}" if group is None else str(group)
                yield Record(content.decode("utf-8"), LABELS[label], split, name)

    def _folder(self) -> Path:
        return prepared_folder(self._data_dir) or download_imdb(self._data_dir or data_directory())


def _shard_lengths(folder: Path, split: str) -> list[int]:
    """Number of reviews in each shard of a split."""
    description = json.loads((folder / "dataset_info.json").read_text(encoding="utf-8"))
    lengths = {part["name"]: part["shardLengths"] for part in description["splits"]}
    return [int(length) for length in lengths[split]]


def _split_shards(folder: Path, split: str) -> list[Path]:
    count = len(_shard_lengths(folder, split))
    stem = f"imdb_reviews-{split}.tfrecord"
    return [folder / f"{stem}-{index:05d}-of-{count:05d}" for index in range(count)]


def _shards(folder: Path) -> list[Path]:
    return [shard for split in SPLITS for shard in _split_shards(folder, split)]


def _examples(folder: Path, split: str) -> Iterator[tuple[bytes, int]]:
    """Texts (UTF-8) and class numbers, read in batches, which is ten times as fast as TFDS."""
    import tensorflow as tf

    columns = {
        "text": tf.io.FixedLenFeature([], tf.string),
        "label": tf.io.FixedLenFeature([], tf.int64),
    }
    paths = [str(shard) for shard in _split_shards(folder, split)]
    rows = tf.data.TFRecordDataset(paths).batch(_ROWS_READ_AT_ONCE)
    missing = sum(_shard_lengths(folder, split))
    try:
        for batch in rows.map(lambda row: tf.io.parse_example(row, columns)).as_numpy_iterator():
            missing -= len(batch["text"])
            yield from zip(batch["text"], batch["label"].tolist(), strict=True)
    except tf.errors.OpError as error:
        raise _damaged(folder, split, error.message) from error
    if missing:
        raise _damaged(folder, split, f"{missing} of its reviews are missing")


def _damaged(folder: Path, split: str, reason: str) -> WorkError:
    return WorkError(
        f"the {split} split in {folder} is damaged ({reason}): remove that folder and "
        "prepare it again with: python -m tfcmp.fetch imdb"
    )


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
    """Prepares `imdb_reviews/plain_text` from a local archive, with the builder of TFDS.

    The official archive is recognised by its checksum. Any other is a re-pack, as stderr tells, and
    needs to have exactly the published number of reviews and bytes.

    Args:
        archive: `aclImdb_v1.tar.gz` or a re-pack of it.
        data_dir: TFDS data directory to prepare the data set under.

    Returns:
        The folder of the data set, which appears when it is complete.

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
        # The builder's own manager accepts only the official archive, by its url.
        builder._make_download_manager = lambda **_: _LocalArchive(archive, advance)
        return prepare(builder)


def archive_files(archive: Path, wanted: re.Pattern[str]) -> Iterator[tuple[str, bytes]]:
    """Yields path and content of the regular files of a tar.gz whose normalised path matches.

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
            # The checksum is verified at the end of the stream.
            while stream.read(_READ_AT_ONCE):
                pass
    except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
        raise WorkError(
            f"{archive} cannot be read as a tar.gz archive ({error}): "
            "it may be truncated or damaged; get it again"
        ) from error


class _LocalArchive:
    """What the builder needs of a download manager, from a local file."""

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
