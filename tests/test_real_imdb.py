"""The real IMDB, where it is prepared; hashes, counts and scores only."""

import json

import numpy as np
import pytest

from tfcmp.data.corpus import SPLITS, index_source
from tfcmp.data.sources.imdb import ImdbSource, prepared_folder
from tfcmp.data.splits import split_corpus
from tfcmp.fit import main

pytestmark = [
    pytest.mark.slow,
    pytest.mark.imdb,
    pytest.mark.skipif(prepared_folder() is None, reason="IMDB is not prepared; set TFDS_DATA_DIR"),
]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    return index_source(ImdbSource(), tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def splits(corpus):
    return split_corpus(corpus)


def test_the_test_split_is_the_official_one(corpus, splits):
    assert len(splits.test) == 25_000
    assert corpus.labels[splits.test].mean() == 0.5


def test_validation_is_a_tenth_of_train_and_half_positive(corpus, splits):
    share = len(splits.validation) / (len(splits.validation) + len(splits.train))
    assert 0.095 < share < 0.105
    assert abs(corpus.labels[splits.validation].mean() - 0.5) <= 0.005


def test_no_movie_is_in_train_and_in_validation(splits):
    in_train, in_validation = splits.groups[splits.train], splits.groups[splits.validation]
    assert np.intersect1d(in_train, in_validation).size == 0


def test_a_split_by_texts_shows_the_leak(corpus):
    leaky = split_corpus(corpus, grouping="none")
    movies = corpus.groups
    shared = np.isin(movies[leaky.validation], movies[leaky.train]).mean()
    assert shared > 0.9


def test_copies_of_test_reviews_left_train_and_validation(corpus, splits):
    kept = np.concatenate([splits.train, splits.validation])
    assert not np.isin(corpus.hashes[kept], corpus.hashes[splits.test]).any()
    copied = np.unique(corpus.hashes[:25_000])
    in_test = np.isin(copied, corpus.hashes[splits.test]).sum()
    assert in_test == 123
    assert splits.removed["train_copies_of_test"] >= in_test


def test_subsets_are_nested_whole_movies_and_nearly_balanced(corpus, splits):
    small, large = (split_corpus(corpus, train_size=size) for size in (1_000, 5_000))
    assert np.isin(small.train, large.train).all()
    assert 4_950 <= len(large.train) <= 5_000
    assert abs(corpus.labels[large.train].mean() - 0.5) < 0.02
    kept = np.isin(splits.groups[splits.train], splits.groups[large.train])
    assert kept.sum() == len(large.train)


def test_the_splits_are_those_of_the_published_runs(corpus, splits):
    found = {name: corpus.fingerprint(splits.rows(name))[:16] for name in SPLITS}
    assert found == {
        "train": "b914209f684ffc5e",
        "validation": "c6669e40b4f31cdf",
        "test": "bcb92bcb3f48b64c",
    }
    assert splits.notes == ()


def test_the_linear_model_learns_from_five_thousand_reviews(tmp_path, capsys):
    options = ["--data.train_size", "5000", "--training.epochs", "2"]
    places = ["--runs", str(tmp_path), "--cache", str(tmp_path / "cache"), "--name", "small"]
    main(["--model", "bag_of_ngrams", "--data", "imdb", *options, *places])
    assert capsys.readouterr().out.splitlines()[-1] == str(tmp_path / "small")
    result = json.loads((tmp_path / "small" / "result.json").read_text())
    assert result["validation"]["accuracy"]["value"] > 0.85
