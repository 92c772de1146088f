import json
import os
from hashlib import sha256

import numpy as np
import pytest

from tfcmp.data.sources import imdb
from tfcmp.errors import WorkError

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


def test_a_known_text_has_the_number_of_its_group(source, monkeypatch):
    table = {imdb.review_hash(b"a fine film"): 7}
    monkeypatch.setattr(imdb, "group_table", lambda: table)
    assert next(source.records()).group == "7"


def test_an_unknown_text_is_a_group_of_its_own(source):
    for record in source.records():
        assert record.group == sha256(record.text.encode()).hexdigest()[:16]


def test_the_size_is_that_of_train_and_test(source):
    assert source.size() == 4


def test_the_key_follows_the_content_of_the_shards_and_not_their_times(source, folder):
    before, shard = source.key(), first_shard(folder)
    os.utime(shard, ns=(1, 1))
    assert source.key() == before
    shard.write_bytes(shard.read_bytes()[::-1])
    os.utime(shard, ns=(1, 1))
    assert source.key() != before


def test_the_environment_tells_where_the_reviews_are(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    assert imdb.prepared_folder() == folder


def test_a_missing_shard_means_not_prepared(folder, tmp_path):
    first_shard(folder).unlink()
    assert imdb.prepared_folder(tmp_path) is None


@pytest.mark.parametrize("content", ["", "[]", '{"splits": []}', '{"splits": [{}]}'])
def test_an_unreadable_description_means_not_prepared(folder, tmp_path, content):
    (folder / "dataset_info.json").write_text(content)
    assert imdb.prepared_folder(tmp_path) is None


def test_an_incomplete_folder_is_not_prepared_over(folder, tmp_path):
    first_shard(folder).unlink()
    with pytest.raises(WorkError, match="is incomplete: remove it"):
        imdb.ImdbSource(tmp_path).prepare()


def test_missing_reviews_without_a_network_name_the_ways_forward(tmp_path, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with pytest.raises(WorkError) as failure:
        next(imdb.ImdbSource(tmp_path).records())
    for way in ("python -m tfcmp.fetch imdb --archive FILE", "TFDS_DATA_DIR", "--data diagnostic"):
        assert way in str(failure.value)


def test_a_flipped_bit_in_a_shard_is_found(source, folder):
    content = bytearray(first_shard(folder).read_bytes())
    content[30] ^= 1
    first_shard(folder).write_bytes(content)
    with pytest.raises(WorkError, match=r"train split in .* is damaged"):
        list(source.records())


def test_a_shard_that_ends_early_is_found(source, folder):
    os.truncate(first_shard(folder), 0)
    with pytest.raises(WorkError, match="2 of its reviews are missing"):
        list(source.records())


def test_the_shipped_table_holds_sorted_hashes_and_unbroken_group_numbers():
    with np.load(imdb.GROUP_TABLE, allow_pickle=False) as table:
        assert set(table.files) == {"hashes", "groups"}
        hashes, groups = table["hashes"], table["groups"]
    assert hashes.dtype == np.uint64
    assert hashes.shape == groups.shape == (49_582,)
    assert (hashes[1:] > hashes[:-1]).all()
    assert np.array_equal(np.unique(groups), np.arange(6_972))


def test_the_shipped_table_stays_small():
    assert imdb.GROUP_TABLE.stat().st_size < 600_000


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
