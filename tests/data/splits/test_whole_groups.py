"""Splits of few, large groups, which no filling by shares can draw."""

import hashlib
import runpy
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tfcmp.data.corpus import SPLITS
from tfcmp.data.groups import groups_by_class
from tfcmp.data.splits import VALIDATION, split_corpus
from tfcmp.errors import TfcmpError

_corpora = runpy.run_path(str(Path(__file__).with_name("corpora.py")))
corpora = _corpora["corpora"]
imdb_like = _corpora["imdb_like"]
make_corpus = _corpora["make_corpus"]
random_settings = _corpora["random_settings"]
singles = _corpora["singles"]


def authors():
    """Five of 200 texts each, more and more of them of the second class."""
    labels = [int(n < 20 + 40 * author) for author in range(5) for n in range(200)]
    return make_corpus(range(1000), labels, np.repeat(np.arange(5), 200))


def groups_of_one_class():
    return make_corpus(range(1000), np.repeat(np.arange(20) % 2, 50), np.repeat(np.arange(20), 50))


def hundred_classes():
    """Groups of ten texts, of classes at random."""
    labels = np.random.default_rng(0).integers(0, 100, 3000)
    return make_corpus(range(3000), labels, np.arange(3000) // 10, classes=100)


def hundred_classes_in_groups_of_their_own():
    labels = np.repeat(np.arange(100), 40)
    return make_corpus(range(4000), labels, np.arange(4000) // 10, classes=100)


def check(corpus, **chosen):
    """Sizes of a split that divides no group and lacks no class."""
    splits = split_corpus(corpus, **chosen)
    groups = [set(corpus.groups[splits.rows(name)].tolist()) for name in SPLITS]
    assert not groups[0] & groups[1]
    assert not groups[0] & groups[2]
    assert not groups[1] & groups[2]
    for name in SPLITS:
        assert len(np.unique(corpus.labels[splits.rows(name)])) == len(corpus.classes)
    return [len(splits.rows(name)) for name in SPLITS]


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize(
    ("make", "sizes"), [(authors, [600, 200, 200]), (groups_of_one_class, [700, 100, 200])]
)
def test_few_groups_are_split(make, sizes, seed):
    assert check(make(), seed=seed) == sizes


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("make", [hundred_classes, hundred_classes_in_groups_of_their_own])
def test_a_hundred_classes_in_groups_of_ten_are_split(make, seed):
    corpus = make()
    train, validation, test = check(corpus, seed=seed)
    if make is hundred_classes:
        assert test == pytest.approx(600, abs=60)
        assert validation == pytest.approx(240, abs=24)
    else:
        # Four groups of each class: two stay in train.
        assert (train, validation, test) == (2000, 1000, 1000)


def test_what_whole_groups_do_to_the_shares_is_said():
    notes = split_corpus(authors()).notes
    assert any("validation has 25.0% of the training texts" in note for note in notes)
    assert any("10.0% was asked for" in note for note in notes)
    assert any("are of class 'b'" in note for note in notes)
    assert split_corpus(singles(1000)).notes == ()


def test_the_assignment_depends_on_the_seed_alone():
    corpus = groups_of_one_class()
    first = [split_corpus(corpus, seed=seed).test.tolist() for seed in range(4)]
    np.random.seed(7)
    assert [split_corpus(corpus, seed=seed).test.tolist() for seed in range(4)] == first
    assert len({tuple(rows) for rows in first}) > 1


def test_groups_of_a_declared_validation_do_not_go_to_a_test_split_that_is_drawn():
    corpus = authors()
    declared = np.full(1000, -1)
    declared[:40:2] = VALIDATION
    declared[1:40:2] = VALIDATION
    corpus = make_corpus(range(1000), corpus.labels, corpus.groups, declared)
    splits = split_corpus(corpus)
    assert 0 not in corpus.groups[splits.test]
    assert len(splits.test) == 200
    assert len(splits.validation) == 40


def test_a_class_in_three_of_thousands_of_groups_is_in_every_split():
    groups = np.arange(12_000) // 3
    labels = np.arange(12_000) % 2
    labels[np.isin(groups, [5, 50, 500])] = 2
    _, validation, test = check(make_corpus(range(12_000), labels, groups, classes=3))
    assert test == pytest.approx(2400, abs=10)
    assert validation == pytest.approx(960, abs=10)


@settings(max_examples=40)
@given(st.integers(2, 4).flatmap(lambda classes: grouped_corpora(classes)), st.integers(0, 3))
def test_a_class_in_three_groups_or_more_is_in_every_split_that_is_drawn(corpus, seed):
    refusal = ""
    try:
        check(corpus, seed=seed)
    except TfcmpError as error:
        refusal = str(error)
    places = groups_by_class(corpus.groups, corpus.labels, len(corpus.classes))
    assert not refusal or places.min() < 3 or "no assignment exists" in refusal


@st.composite
def grouped_corpora(draw, classes):
    """Up to 12 groups of up to 20 texts, each of a class that its group prefers."""
    sizes = draw(st.lists(st.integers(1, 20), min_size=3, max_size=12))
    groups = np.repeat(np.arange(len(sizes)), sizes)
    preferred = draw(
        st.lists(st.integers(0, classes - 1), min_size=len(sizes), max_size=len(sizes))
    )
    strayed = draw(st.lists(st.integers(0, 9), min_size=len(groups), max_size=len(groups)))
    labels = [
        preferred[group] if stray > 2 else stray % classes
        for group, stray in zip(groups, strayed, strict=True)
    ]
    return make_corpus(range(len(groups)), labels, groups, classes=classes)


@given(corpora(declare=False), random_settings, st.integers(2, 40), st.integers(2, 40))
def test_training_subsets_are_nested_and_hold_every_class(corpus, chosen, one, other):
    found = []
    for size in sorted((one, other)):
        try:
            found.append(split_corpus(corpus, **chosen | {"train_size": size}))
        except TfcmpError:
            return
        assert len(np.unique(corpus.labels[found[-1].train])) == len(corpus.classes)
        assert len(found[-1].train) <= size
    assert set(found[0].train.tolist()) <= set(found[1].train.tolist())


def test_a_class_of_three_among_thousands_is_in_every_training_subset():
    corpus = make_corpus(range(2005), [0, 1] * 1000 + [2] * 5, classes=3)
    subsets = [split_corpus(corpus, train_size=size).train for size in (3, 10, 100, 500, 1400)]
    for small, large in pairwise(subsets):
        assert set(small.tolist()) < set(large.tolist())
    for rows in subsets:
        assert (corpus.labels[rows] == 2).any()


@pytest.mark.parametrize(
    ("corpus", "chosen", "expected"),
    [
        (imdb_like(), {}, "a05aa09b0b2428b4"),
        (imdb_like(), {"seed": 1, "train_size": 1000}, "d7ec8739cf069b41"),
        (imdb_like(1), {"grouping": "none", "train_size": 200}, "03e960874ac6245f"),
        (singles(1000), {"test_share": 0.25}, "1622af0bab5582f9"),
    ],
)
def test_corpora_that_can_be_filled_by_shares_keep_their_splits(corpus, chosen, expected):
    splits = split_corpus(corpus, **chosen)
    digest = hashlib.sha256()
    for name in SPLITS:
        digest.update(splits.rows(name).astype(np.int64).tobytes())
    assert digest.hexdigest()[:16] == expected


@pytest.mark.slow
def test_a_thousand_groups_of_a_hundred_classes_take_seconds():
    labels = np.repeat(np.arange(100), 200)
    corpus = make_corpus(range(20_000), labels, np.arange(20_000) // 20, classes=100)
    start = time.process_time()
    check(corpus)
    assert time.process_time() - start < 30
