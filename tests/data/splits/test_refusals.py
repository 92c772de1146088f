import runpy
from pathlib import Path

import numpy as np
import pytest

from tfcmp.data.splits import TEST, TRAIN, VALIDATION, split_corpus
from tfcmp.errors import CallError, WorkError

_corpora = runpy.run_path(str(Path(__file__).with_name("corpora.py")))
make_corpus = _corpora["make_corpus"]
singles = _corpora["singles"]


def refusal(corpus, **settings) -> str:
    with pytest.raises(WorkError) as told:
        split_corpus(corpus, **settings)
    # A leak is never the way out.
    assert "grouping" not in str(told.value)
    return str(told.value)


def test_a_declared_split_of_one_class_is_refused() -> None:
    labels = [0, 1] * 20 + [1, 1]
    told = refusal(make_corpus(np.arange(42), labels, declared=[TRAIN] * 40 + [TEST] * 2))
    assert "declared test split holds only texts of class 'b' (2) and none of class 'a'" in told


def test_a_corpus_of_test_texts_only_is_refused() -> None:
    told = refusal(singles(10, declared=[TEST] * 10))
    assert "10 as test and none as train" in told
    assert "more texts" not in told


@pytest.mark.parametrize(("later", "name"), [(TEST, "test"), (VALIDATION, "validation")])
def test_training_texts_that_are_all_in_another_split_are_counted(later: int, name: str) -> None:
    texts = [*range(60), *range(60)]
    corpus = make_corpus(texts, np.arange(120) % 2, declared=[TRAIN] * 60 + [later] * 60)
    told = refusal(corpus)
    assert f"60 removed as copies of {name} texts" in told
    assert "more texts" not in told


def test_a_class_whose_training_texts_are_all_copies_is_named() -> None:
    texts = [*range(20), 100, 101, 102, *range(200, 210), 100, 101, 102]
    labels = [0, 1] * 10 + [2] * 3 + [0, 1] * 5 + [2] * 3
    declared = [TRAIN] * 23 + [TEST] * 13
    told = refusal(make_corpus(texts, labels, declared=declared, classes=3))
    assert "'c' (6 texts, its training texts removed as copies)" in told


def test_a_class_without_training_texts_is_named() -> None:
    corpus = make_corpus(
        np.arange(30),
        [0, 1, 2] * 10,
        declared=[TRAIN, TRAIN, TEST] * 8 + [VALIDATION, VALIDATION, TEST] + [TEST] * 3,
        classes=3,
    )
    assert "'c' (10 texts, none for training)" in refusal(corpus)


def test_a_corpus_too_small_for_three_splits_is_refused() -> None:
    assert "in train, validation and test: 'a' (2 texts), 'b' (1 text)" in refusal(singles(3))


def test_more_classes_than_can_be_split_name_the_label_column() -> None:
    told = refusal(make_corpus(range(30), np.arange(30) % 15, classes=15))
    assert "--data.label_column" in told
    # With every class rare neither of these would help.
    assert "rare_classes" not in told
    assert "and 5 more" in told


def test_a_class_within_one_group_is_said_to_be_that() -> None:
    labels = np.repeat([0, 1, 2], 40)
    groups = [*range(80), *[100] * 40]
    told = refusal(make_corpus(np.arange(120), labels, groups, classes=3))
    assert "'c' (40 texts, all in 1 group)" in told
    assert "3 groups" in told
    assert "--data.rare_classes drop" in told


def test_a_class_of_copies_of_one_text_is_said_to_be_that() -> None:
    texts = [*range(40), *[100] * 9]
    told = refusal(make_corpus(texts, [0, 1] * 20 + [2] * 9, classes=3))
    assert "'c' (9 texts, all copies of 1 text)" in told


def test_a_corpus_in_one_group_is_refused() -> None:
    told = refusal(make_corpus(np.arange(100), np.arange(100) % 2, groups=[0] * 100))
    assert "'a' (50 texts, all in 1 group)" in told
    assert "texts of further groups" in told


def test_groups_that_no_assignment_can_spread_are_refused() -> None:
    # The seven points and lines of the Fano plane: every class is in three groups, and no colouring
    # of the groups with two colours has both in every class.
    lines = [(0, 1, 2), (0, 3, 4), (0, 5, 6), (1, 3, 5), (1, 4, 6), (2, 3, 6), (2, 4, 5)]
    labels = [line for line, points in enumerate(lines) for _ in points]
    groups = [point for points in lines for point in points]
    told = refusal(make_corpus(range(21), labels, groups, classes=7))
    assert "no assignment exists of the 7 groups" in told


def test_a_training_subset_without_room_for_every_class_is_a_wrong_call() -> None:
    with pytest.raises(CallError, match=r"train_size 1: expected at least 2"):
        split_corpus(singles(100), train_size=1)
