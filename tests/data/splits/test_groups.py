import runpy
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfcmp.data.corpus import UNDECLARED, Corpus
from tfcmp.data.splits import TRAIN, VALIDATION, connected_groups, split_corpus

_corpora = runpy.run_path(str(Path(__file__).with_name("corpora.py")))
corpora = _corpora["corpora"]
imdb_like = _corpora["imdb_like"]
make_corpus = _corpora["make_corpus"]
place_of_row = _corpora["place_of_row"]
random_settings = _corpora["random_settings"]
try_split = _corpora["try_split"]


@given(corpora(declare=False), random_settings)
def test_no_group_is_torn(corpus: Corpus, settings: dict) -> None:
    splits = try_split(corpus, **settings | {"grouping": "source"})
    if splits is None:
        return
    places = place_of_row(splits, len(corpus))
    for group in np.unique(corpus.groups):
        assert len(np.unique(places[corpus.groups == group])) == 1


@given(corpora(declare=True), random_settings)
def test_no_group_of_a_declared_training_split_is_torn_by_validation(
    corpus: Corpus, settings: dict
) -> None:
    splits = try_split(corpus, **settings | {"grouping": "source"})
    if splits is None or (corpus.declared == VALIDATION).any():
        return
    assert not set(corpus.groups[splits.train]) & set(corpus.groups[splits.validation])


def test_validation_holds_groups_of_all_sizes(imdb: Corpus) -> None:
    splits = split_corpus(imdb)
    _, sizes = np.unique(imdb.groups[splits.validation], return_counts=True)
    _, sizes_in_train = np.unique(imdb.groups[splits.train], return_counts=True)
    assert sizes.mean() == pytest.approx(sizes_in_train.mean(), rel=0.2)


def test_grouping_none_tears_groups(imdb: Corpus) -> None:
    splits = split_corpus(imdb, grouping="none")
    assert set(imdb.groups[splits.train]) & set(imdb.groups[splits.validation])


@given(corpora(declare=False), st.integers(0, 5))
def test_grouping_none_keeps_copies_of_a_text_together(corpus: Corpus, seed: int) -> None:
    splits = try_split(corpus, grouping="none", seed=seed)
    if splits is None:
        return
    places = place_of_row(splits, len(corpus))
    for text in np.unique(corpus.hashes):
        assert len(np.unique(places[corpus.hashes == text])) == 1


def test_groups_that_share_a_text_are_one_group() -> None:
    corpus = make_corpus([0, 1, 1, 2, 2, 3], [0] * 6, groups=[10, 10, 20, 20, 30, 40])
    groups = connected_groups(corpus, "source")
    assert len(set(groups[:5].tolist())) == 1
    assert groups[5] != groups[0]


def test_copies_of_a_text_outside_of_any_group_are_one_group() -> None:
    corpus = make_corpus([5, 6, 5], [0, 1, 0], groups=[-1, -2, -3])
    groups = connected_groups(corpus, "source")
    assert groups[0] == groups[2] != groups[1]


def test_groups_of_the_source_are_kept_for_intervals_however_the_lines_were_drawn() -> None:
    corpus = imdb_like()
    torn, whole = split_corpus(corpus, grouping="none"), split_corpus(corpus)
    assert torn.groups.tolist() == whole.groups.tolist()


def test_a_test_split_that_is_cut_shares_no_group_with_a_declared_validation() -> None:
    groups = np.repeat(np.arange(50), 4)
    declared = np.tile([TRAIN, TRAIN, TRAIN, UNDECLARED], 50)
    declared[:8] = [TRAIN, VALIDATION] * 4
    corpus = make_corpus(range(200), [0, 0, 1, 1] * 50, groups, declared)
    splits = split_corpus(corpus)
    assert not np.isin(splits.groups[splits.test], splits.groups[splits.validation]).any()
    assert len(splits.test) > 0
