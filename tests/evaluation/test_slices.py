import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from tfcmp.evaluation.intervals import Interval, share_interval
from tfcmp.evaluation.metrics import macro_f1
from tfcmp.evaluation.slices import (
    Slice,
    class_scores,
    confusion_counts,
    first_drop,
    macro_f1_interval,
    most_frequent_confusions,
    slices_at_edges,
    slices_by_phenomenon,
    slices_by_quartile,
)

CORRECT = np.array([1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0, 0.0])
GROUPS = np.array([0, 0, 1, 1, 2, 2, 3, 4])


def test_quartiles_of_the_length_hold_equally_many_examples():
    slices = slices_by_quartile(CORRECT, np.array([80, 10, 70, 20, 60, 30, 1500, 40]), GROUPS)
    assert [part.label for part in slices] == ["10 to 20", "30 to 40", "60 to 70", "80 to 1,500"]
    assert [part.examples for part in slices] == [2, 2, 2, 2]
    assert [part.accuracy.value for part in slices] == [0.5, 0.5, 0.5, 1.0]


def test_a_slice_has_the_interval_of_its_own_groups():
    slices = slices_by_quartile(CORRECT, np.array([1, 1, 1, 1, 2, 2, 2, 2]), GROUPS)
    assert slices[1] == ("2", 4, 3, share_interval(CORRECT[4:], GROUPS[4:]))


def test_equal_lengths_are_one_slice():
    slices = slices_by_quartile(CORRECT, np.full(8, 128), GROUPS)
    assert [(part.label, part.examples) for part in slices] == [("128", 8)]


def test_equal_lengths_stay_together():
    slices = slices_by_quartile(CORRECT, np.array([9, 9, 9, 9, 9, 9, 3, 2]), GROUPS)
    assert [(part.label, part.examples) for part in slices] == [("2 to 3", 2), ("9", 6)]


def test_a_length_on_an_edge_belongs_to_the_slice_below():
    slices = slices_by_quartile(np.ones(5), np.arange(1, 6), np.arange(5))
    assert [part.label for part in slices] == ["1 to 2", "3", "4", "5"]


def test_phenomena_come_by_name():
    names = np.array(["plain", "but"] * 4)
    slices = slices_by_phenomenon(CORRECT, names, GROUPS)
    assert [part.label for part in slices] == ["but", "plain"]
    assert slices[0].accuracy == share_interval(CORRECT[1::2], GROUPS[1::2])


def test_a_single_example_is_a_slice():
    slices = slices_by_quartile(np.array([1.0]), np.array([7]), np.array([0]))
    assert (slices[0].label, slices[0].examples, slices[0].groups) == ("7", 1, 1)
    assert slices[0].accuracy.low < 0.1


def test_booleans_and_means_over_seeds_are_welcome():
    assert slices_by_quartile(CORRECT == 1, np.arange(8), GROUPS) == (
        slices_by_quartile(CORRECT, np.arange(8), GROUPS)
    )
    halves = slices_by_quartile(np.full(8, 0.5), np.arange(8), GROUPS)
    assert halves[0].accuracy.value == 0.5


@given(st.lists(st.integers(0, 30), min_size=1, max_size=40))
def test_every_example_is_in_one_slice(sizes):
    count = len(sizes)
    correct = np.random.default_rng(count).integers(2, size=count).astype(float)
    slices = slices_by_quartile(correct, np.array(sizes), np.arange(count))
    assert len(slices) <= 4
    assert sum(part.examples for part in slices) == count
    total = sum(part.examples * part.accuracy.value for part in slices)
    assert total == pytest.approx(correct.sum())


def test_slices_are_cut_at_the_given_edges_and_empty_ones_left_out():
    slices = slices_at_edges(
        CORRECT, np.array([0, 9, 10, 24, 25, 300, 301, 9]), GROUPS, [9, 24, 49, 99]
    )
    assert [(part.label, part.examples) for part in slices] == [
        ("0 to 9", 3),
        ("10 to 24", 2),
        ("25", 1),
        ("300 to 301", 2),
    ]


def test_the_first_drop_is_the_first_interval_wholly_below_the_first_one():
    intervals = [(0.9, 0.85, 0.95), (0.88, 0.8, 0.9), (0.7, 0.6, 0.84), (0.5, 0.4, 0.6)]
    slices = [Slice(str(n), 10, 10, Interval(*values)) for n, values in enumerate(intervals)]
    assert first_drop(slices).label == "2"
    assert first_drop(slices[:2]) is None


CLASSES = 4


def drawn(seed, n=200, seeds=1):
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, CLASSES, n)
    noise = generator.integers(0, CLASSES, (seeds, n))
    predicted = np.where(generator.random((seeds, n)) < 0.7, labels, noise)
    return labels, predicted, np.arange(n) // 3


def test_scores_are_those_of_scikit_learn():
    labels, predicted, groups = drawn(0)
    expected = precision_recall_fscore_support(labels, predicted[0])
    scores = class_scores(labels, predicted, groups, CLASSES)
    for name, values in zip(("precision", "recall", "f1"), expected[:3], strict=True):
        found = [getattr(one, name).value for one in scores]
        np.testing.assert_allclose(found, values)
    assert [one.support for one in scores] == expected[3].tolist()


def test_the_interval_lies_around_the_score_and_within_a_share():
    for one in class_scores(*drawn(1), CLASSES):
        for interval in (one.precision, one.recall, one.f1):
            assert 0 <= interval.low < interval.value < interval.high <= 1


def test_counts_of_several_seeds_are_added_up():
    labels, predicted, groups = drawn(2, seeds=3)
    both = np.tile(labels, 3), predicted.ravel()
    expected = precision_recall_fscore_support(*both)
    scores = class_scores(labels, predicted, groups, CLASSES)
    np.testing.assert_allclose([one.precision.value for one in scores], expected[0])
    assert [one.support for one in scores] == np.bincount(labels).tolist()
    np.testing.assert_array_equal(
        confusion_counts(labels, predicted, CLASSES), confusion_matrix(*both)
    )


def test_the_same_answers_of_more_seeds_are_no_more_evidence():
    labels, predicted, groups = drawn(3)
    once = class_scores(labels, predicted, groups, CLASSES)
    thrice = class_scores(labels, np.repeat(predicted, 3, axis=0), groups, CLASSES)
    for one, other in zip(once, thrice, strict=True):
        np.testing.assert_allclose(one.f1, other.f1)


def test_what_has_no_denominator_has_no_score():
    labels, predicted = np.array([0, 0, 1]), np.array([[0, 1, 1]])
    *_, never = class_scores(labels, predicted, np.arange(3), 3)
    assert (never.support, never.predicted) == (0, 0)
    assert never.precision is never.recall is never.f1 is None


def test_a_class_without_an_error_is_not_certain():
    labels = np.array([0] * 10 + [1] * 10)
    first, _ = class_scores(labels, labels[None], np.arange(20), 2)
    assert first.recall.value == 1.0
    assert first.recall.low < 0.75


@pytest.mark.parametrize("seed", [4, 5])
def test_the_macro_f1_with_interval_is_that_of_the_metrics(seed):
    labels, predicted, groups = drawn(seed)
    interval = macro_f1_interval(labels, predicted[0], groups, CLASSES)
    assert interval.value == pytest.approx(macro_f1(labels, np.eye(CLASSES)[predicted[0]]))
    assert interval.low < interval.value < interval.high


@pytest.mark.slow
def test_intervals_hold_the_true_scores_about_as_often_as_they_say():
    """Groups of 1 to 5 alike texts; the truth is that of a sample large enough to be it."""
    generator = np.random.default_rng(6)

    def sample(groups):
        sizes = generator.integers(1, 6, groups)
        members = np.repeat(np.arange(groups), sizes)
        labels = generator.choice(3, groups, p=[0.5, 0.3, 0.2])[members]
        is_easy = (generator.random(groups) < 0.75)[members]
        wrong = generator.integers(0, 3, len(members))
        noise = generator.random(len(members)) < 0.1
        return labels, np.where(is_easy & ~noise, labels, wrong), members

    labels, predicted, members = sample(200_000)
    truth = class_scores(labels, predicted[None], members, 3)
    of_all = macro_f1_interval(labels, predicted, members, 3).value
    held = {"precision": 0, "recall": 0, "f1": 0, "macro": 0}
    repetitions = 400
    for _ in range(repetitions):
        labels, predicted, members = sample(150)
        scores = class_scores(labels, predicted[None], members, 3)
        for name in ("precision", "recall", "f1"):
            found, true = getattr(scores[1], name), getattr(truth[1], name).value
            held[name] += found.low <= true <= found.high
        macro = macro_f1_interval(labels, predicted, members, 3)
        held["macro"] += macro.low <= of_all <= macro.high
    assert all(0.91 <= count / repetitions <= 0.985 for count in held.values()), held


def test_confusions_come_by_their_number_and_no_right_answer_is_one():
    counts = np.array([[9, 1, 0], [4, 7, 2], [0, 0, 5]])
    assert most_frequent_confusions(counts, 2) == [(1, 0, 4), (1, 2, 2)]
    assert len(most_frequent_confusions(counts, 10)) == 3
