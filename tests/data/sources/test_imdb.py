import gzip
import io
import json
import os
import re
import tarfile
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from tfcmp.data.sources import imdb
from tfcmp.data.sources.imdb import Content, prepare_from_archive
from tfcmp.errors import CallError, WorkError

REVIEWS = {
    "train": [("a fine film", 1), ("a dull film é", 0), ("a third film", 1)],
    "test": [("a late film", 0)],
}


@pytest.fixture
def folder(tmp_path):
    """Four invented reviews, in two shards of train and one of test, laid out as TFDS does."""
    import tensorflow as tf

    folder = imdb.version_folder(tmp_path)
    folder.mkdir(parents=True)
    shards = {"train": [REVIEWS["train"][:2], REVIEWS["train"][2:]], "test": [REVIEWS["test"]]}
    for split, parts in shards.items():
        for index, rows in enumerate(parts):
            name = f"imdb_reviews-{split}.tfrecord-{index:05d}-of-{len(parts):05d}"
            with tf.io.TFRecordWriter(str(folder / name)) as writer:
                for text, label in rows:
                    writer.write(example(tf, text, label))
    description = [
        {"name": split, "shardLengths": [str(len(rows)) for rows in parts]}
        for split, parts in shards.items()
    ]
    (folder / "dataset_info.json").write_text(json.dumps({"splits": description}))
    return folder


def example(tf, text, label):
    feature = {
        "text": tf.train.Feature(bytes_list=tf.train.BytesList(value=[text.encode()])),
        "label": tf.train.Feature(int64_list=tf.train.Int64List(value=[label])),
    }
    return tf.train.Example(features=tf.train.Features(feature=feature)).SerializeToString()


@pytest.fixture
def source(folder, tmp_path):
    return imdb.ImdbSource(tmp_path)


def first_shard(folder):
    return folder / "imdb_reviews-train.tfrecord-00000-of-00002"


def test_records_are_train_then_test_in_the_order_on_disk(source):
    told = [(record.text, record.label, record.split) for record in source.records()]
    names = ("neg", "pos")
    assert told == [
        (text, names[label], split) for split, rows in REVIEWS.items() for text, label in rows
    ]
    assert source.size() == 4


def test_a_text_has_the_group_of_the_table_or_one_of_its_own(source, monkeypatch):
    monkeypatch.setattr(imdb, "group_table", lambda: {imdb.review_hash(b"a fine film"): 7})
    first, *others = source.records()
    assert first.group == "7"
    for record in others:
        assert record.group == sha256(record.text.encode()).hexdigest()[:16]


def test_the_key_follows_the_content_of_the_shards_and_not_their_times(source, folder):
    before, shard = source.key(), first_shard(folder)
    os.utime(shard, ns=(1, 1))
    assert source.key() == before
    shard.write_bytes(shard.read_bytes()[::-1])
    os.utime(shard, ns=(1, 1))
    assert source.key() != before


@pytest.mark.parametrize("content", ["", "[]", '{"splits": []}', '{"splits": [{}]}'])
def test_an_unreadable_description_means_not_prepared(folder, tmp_path, content):
    (folder / "dataset_info.json").write_text(content)
    assert imdb.prepared_folder(tmp_path) is None


def test_a_folder_without_a_shard_is_neither_prepared_nor_prepared_over(
    folder, tmp_path, monkeypatch
):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    assert imdb.prepared_folder() == folder
    first_shard(folder).unlink()
    assert imdb.prepared_folder(tmp_path) is None
    with pytest.raises(WorkError, match="is incomplete: remove it"):
        imdb.ImdbSource(tmp_path).prepare()


def test_missing_reviews_without_a_network_name_the_ways_forward(tmp_path, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with pytest.raises(WorkError) as failure:
        next(imdb.ImdbSource(tmp_path).records())
    for way in ("python -m tfcmp.fetch imdb --archive FILE", "TFDS_DATA_DIR", "--data diagnostic"):
        assert way in str(failure.value)


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda content: content[:30] + bytes([content[30] ^ 1]) + content[31:], "is damaged"),
        (lambda content: b"", "2 of its reviews are missing"),
    ],
    ids=["a flipped bit", "ends early"],
)
def test_a_damaged_shard_is_found(source, folder, damage, told):
    first_shard(folder).write_bytes(damage(first_shard(folder).read_bytes()))
    with pytest.raises(WorkError, match=f"train split in .*{told}"):
        list(source.records())


def test_the_shipped_table_holds_sorted_hashes_and_unbroken_group_numbers():
    with np.load(imdb.GROUP_TABLE, allow_pickle=False) as table:
        assert set(table.files) == {"hashes", "groups"}
        hashes, groups = table["hashes"], table["groups"]
    assert hashes.dtype == np.uint64
    assert hashes.shape == groups.shape == (49_582,)
    assert (hashes[1:] > hashes[:-1]).all()
    assert np.array_equal(np.unique(groups), np.arange(6_972))


@pytest.mark.slow
@pytest.mark.imdb
def test_the_table_knows_every_prepared_review():
    if imdb.prepared_folder() is None:
        pytest.skip("IMDB is not prepared: set TFDS_DATA_DIR")
    records = list(imdb.ImdbSource().records())
    texts = {
        split: {record.text for record in records if record.split == split} for split in imdb.SPLITS
    }
    assert all(len(record.group) < 16 for record in records)
    assert [len(texts["train"]), len(texts["test"])] == [25_000 - 96, 25_000 - 199]
    assert len(texts["train"] & texts["test"]) == 123
    assert imdb.ImdbSource().size() == len(records) == 50_000


FILES = {
    "aclImdb/README": b"not a review",
    "aclImdb/train/pos/0_9.txt": b"a fine film\n",
    "aclImdb/train/neg/0_2.txt": b"a dull film",
    "aclImdb/train/unsup/0_0.txt": b"some film",
    "aclImdb/train/unsup/1_0.txt": b"another film",
    "aclImdb/test/pos/0_8.txt": b" good to the end",
    "aclImdb/test/neg/0_1.txt": b"bad to the end",
}


COUNTS = {"train": Content(2, 22), "test": Content(2, 29), "unsupervised": Content(2, 21)}


@pytest.fixture(autouse=True)
def _tiny_counts(monkeypatch, request):
    if "imdb" not in request.keywords:
        monkeypatch.setattr(imdb, "PUBLISHED", COUNTS)


def write(path, files):
    with tarfile.open(path, "w:gz") as tar:
        for name, content in files:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return path


@pytest.fixture
def archive(tmp_path):
    return write(tmp_path / "tiny.tar.gz", FILES.items())


def prepared_texts(data_dir):
    return {
        (record.split, record.label): record.text for record in imdb.ImdbSource(data_dir).records()
    }


TEXTS = {
    ("train", "pos"): "a fine film",
    ("train", "neg"): "a dull film",
    ("test", "pos"): "good to the end",
    ("test", "neg"): "bad to the end",
}


def test_a_repack_is_prepared_and_said_to_be_one(archive, tmp_path, capsys):
    folder = prepare_from_archive(archive, tmp_path / "data")
    assert folder == imdb.prepared_folder(tmp_path / "data")
    assert prepared_texts(tmp_path / "data") == TEXTS
    told = capsys.readouterr()
    assert "tiny.tar.gz is a re-pack" in told.err
    assert told.out == ""


def test_the_official_archive_is_known_by_its_checksum(archive, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(imdb, "_is_official", lambda *_: True)
    monkeypatch.setattr(imdb, "_check_repack", lambda _: pytest.fail("was checked"))
    prepare_from_archive(archive, tmp_path / "data")
    assert "re-pack" not in capsys.readouterr().err


def test_what_is_prepared_already_is_left_alone(archive, tmp_path):
    folder = prepare_from_archive(archive, tmp_path / "data")
    archive.unlink()
    assert prepare_from_archive(archive, tmp_path / "data") == folder


def test_a_missing_archive_is_a_wrong_call(tmp_path):
    with pytest.raises(CallError, match="there is no archive"):
        prepare_from_archive(tmp_path / "none.tar.gz", tmp_path / "data")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"aclImdb/test/pos/0_8.txt": None},
            "expected 2 .* of 29 bytes in test, found 1 .* of 14 bytes",
        ),
        ({"aclImdb/train/pos/0_9.txt": b"a finer film"}, "found 2 texts of 23 bytes"),
        (
            {"./aclImdb/train/neg/0_2.txt": b"a dull film"},
            r"holds aclImdb/train/neg/0_2\.txt twice",
        ),
    ],
    ids=["a file less", "other bytes", "a review twice"],
)
def test_a_repack_of_something_else_is_refused(tmp_path, changes, told):
    files = [(name, content) for name, content in (FILES | changes).items() if content is not None]
    with pytest.raises(WorkError, match=told):
        prepare_from_archive(write(tmp_path / "other.tar.gz", files), tmp_path / "data")
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("content", [b"<html>moved</html>", gzip.compress(b"no archive" * 1000)])
def test_what_is_no_archive_is_refused(tmp_path, content):
    (tmp_path / "page.tar.gz").write_bytes(content)
    with pytest.raises(WorkError, match=r"cannot be read as a tar\.gz archive"):
        prepare_from_archive(tmp_path / "page.tar.gz", tmp_path / "data")


def test_a_damaged_byte_is_found_by_the_checksum_of_the_stream(archive, tmp_path):
    content = bytearray(archive.read_bytes())
    content[-6] ^= 1  # in the checksum that ends a gzip file
    archive.write_bytes(content)
    with pytest.raises(WorkError, match="CRC"):
        prepare_from_archive(archive, tmp_path / "data")


@pytest.mark.parametrize(
    "files",
    [
        [*FILES.items(), ("/aclImdb/train/pos/5_9.txt", b"elsewhere")],
        [*FILES.items(), ("../aclImdb/train/pos/5_9.txt", b"elsewhere")],
        [(f"./{name}", content) for name, content in FILES.items()],
    ],
    ids=["absolute", "out of the archive", "leading dots"],
)
def test_paths_are_those_inside_the_archive(tmp_path, files):
    prepare_from_archive(write(tmp_path / "paths.tar.gz", files), tmp_path / "data")
    assert prepared_texts(tmp_path / "data") == TEXTS


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.99])
def test_a_truncated_archive_is_refused(archive, tmp_path, share):
    size = archive.stat().st_size
    os.truncate(archive, int(size * share))
    with pytest.raises(WorkError, match=r"cannot be read as a tar\.gz archive"):
        prepare_from_archive(archive, tmp_path / "data")


def test_a_link_in_place_of_a_review_is_passed_over(tmp_path):
    path = tmp_path / "link.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        link = tarfile.TarInfo("aclImdb/train/pos/5_9.txt")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/hostname"
        tar.addfile(link)
    assert list(imdb.archive_files(path, re.compile(".*"))) == []


def test_a_full_disk_is_told_and_leaves_nothing_that_looks_complete(archive, tmp_path, monkeypatch):
    import tensorflow_datasets as tfds

    def fill(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tfds.core.DatasetInfo, "write_to_directory", fill)
    with pytest.raises(WorkError, match="No space left on device"):
        prepare_from_archive(archive, tmp_path / "data")
    assert imdb.prepared_folder(tmp_path / "data") is None
    assert not imdb.version_folder(tmp_path / "data").exists()


@pytest.mark.slow
@pytest.mark.imdb
def test_the_prepared_archive_equals_what_tfds_prepared(tmp_path):
    archive = os.environ.get("TFCMP_IMDB_ARCHIVE")
    if archive is None or imdb.prepared_folder() is None:
        pytest.skip(
            "set TFCMP_IMDB_ARCHIVE to an aclImdb archive and TFDS_DATA_DIR to prepared data"
        )
    prepare_from_archive(Path(archive), tmp_path)
    pairs = zip(imdb.ImdbSource(tmp_path).records(), imdb.ImdbSource().records(), strict=True)
    assert all(ours == theirs for ours, theirs in pairs)
