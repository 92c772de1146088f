from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.dummy import DummyClassifier

from tfcmp.evaluation.baselines import group_majority_predictions, majority_predictions


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
