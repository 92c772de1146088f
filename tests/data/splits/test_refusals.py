import runpy
from pathlib import Path

import numpy as np
import pytest

from tfcmp.data.splits import TEST, TRAIN, split_corpus
from tfcmp.errors import WorkError

_corpora = runpy.run_path(str(Path(__file__).with_name("corpora.py")))
make_corpus = _corpora["make_corpus"]
singles = _corpora["singles"]


def test_a_split_without_one_of_the_classes_is_refused() -> None:
    labels = [0, 1] * 20 + [1, 1]
    corpus = make_corpus(np.arange(42), labels, declared=[TRAIN] * 40 + [TEST] * 2)
    with pytest.raises(WorkError, match="the test split holds 2 texts and none of class 'a'"):
        split_corpus(corpus)


def test_a_corpus_of_test_texts_only_is_refused() -> None:
    with pytest.raises(WorkError, match="the train split holds 0 texts"):
        split_corpus(singles(10, declared=[TEST] * 10))


def test_a_corpus_too_small_for_three_splits_is_refused() -> None:
    with pytest.raises(WorkError, match="at least one for each of train, validation"):
        split_corpus(singles(3))


def test_more_classes_than_can_be_split_name_the_label_column() -> None:
    with pytest.raises(WorkError, match=r"--data.label_column"):
        split_corpus(make_corpus(range(30), np.arange(30) % 15, classes=15))
