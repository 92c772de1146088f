import runpy
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfcmp.data.corpus import Corpus
from tfcmp.data.splits import split_corpus
from tfcmp.errors import CallError

_corpora = runpy.run_path(str(Path(__file__).with_name("corpora.py")))
class_shares = _corpora["class_shares"]
corpora = _corpora["corpora"]
try_split = _corpora["try_split"]


def test_the_size_of_train_does_not_change_validation_and_test(imdb: Corpus) -> None:
    whole, part = split_corpus(imdb), split_corpus(imdb, train_size=1000)
    np.testing.assert_array_equal(part.validation, whole.validation)
    np.testing.assert_array_equal(part.test, whole.test)


def test_smaller_training_subsets_lie_in_larger_ones(imdb: Corpus) -> None:
    rows = [set(split_corpus(imdb, train_size=n).train.tolist()) for n in (100, 1000, 5000)]
    assert rows[0] < rows[1] < rows[2] < set(split_corpus(imdb).train.tolist())


@given(corpora(declare=False), st.integers(1, 30), st.integers(1, 30))
def test_training_subsets_of_any_corpus_are_nested(corpus: Corpus, a: int, b: int) -> None:
    whole = try_split(corpus)
    # More texts than there are is a mistake of the caller's, tested for itself.
    sizes = sorted(min(n, len(whole.train)) for n in (a, b)) if whole is not None else (a, b)
    small, large = (try_split(corpus, train_size=n) for n in sizes)
    if small is not None and large is not None:
        assert set(small.train.tolist()) <= set(large.train.tolist())


def test_a_training_subset_consists_of_whole_groups(imdb: Corpus) -> None:
    whole, part = split_corpus(imdb).train, split_corpus(imdb, train_size=1000).train
    assert not set(imdb.groups[part]) & set(imdb.groups[np.setdiff1d(whole, part)])


@pytest.mark.parametrize("train_size", [50, 1000, 9999])
def test_a_training_subset_has_at_most_the_size_asked_for_and_hardly_less(
    imdb: Corpus, train_size: int
) -> None:
    largest_group = 30
    kept = len(split_corpus(imdb, train_size=train_size).train)
    assert train_size - largest_group < kept <= train_size


@pytest.mark.parametrize("train_size", [500, 2000, 10_000])
def test_a_training_subset_has_about_the_class_shares_of_the_whole(
    imdb: Corpus, train_size: int
) -> None:
    whole = class_shares(imdb, split_corpus(imdb).train)
    part = class_shares(imdb, split_corpus(imdb, train_size=train_size).train)
    np.testing.assert_allclose(part, whole, atol=0.03)


def test_all_training_texts_can_be_asked_for(imdb: Corpus) -> None:
    whole = split_corpus(imdb).train
    np.testing.assert_array_equal(split_corpus(imdb, train_size=len(whole)).train, whole)


def test_more_training_texts_than_there_are_is_a_wrong_call(imdb: Corpus) -> None:
    size = len(split_corpus(imdb).train)
    with pytest.raises(CallError, match=rf"train_size {size + 1} is more than the {size}"):
        split_corpus(imdb, train_size=size + 1)
