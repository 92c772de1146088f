import runpy
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfcmp.config.fields import DataSettings
from tfcmp.data.corpus import SPLITS, Corpus
from tfcmp.data.rare_classes import settle_rare_classes
from tfcmp.data.splits import TEST, TRAIN, VALIDATION, split_by_settings, split_corpus
from tfcmp.errors import CallError, WorkError

_corpora = runpy.run_path(str(Path(__file__).with_name("corpora.py")))
make_corpus = _corpora["make_corpus"]
singles = _corpora["singles"]


def sized(*sizes):
    """Different texts, so many of each class."""
    labels = np.repeat(np.arange(len(sizes)), sizes)
    return make_corpus(np.arange(len(labels)), labels, classes=len(sizes))


def counts(corpus, splits):
    """Texts of each class in train, validation and test."""
    classes = len(corpus.classes)
    return [
        np.bincount(corpus.labels[splits.rows(name)], minlength=classes).tolist() for name in SPLITS
    ]


def settle(corpus, rare_classes):
    settings = DataSettings(rare_classes=rare_classes)
    settled = settle_rare_classes(corpus, settings)
    splits = split_by_settings(settled.corpus, settings)
    return settled.corpus, settled.describe(), settled.notes(), splits


@pytest.mark.parametrize("seed", range(5))
def test_five_texts_among_a_thousand_are_in_every_split(seed):
    corpus = sized(990, 5)
    splits = split_corpus(corpus, seed=seed)
    assert counts(corpus, splits) == [[713, 3], [79, 1], [198, 1]]
    assert any("'b' 3 / 1 / 1" in note for note in splits.notes)


@pytest.mark.parametrize("seed", range(5))
def test_forty_classes_of_200_down_to_5_are_in_every_split_by_their_shares(seed):
    corpus = sized(*range(200, 0, -5))
    train, validation, test = counts(corpus, split_corpus(corpus, seed=seed))
    for kept, held, tested, size in zip(train, validation, test, range(200, 0, -5), strict=True):
        assert kept + held + tested == size
        assert tested == pytest.approx(0.2 * size, abs=0.51)
        assert held == pytest.approx(max(1, 0.08 * size), abs=0.51)


@given(
    st.lists(st.integers(3, 30), min_size=2, max_size=8),
    st.sampled_from([0.01, 0.1, 0.5, 0.9]),
    st.sampled_from([0.01, 0.2, 0.9]),
    st.integers(0, 3),
)
def test_every_class_of_three_texts_or_more_is_in_every_drawn_split(
    sizes, validation_share, test_share, seed
):
    corpus = sized(*sizes)
    splits = split_corpus(
        corpus, validation_share=validation_share, test_share=test_share, seed=seed
    )
    assert min(min(row) for row in counts(corpus, splits)) >= 1


def test_rare_classes_are_named_with_their_counts_and_the_option():
    with pytest.raises(WorkError) as told:
        split_corpus(sized(50, 2, 40, 1))
    for part in ("'b' (2 texts)", "'d' (1 text)", "rare_classes merge", "rare_classes drop"):
        assert part in str(told.value)
    assert "'a'" not in str(told.value)


@pytest.mark.parametrize(
    ("action", "into", "classes", "sizes"),
    [("merge", "other", ("a", "c", "other"), [50, 40, 3]), ("drop", None, ("a", "c"), [50, 40])],
)
def test_rare_classes_become_one_or_are_left_out(action, into, classes, sizes):
    corpus, described, notes, splits = settle(sized(50, 2, 40, 1), action)
    assert corpus.classes == classes
    assert [sum(column) for column in zip(*counts(corpus, splits), strict=True)] == sizes
    assert described == {"action": action, "into": into, "classes": {"b": 2, "d": 1}}
    assert "'b' (2 texts)" in notes[0]
    assert ("'other'" if into else "left out") in notes[0]
    assert splits.removed.get("rare_classes") == (None if into else 3)


def test_the_class_of_rare_ones_takes_no_name_that_is_taken():
    corpus = sized(50, 2, 40, 1)
    named = Corpus(**{**vars(corpus), "classes": ("other", "b", "other_2", "d")})
    assert settle(named, "merge")[0].classes == ("other", "other_2", "other_3")


@pytest.mark.parametrize("action", ["merge", "drop"])
def test_without_a_rare_class_nothing_is_settled(action):
    corpus = sized(50, 3)
    settled, described, notes, _ = settle(corpus, action)
    assert settled is corpus
    assert (described, notes) == ({}, [])


def test_a_merged_class_that_is_still_rare_is_refused():
    with pytest.raises(WorkError, match=r"'other' \(2 texts\).*rare_classes drop"):
        settle(sized(50, 40, 2), "merge")


@pytest.mark.parametrize(("action", "left"), [("drop", 1), ("merge", 1)])
def test_classes_of_which_fewer_than_two_would_be_left_are_refused(action, left):
    sizes = (50, 2) if action == "drop" else (2, 2)
    with pytest.raises(WorkError, match=rf"{action} leaves {left} of 2 classes"):
        settle(sized(*sizes), action)


def test_a_class_within_one_group_is_rare_whatever_its_size():
    labels = np.repeat([0, 1, 2], 40)
    corpus = make_corpus(np.arange(120), labels, [*range(80), *[100] * 40], classes=3)
    assert settle(corpus, "drop")[1]["classes"] == {"c": 40}


def test_with_declared_splits_two_texts_are_enough_where_validation_is_drawn():
    corpus = make_corpus(
        np.arange(44), [0, 1] * 20 + [2, 2] + [0, 1], declared=[TRAIN] * 42 + [TEST] * 2, classes=3
    )
    splits = split_corpus(corpus)
    assert counts(corpus, splits)[1][2] == 1
    assert any("declared test split has no text of class 'c'" in note for note in splits.notes)


def test_a_declared_validation_without_a_rare_class_is_taken_with_a_note():
    declared = [TRAIN] * 20 + [VALIDATION] * 4 + [TEST] * 6 + [TRAIN, TRAIN, TEST]
    corpus = make_corpus(np.arange(33), [0, 1] * 15 + [2] * 3, declared=declared, classes=3)
    splits = split_corpus(corpus)
    assert counts(corpus, splits) == [[10, 10, 2], [2, 2, 0], [3, 3, 1]]
    (note,) = splits.notes
    assert "declared validation split has no text of class 'c'" in note


def test_a_declared_validation_that_is_all_copies_of_test_is_drawn_with_a_note():
    texts = [*range(40), 100, 101, 100, 101]
    declared = [TRAIN] * 40 + [VALIDATION] * 2 + [TEST] * 2
    splits = split_corpus(make_corpus(texts, [0, 1] * 22, declared=declared))
    assert len(splits.validation) == 4
    assert any("2 declared validation texts are copies" in note for note in splits.notes)


def refusal(corpus, **settings):
    with pytest.raises(WorkError) as told:
        split_corpus(corpus, **settings)
    # A leak is never the way out.
    assert "grouping" not in str(told.value)
    return str(told.value)


def test_a_corpus_of_test_texts_only_is_refused():
    told = refusal(singles(10, declared=[TEST] * 10))
    assert "10 as test and none as train" in told
    assert "more texts" not in told


@pytest.mark.parametrize(("later", "name"), [(TEST, "test"), (VALIDATION, "validation")])
def test_training_texts_that_are_all_in_another_split_are_counted(later, name):
    texts = [*range(60), *range(60)]
    corpus = make_corpus(texts, np.arange(120) % 2, declared=[TRAIN] * 60 + [later] * 60)
    told = refusal(corpus)
    assert f"60 removed as copies of {name} texts" in told
    assert "more texts" not in told


@pytest.mark.parametrize(
    ("corpus", "reason"),
    [
        (
            make_corpus(np.arange(42), [0, 1] * 20 + [1, 1], declared=[TRAIN] * 40 + [TEST] * 2),
            "declared test split holds only texts of class 'b' (2) and none of class 'a'",
        ),
        (
            make_corpus(
                [*range(20), 100, 101, 102, *range(200, 210), 100, 101, 102],
                [0, 1] * 10 + [2] * 3 + [0, 1] * 5 + [2] * 3,
                declared=[TRAIN] * 23 + [TEST] * 13,
                classes=3,
            ),
            "'c' (6 texts, its training texts removed as copies)",
        ),
        (
            make_corpus(
                np.arange(30),
                [0, 1, 2] * 10,
                declared=[TRAIN, TRAIN, TEST] * 8 + [VALIDATION, VALIDATION, TEST] + [TEST] * 3,
                classes=3,
            ),
            "'c' (10 texts, none for training)",
        ),
        (singles(3), "in train, validation and test: 'a' (2 texts), 'b' (1 text)"),
        (
            make_corpus([*range(40), *[100] * 9], [0, 1] * 20 + [2] * 9, classes=3),
            "'c' (9 texts, all copies of 1 text)",
        ),
    ],
    ids=["a declared split of one class", "copies of test", "none in train", "too few", "copies"],
)
def test_what_a_class_lacks_is_told(corpus, reason):
    assert reason in refusal(corpus)


def test_more_classes_than_can_be_split_name_the_label_column():
    told = refusal(make_corpus(range(30), np.arange(30) % 15, classes=15))
    assert "--data.label_column" in told
    # With every class rare neither of these would help.
    assert "rare_classes" not in told
    assert "and 5 more" in told


def test_a_class_within_one_group_is_said_to_be_that():
    labels = np.repeat([0, 1, 2], 40)
    groups = [*range(80), *[100] * 40]
    told = refusal(make_corpus(np.arange(120), labels, groups, classes=3))
    assert "'c' (40 texts, all in 1 group)" in told
    assert "3 groups" in told
    assert "--data.rare_classes drop" in told


def test_a_corpus_in_one_group_is_refused():
    told = refusal(make_corpus(np.arange(100), np.arange(100) % 2, groups=[0] * 100))
    assert "'a' (50 texts, all in 1 group)" in told
    assert "texts of further groups" in told


def test_groups_that_no_assignment_can_spread_are_refused():
    # The seven points and lines of the Fano plane: every class is in three groups, and no colouring
    # of the groups with two colours has both in every class.
    lines = [(0, 1, 2), (0, 3, 4), (0, 5, 6), (1, 3, 5), (1, 4, 6), (2, 3, 6), (2, 4, 5)]
    labels = [line for line, points in enumerate(lines) for _ in points]
    groups = [point for points in lines for point in points]
    told = refusal(make_corpus(range(21), labels, groups, classes=7))
    assert "no assignment exists of the 7 groups" in told


def test_a_training_subset_without_room_for_every_class_is_a_wrong_call():
    with pytest.raises(CallError, match=r"train_size 1: expected at least 2"):
        split_corpus(singles(100), train_size=1)
