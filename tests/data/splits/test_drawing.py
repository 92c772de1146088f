import runpy
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfcmp.config.fields import DataSettings
from tfcmp.data.corpus import SPLITS, Corpus
from tfcmp.data.splits import TEST, TRAIN, VALIDATION, split_by_settings, split_corpus

_corpora = runpy.run_path(str(Path(__file__).with_name("corpora.py")))
class_shares = _corpora["class_shares"]
corpora = _corpora["corpora"]
imdb_like = _corpora["imdb_like"]
make_corpus = _corpora["make_corpus"]
random_settings = _corpora["random_settings"]
singles = _corpora["singles"]
try_split = _corpora["try_split"]


@given(st.booleans().flatmap(corpora), random_settings)
def test_no_text_stands_in_two_splits(corpus: Corpus, settings: dict) -> None:
    splits = try_split(corpus, **settings)
    if splits is None:
        return
    texts = [set(corpus.hashes[splits.rows(name)].tolist()) for name in SPLITS]
    assert not texts[0] & texts[1]
    assert not texts[0] & texts[2]
    assert not texts[1] & texts[2]


@given(st.booleans().flatmap(corpora), st.integers(0, 5))
def test_every_row_is_in_one_split_or_counted_as_removed(corpus: Corpus, seed: int) -> None:
    splits = try_split(corpus, seed=seed)
    if splits is None:
        return
    rows = np.concatenate([splits.rows(name) for name in SPLITS])
    assert len(np.unique(rows)) == len(rows)
    assert len(rows) + sum(splits.removed.values()) == len(corpus)


@given(corpora(declare=True), random_settings)
def test_declared_splits_are_kept(corpus: Corpus, settings: dict) -> None:
    splits = try_split(corpus, **settings)
    if splits is None:
        return
    assert (corpus.declared[splits.train] == TRAIN).all()
    if (corpus.declared == TEST).any():
        np.testing.assert_array_equal(splits.test, np.flatnonzero(corpus.declared == TEST))
    if (corpus.declared == VALIDATION).any():
        assert (corpus.declared[splits.validation] == VALIDATION).all()


@given(corpora(declare=False), st.integers(0, 5))
def test_the_rows_of_a_split_are_in_ascending_order(corpus: Corpus, seed: int) -> None:
    splits = try_split(corpus, seed=seed)
    if splits is None:
        return
    for name in SPLITS:
        assert (np.diff(splits.rows(name)) > 0).all()


@given(st.lists(st.integers(0, 2), max_size=60), st.integers(0, 5))
def test_ten_texts_of_each_class_are_enough(labels: list[int], seed: int) -> None:
    labels = labels + [0, 1, 2] * 10
    corpus = make_corpus(np.arange(len(labels)), labels, classes=3)
    for name in SPLITS:
        assert (class_shares(corpus, split_corpus(corpus, seed=seed).rows(name)) > 0).all()


def test_texts_of_test_leave_train_and_validation() -> None:
    texts = [*range(12), 0, 1, 2, 3]
    declared = [TRAIN, TRAIN, VALIDATION, VALIDATION] * 3 + [TEST] * 4
    splits = split_corpus(make_corpus(texts, np.arange(16) % 2, declared=declared))
    assert splits.train.tolist() == [4, 5, 8, 9]
    assert splits.validation.tolist() == [6, 7, 10, 11]
    assert splits.test.tolist() == [12, 13, 14, 15]
    assert splits.removed == {
        "train_copies_of_test": 2,
        "validation_copies_of_test": 2,
        "train_copies_of_validation": 0,
    }


def test_texts_of_validation_leave_train() -> None:
    texts = [0, 1, 2, 3, 0, 1, 6, 7]
    declared = [TRAIN] * 4 + [VALIDATION] * 2 + [TEST] * 2
    splits = split_corpus(make_corpus(texts, np.arange(8) % 2, declared=declared))
    assert splits.train.tolist() == [2, 3]
    assert splits.removed["train_copies_of_validation"] == 2


@pytest.mark.parametrize("seed", range(5))
def test_validation_is_a_tenth_of_train_and_half_positive(seed: int) -> None:
    corpus = imdb_like(seed)
    splits = split_corpus(corpus, seed=seed)
    share = len(splits.validation) / (len(splits.train) + len(splits.validation))
    assert share == pytest.approx(0.1, abs=0.002)
    assert class_shares(corpus, splits.validation)[1] == pytest.approx(0.5, abs=0.005)


@pytest.mark.parametrize("grouping", ["source", "none"])
def test_validation_has_the_class_shares_of_an_uneven_corpus(grouping: str) -> None:
    labels = np.repeat([0, 1, 2], [700, 200, 100])
    corpus = make_corpus(np.arange(1000), labels, np.arange(1000) // 3, classes=3)
    splits = split_corpus(corpus, grouping=grouping)
    for name in SPLITS:
        np.testing.assert_allclose(
            class_shares(corpus, splits.rows(name)), [0.7, 0.2, 0.1], atol=0.03
        )


def test_a_missing_test_split_is_cut_from_all_texts() -> None:
    splits = split_corpus(singles(1000), test_share=0.25, validation_share=0.2)
    assert [len(splits.rows(name)) for name in SPLITS] == [600, 150, 250]


def test_a_missing_test_split_is_not_cut_from_declared_validation() -> None:
    declared = np.repeat([TRAIN, VALIDATION], [800, 200])
    splits = split_corpus(singles(1000, declared), test_share=0.25)
    assert [len(splits.rows(name)) for name in SPLITS] == [600, 200, 200]


def test_the_same_seed_gives_the_same_split_whatever_else_was_drawn(imdb: Corpus) -> None:
    first = split_corpus(imdb, seed=3)
    np.random.seed(7)
    second = split_corpus(imdb, seed=3)
    np.testing.assert_array_equal(first.validation, second.validation)


def test_another_seed_gives_another_split(imdb: Corpus) -> None:
    first, second = (split_corpus(imdb, seed=seed).validation for seed in (0, 1))
    assert len(np.intersect1d(first, second)) < 0.3 * len(first)


@pytest.mark.slow
@pytest.mark.parametrize("texts_a_group", [1, 3])
def test_hundreds_of_thousands_of_groups_are_split_in_seconds(texts_a_group: int) -> None:
    size = 300_000 * texts_a_group
    corpus = make_corpus(
        np.random.default_rng(0).permutation(size),
        np.arange(size) % 2,
        np.arange(size) // texts_a_group,
    )
    start = time.process_time()
    split_corpus(corpus)
    assert time.process_time() - start < 15


def test_the_settings_of_a_run_say_how_lines_are_drawn() -> None:
    corpus = singles(1000)
    settings = DataSettings(
        test_share=0.25, validation_share=0.2, split_seed=3, train_size=100, grouping="none"
    )
    made = split_by_settings(corpus, settings)
    asked = split_corpus(
        corpus, grouping="none", test_share=0.25, validation_share=0.2, seed=3, train_size=100
    )
    for name in SPLITS:
        np.testing.assert_array_equal(made.rows(name), asked.rows(name))
