import runpy
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfcmp.config.fields import DataSettings
from tfcmp.data.corpus import SPLITS, UNDECLARED
from tfcmp.data.groups import connected_groups
from tfcmp.data.splits import TEST, TRAIN, VALIDATION, split_by_settings, split_corpus
from tfcmp.errors import CallError

_corpora = runpy.run_path(str(Path(__file__).with_name("corpora.py")))
class_shares = _corpora["class_shares"]
corpora = _corpora["corpora"]
imdb_like = _corpora["imdb_like"]
make_corpus = _corpora["make_corpus"]
place_of_row = _corpora["place_of_row"]
random_settings = _corpora["random_settings"]
singles = _corpora["singles"]
try_split = _corpora["try_split"]


@pytest.fixture(scope="module")
def imdb():
    return imdb_like()


@given(st.booleans().flatmap(corpora), random_settings)
def test_every_row_is_in_one_split_in_ascending_order_and_no_text_is_in_two(corpus, settings):
    splits = try_split(corpus, **settings)
    if splits is None:
        return
    rows = [splits.rows(name) for name in SPLITS]
    assert all((np.diff(one) > 0).all() for one in rows)
    if settings["train_size"] is None:
        assert len(np.unique(np.concatenate(rows))) + sum(splits.removed.values()) == len(corpus)
    texts = [set(corpus.hashes[one].tolist()) for one in rows]
    assert sum(map(len, texts)) == len(set().union(*texts))


@given(corpora(declare=True), random_settings)
def test_declared_splits_are_kept(corpus, settings):
    splits = try_split(corpus, **settings)
    if splits is None:
        return
    assert (corpus.declared[splits.train] == TRAIN).all()
    if (corpus.declared == TEST).any():
        np.testing.assert_array_equal(splits.test, np.flatnonzero(corpus.declared == TEST))
    if (corpus.declared == VALIDATION).any():
        assert (corpus.declared[splits.validation] == VALIDATION).all()


def test_texts_of_test_leave_train_and_validation():
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


def test_texts_of_validation_leave_train():
    texts = [0, 1, 2, 3, 0, 1, 6, 7]
    declared = [TRAIN] * 4 + [VALIDATION] * 2 + [TEST] * 2
    splits = split_corpus(make_corpus(texts, np.arange(8) % 2, declared=declared))
    assert splits.train.tolist() == [2, 3]
    assert splits.removed["train_copies_of_validation"] == 2


@pytest.mark.parametrize(
    ("declared", "sizes"),
    [(None, [600, 150, 250]), (np.repeat([TRAIN, VALIDATION], [800, 200]), [600, 200, 200])],
)
def test_a_missing_test_split_is_cut_from_all_texts_but_those_of_validation(declared, sizes):
    splits = split_corpus(singles(1000, declared), test_share=0.25, validation_share=0.2)
    assert [len(splits.rows(name)) for name in SPLITS] == sizes


def test_the_seed_alone_decides(imdb):
    first = split_corpus(imdb, seed=3)
    np.random.seed(7)
    np.testing.assert_array_equal(split_corpus(imdb, seed=3).validation, first.validation)
    other = split_corpus(imdb, seed=1).validation
    assert len(np.intersect1d(first.validation, other)) < 0.3 * len(other)


@pytest.mark.parametrize("seed", range(5))
def test_validation_is_a_tenth_of_train_and_half_positive(seed):
    corpus = imdb_like(seed)
    splits = split_corpus(corpus, seed=seed)
    share = len(splits.validation) / (len(splits.train) + len(splits.validation))
    assert share == pytest.approx(0.1, abs=0.002)
    assert class_shares(corpus, splits.validation)[1] == pytest.approx(0.5, abs=0.005)


@pytest.mark.parametrize("grouping", ["source", "none"])
def test_validation_has_the_class_shares_of_an_uneven_corpus(grouping):
    labels = np.repeat([0, 1, 2], [700, 200, 100])
    corpus = make_corpus(np.arange(1000), labels, np.arange(1000) // 3, classes=3)
    splits = split_corpus(corpus, grouping=grouping)
    for name in SPLITS:
        np.testing.assert_allclose(
            class_shares(corpus, splits.rows(name)), [0.7, 0.2, 0.1], atol=0.03
        )


@pytest.mark.slow
@pytest.mark.parametrize("texts_a_group", [1, 3])
def test_hundreds_of_thousands_of_groups_are_split_in_seconds(texts_a_group):
    size = 300_000 * texts_a_group
    corpus = make_corpus(
        np.random.default_rng(0).permutation(size),
        np.arange(size) % 2,
        np.arange(size) // texts_a_group,
    )
    start = time.process_time()
    split_corpus(corpus)
    assert time.process_time() - start < 15


def test_the_settings_of_a_run_say_how_lines_are_drawn():
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


@given(corpora(declare=False), random_settings)
def test_no_group_is_divided(corpus, settings):
    splits = try_split(corpus, **settings | {"grouping": "source"})
    if splits is None:
        return
    places = place_of_row(splits, len(corpus))
    for group in np.unique(corpus.groups):
        assert len(np.unique(places[corpus.groups == group])) == 1


@given(corpora(declare=True), random_settings)
def test_no_group_of_a_declared_training_split_is_divided_by_validation(corpus, settings):
    splits = try_split(corpus, **settings | {"grouping": "source"})
    if splits is None or (corpus.declared == VALIDATION).any():
        return
    assert not set(corpus.groups[splits.train]) & set(corpus.groups[splits.validation])


def test_validation_holds_groups_of_all_sizes(imdb):
    splits = split_corpus(imdb)
    _, sizes = np.unique(imdb.groups[splits.validation], return_counts=True)
    _, sizes_in_train = np.unique(imdb.groups[splits.train], return_counts=True)
    assert sizes.mean() == pytest.approx(sizes_in_train.mean(), rel=0.2)


def test_grouping_none_divides_groups(imdb):
    splits = split_corpus(imdb, grouping="none")
    assert set(imdb.groups[splits.train]) & set(imdb.groups[splits.validation])


@given(corpora(declare=False), st.integers(0, 5))
def test_grouping_none_keeps_copies_of_a_text_together(corpus, seed):
    splits = try_split(corpus, grouping="none", seed=seed)
    if splits is None:
        return
    places = place_of_row(splits, len(corpus))
    for text in np.unique(corpus.hashes):
        assert len(np.unique(places[corpus.hashes == text])) == 1


def test_groups_that_share_a_text_are_one_group():
    corpus = make_corpus([0, 1, 1, 2, 2, 3], [0] * 6, groups=[10, 10, 20, 20, 30, 40])
    groups = connected_groups(corpus, "source")
    assert len(set(groups[:5].tolist())) == 1
    assert groups[5] != groups[0]
    alone = make_corpus([5, 6, 5], [0, 1, 0], groups=[-1, -2, -3])
    groups = connected_groups(alone, "source")
    assert groups[0] == groups[2] != groups[1]


def test_groups_of_the_source_are_kept_for_intervals_however_the_lines_were_drawn():
    corpus = imdb_like()
    divided, whole = split_corpus(corpus, grouping="none"), split_corpus(corpus)
    assert divided.groups.tolist() == whole.groups.tolist()


def test_a_test_split_that_is_cut_shares_no_group_with_a_declared_validation():
    groups = np.repeat(np.arange(50), 4)
    declared = np.tile([TRAIN, TRAIN, TRAIN, UNDECLARED], 50)
    declared[:8] = [TRAIN, VALIDATION] * 4
    corpus = make_corpus(range(200), [0, 0, 1, 1] * 50, groups, declared)
    splits = split_corpus(corpus)
    assert not np.isin(splits.groups[splits.test], splits.groups[splits.validation]).any()
    assert len(splits.test) > 0


def test_the_size_of_train_does_not_change_validation_and_test(imdb):
    whole, part = split_corpus(imdb), split_corpus(imdb, train_size=1000)
    np.testing.assert_array_equal(part.validation, whole.validation)
    np.testing.assert_array_equal(part.test, whole.test)


def test_a_training_subset_consists_of_whole_groups(imdb):
    whole, part = split_corpus(imdb).train, split_corpus(imdb, train_size=1000).train
    assert not set(imdb.groups[part]) & set(imdb.groups[np.setdiff1d(whole, part)])


@pytest.mark.parametrize("train_size", [50, 1000, 9999])
def test_a_training_subset_has_at_most_the_size_asked_for_and_hardly_less(imdb, train_size):
    largest_group = 30
    kept = len(split_corpus(imdb, train_size=train_size).train)
    assert train_size - largest_group < kept <= train_size


@pytest.mark.parametrize("train_size", [500, 2000, 10_000])
def test_a_training_subset_has_about_the_class_shares_of_the_whole(imdb, train_size):
    whole = class_shares(imdb, split_corpus(imdb).train)
    part = class_shares(imdb, split_corpus(imdb, train_size=train_size).train)
    np.testing.assert_allclose(part, whole, atol=0.03)


def test_the_training_subset_may_be_all_of_train_and_no_more(imdb):
    whole = split_corpus(imdb).train
    np.testing.assert_array_equal(split_corpus(imdb, train_size=len(whole)).train, whole)
    with pytest.raises(
        CallError, match=rf"train_size {len(whole) + 1} is more than the {len(whole)}"
    ):
        split_corpus(imdb, train_size=len(whole) + 1)
