import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.dummy import DummyClassifier
from sklearn.metrics import f1_score

from tfcmp.evaluation.metrics import (
    accuracy,
    brier_per_example,
    brier_score,
    correct,
    expected_calibration_error,
    group_majority_predictions,
    macro_f1,
    majority_predictions,
    majority_share,
    negative_log_likelihood,
    nll_per_example,
    predicted_classes,
    search_score,
    selection_score,
)

METRICS = [
    accuracy,
    negative_log_likelihood,
    brier_score,
    expected_calibration_error,
    macro_f1,
]
# Three classes, four examples; the last two are wrong.
LABELS = np.array([0, 1, 2, 1])
PROBABILITIES = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.5, 0.25, 0.25], [0.6, 0.3, 0.1]])


@st.composite
def predictions(draw):
    count, classes = draw(st.integers(1, 30)), draw(st.integers(2, 5))
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    labels = generator.integers(classes, size=count)
    return labels, generator.dirichlet(np.full(classes, 0.5), size=count)


def test_accuracy_counts_the_hits():
    assert correct(LABELS, PROBABILITIES).tolist() == [1.0, 1.0, 0.0, 0.0]
    assert accuracy(LABELS, PROBABILITIES) == 0.5


def test_of_equal_probabilities_the_first_class_is_predicted():
    assert predicted_classes(np.array([[0.4, 0.2, 0.4]])).tolist() == [0]


def test_negative_log_likelihood_by_hand():
    expected = [-math.log(share) for share in (0.7, 0.8, 0.25, 0.3)]
    assert nll_per_example(LABELS, PROBABILITIES) == pytest.approx(expected)
    assert negative_log_likelihood(LABELS, PROBABILITIES) == pytest.approx(sum(expected) / 4)


def test_a_certain_error_costs_a_finite_amount():
    contributions = nll_per_example(np.array([1, 0]), np.array([[1.0, 0.0], [1.0, 0.0]]))
    assert contributions == pytest.approx([708.396, 0.0], abs=1e-3)
    assert not np.signbit(contributions[1])


def test_brier_score_by_hand():
    expected = [0.09 + 0.04 + 0.01, 0.06, 0.25 + 0.0625 + 0.5625, 0.36 + 0.49 + 0.01]
    assert brier_per_example(LABELS, PROBABILITIES) == pytest.approx(expected)
    assert brier_score(LABELS, PROBABILITIES) == pytest.approx(sum(expected) / 4)


def test_a_certain_error_has_the_highest_brier_score():
    assert brier_score(np.array([1]), np.array([[1.0, 0.0]])) == 2.0


def test_the_probabilities_are_left_as_they_are():
    probabilities = PROBABILITIES.copy()
    brier_score(LABELS, probabilities)
    assert (probabilities == PROBABILITIES).all()


def test_calibration_error_by_hand():
    # Confidences 0.7, 0.8, 0.5, 0.6 fall into four bins of one example each.
    expected = (0.3 + 0.2 + 0.5 + 0.6) / 4
    assert expected_calibration_error(LABELS, PROBABILITIES) == pytest.approx(expected)


def test_examples_of_one_bin_make_up_for_each_other():
    probabilities = np.array([[0.75, 0.25]] * 4)
    assert expected_calibration_error(np.array([0, 0, 0, 1]), probabilities) == 0.0


def test_macro_f1_by_hand():
    # F1: 2/(2 + 2) for class 0, 2/(2 + 1) for class 1, 0 for class 2.
    assert macro_f1(LABELS, PROBABILITIES) == pytest.approx((1 / 2 + 2 / 3 + 0) / 3)


def test_a_class_that_never_occurs_is_left_out_of_macro_f1():
    assert macro_f1(np.array([0, 1]), np.array([[0.9, 0.1, 0.0], [0.1, 0.9, 0.0]])) == 1.0


def test_the_majority_share_is_that_of_the_most_frequent_label():
    assert majority_share(LABELS) == 0.5


def test_single_precision_gives_double_precision_results():
    probabilities = PROBABILITIES.astype(np.float32)
    assert nll_per_example(LABELS, probabilities).dtype == np.float64
    assert brier_per_example(LABELS, probabilities).dtype == np.float64


@settings(deadline=None)
@given(predictions())
def test_macro_f1_is_that_of_scikit_learn(arrays):
    labels, probabilities = arrays
    expected = f1_score(labels, predicted_classes(probabilities), average="macro")
    assert macro_f1(labels, probabilities) == pytest.approx(expected)


@settings(deadline=None)
@given(predictions(), st.randoms())
def test_the_order_of_classes_does_not_matter(arrays, random):
    labels, probabilities = arrays
    order = list(range(probabilities.shape[1]))
    random.shuffle(order)
    place = np.argsort(order)
    for metric in METRICS:
        moved = metric(place[labels], probabilities[:, order])
        assert moved == pytest.approx(metric(labels, probabilities))


@st.composite
def grouped_labels(draw):
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    count, other = draw(st.integers(1, 40)), draw(st.integers(1, 40))
    classes = draw(st.integers(1, 4))
    return (
        generator.integers(classes, size=count),
        generator.integers(-3, 6, size=count),
        generator.integers(-3, 9, size=other),
    )


def loop_predictions(labels, groups, asked):
    """Group by group, with the tie broken by the overall majority."""
    overall = min(Counter(labels).items(), key=lambda item: (-item[1], item[0]))[0]
    predictions = []
    for group in asked:
        counts = Counter(label for label, own in zip(labels, groups, strict=True) if own == group)
        best = max(counts.values(), default=0)
        tied = sorted(label for label in counts if counts[label] == best)
        predictions.append(overall if overall in tied or not tied else tied[0])
    return predictions


def test_groups_answer_their_majority():
    labels, groups = np.array([1, 1, 0, 0, 0]), np.array([7, 7, 7, 9, 9])
    assert group_majority_predictions(labels, groups, np.array([9, 7, 9])).tolist() == [0, 1, 0]


def test_a_group_that_training_lacks_gets_the_overall_majority():
    labels, groups = np.array([1, 1, 1, 0]), np.array([1, 1, 2, 3])
    assert group_majority_predictions(labels, groups, np.array([4, 3])).tolist() == [1, 0]


def test_a_balanced_group_gets_the_overall_majority():
    labels, groups = np.array([0, 1, 1, 1]), np.array([1, 1, 2, 2])
    assert group_majority_predictions(labels, groups, np.array([1])).tolist() == [1]


@given(grouped_labels())
def test_it_equals_a_loop_over_groups(arrays):
    labels, groups, asked = (array.tolist() for array in arrays)
    assert group_majority_predictions(*arrays).tolist() == loop_predictions(labels, groups, asked)


@given(grouped_labels())
def test_the_majority_is_that_of_scikit_learn(arrays):
    labels, groups, asked = arrays
    dummy = DummyClassifier(strategy="most_frequent").fit(groups[:, None], labels)
    expected = dummy.predict(asked[:, None])
    assert majority_predictions(labels, len(asked)).tolist() == expected.tolist()


def test_groups_that_agree_leak_their_label():
    generator = np.random.default_rng(0)
    leaning = generator.random(100) < 0.5
    groups = generator.integers(100, size=2000)
    labels = (leaning[groups] ^ (generator.random(2000) < 0.1)).astype(int)
    leaked = group_majority_predictions(labels[:1600], groups[:1600], groups[1600:])
    assert (leaked == labels[1600:]).mean() == pytest.approx(0.9, abs=0.04)


SCORES = {"accuracy": 0.8, "loss": 0.3, "macro_f1": 0.6}


@pytest.mark.parametrize(("selection", "score"), [("accuracy", 0.8), ("macro_f1", 0.6)])
def test_a_share_is_the_better_the_higher(selection, score):
    assert selection_score(selection, SCORES) == score


def test_a_loss_is_the_better_the_lower():
    assert selection_score("loss", SCORES) > selection_score("loss", {"loss": 0.4})


def test_trials_are_compared_by_shares_only():
    assert [search_score(name) for name in SCORES] == ["accuracy", "accuracy", "macro_f1"]
