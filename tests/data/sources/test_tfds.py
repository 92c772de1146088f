import os
import shutil

import numpy as np
import pytest

from tfcmp.data.sources import tfds as source
from tfcmp.data.sources.record import Record
from tfcmp.errors import CallError, WorkError


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    """A data directory with two tiny data sets, prepared by TFDS."""
    import tensorflow_datasets as tfds

    folder = tmp_path_factory.mktemp("tfds")
    for name, columns in (("tiny_notes", ("note", "mood")), ("tiny_pairs", ("left", "right"))):
        builder = make_builder(tfds, name, columns)(data_dir=folder)
        builder.download_and_prepare(
            download_config=tfds.download.DownloadConfig(try_download_gcs=False)
        )
    return folder


def make_builder(tfds, builder_name, columns):
    """A builder class: `note` and `mood`, or the texts `left` and `right` and a `mood`."""
    texts = [column for column in columns if column != "mood"]

    class Tiny(tfds.core.GeneratorBasedBuilder, skip_registration=True):
        name = builder_name
        VERSION = tfds.core.Version("1.0.0")

        def _info(self):
            features = {column: tfds.features.Text() for column in texts}
            features["mood"] = tfds.features.ClassLabel(names=["sad", "glad"])
            features["row"] = np.int64
            return tfds.core.DatasetInfo(
                builder=self, features=tfds.features.FeaturesDict(features)
            )

        def _split_generators(self, _):
            labels = {"train": [0, 1, -1, 1], "test": [-1, -1], "extra": [0]}
            return {split: self._generate_examples(split, rows) for split, rows in labels.items()}

        def _generate_examples(self, split, rows):
            for row, label in enumerate(rows):
                text = {column: f"{split} {column} {row} é" for column in texts}
                yield row, {**text, "mood": label, "row": row}

    return Tiny


def records(data_dir, *arguments):
    return list(source.TfdsSource(*arguments, data_dir=data_dir).records())


def test_labelled_examples_come_with_the_names_of_their_labels(data_dir):
    assert sorted(records(data_dir, "tiny_notes")) == [
        Record("train note 0 é", "sad", "train"),
        Record("train note 1 é", "glad", "train"),
        Record("train note 3 é", "glad", "train"),
    ]


def test_the_order_never_changes(data_dir):
    assert records(data_dir, "tiny_notes") == records(data_dir, "tiny_notes")


def test_the_chosen_text_column_is_read(data_dir):
    assert sorted(records(data_dir, "tiny_pairs", "right"))[0].text == "train right 0 é"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("tiny_pairs",), r"\(left, right\).*--data\.text_column"),
        (("tiny_pairs", "middle"), "middle is no text column; there are: left, right"),
        (("tiny_notes", None, "row"), "row is no label column; there are: mood"),
    ],
)
def test_columns_that_are_not_clear_are_told_with_those_that_there_are(data_dir, arguments, told):
    with pytest.raises(CallError, match=told):
        source.TfdsSource(*arguments, data_dir=data_dir).prepare()
    with pytest.raises(CallError, match=told):
        records(data_dir, *arguments)


def test_an_unknown_data_set_names_the_nearest(tmp_path):
    with pytest.raises(CallError, match=r"'imdb_revews'; did you mean tfds:imdb_reviews\?"):
        source.open_builder("imdb_revews", tmp_path)


@pytest.mark.parametrize("name", ["imdb_reviews/none", "imdb_reviews:9.9.9", "../x", "x:y", ""])
def test_a_name_that_tfds_cannot_open_is_a_wrong_call(tmp_path, name):
    with pytest.raises(CallError, match="tfds:"):
        source.open_builder(name, tmp_path)


def test_data_that_are_not_prepared_are_fetched_if_there_is_a_network(tmp_path, monkeypatch):
    def refuse(host_url, what, ways_forward):
        raise WorkError(f"{what} needs {host_url}; {ways_forward}")

    monkeypatch.setattr(source, "require_network", refuse)
    with pytest.raises(WorkError, match=r"tfds:ag_news_subset needs .*TFDS_DATA_DIR"):
        records(tmp_path, "ag_news_subset")
    with pytest.raises(WorkError, match="tfds:imdb_reviews needs http://ai"):
        source.download("imdb_reviews", tmp_path)


@pytest.fixture
def copied(data_dir, tmp_path):
    """A copy of tiny_notes and the shard of its training split."""
    shutil.copytree(data_dir / "tiny_notes", tmp_path / "tiny_notes")
    return tmp_path, next(tmp_path.glob("tiny_notes/1.0.0/*train*"))


def test_the_key_follows_the_content_of_the_files_and_the_column_but_no_times(copied, data_dir):
    folder, shard = copied
    notes = source.TfdsSource("tiny_notes", data_dir=folder)
    before = notes.key()
    os.utime(shard, ns=(1, 1))
    assert notes.key() == before
    shard.write_bytes(shard.read_bytes()[::-1])
    os.utime(shard, ns=(1, 1))
    assert notes.key() != before
    left, right = (source.TfdsSource("tiny_pairs", x, data_dir=data_dir) for x in ("left", "right"))
    assert left.key() != right.key()


def test_a_damaged_shard_is_told_as_such(copied):
    folder, shard = copied
    content = bytearray(shard.read_bytes())
    content[30] ^= 1
    shard.write_bytes(content)
    with pytest.raises(WorkError, match=r"the train split in .* is damaged"):
        records(folder, "tiny_notes")


def test_what_a_builder_raises_becomes_one_sentence(tmp_path):
    import tensorflow_datasets as tfds

    builder = make_builder(tfds, "tiny_failure", ("note", "mood"))(data_dir=tmp_path)
    builder._split_generators = lambda _: 1 / 0
    with pytest.raises(WorkError, match=r"tiny_failure.* could not be prepared .*zero"):
        source.prepare(builder)
    assert not source.is_prepared(builder)


def test_the_data_directory_is_the_environments_or_the_default(monkeypatch, tmp_path):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    assert source.data_directory() == tmp_path
    monkeypatch.delenv("TFDS_DATA_DIR")
    assert source.data_directory().name == "tensorflow_datasets"
