import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from tfcmp.evaluation.by_class import (
    class_scores,
    confusion_counts,
    macro_f1_interval,
    most_frequent_confusions,
)
from tfcmp.evaluation.metrics import macro_f1

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
