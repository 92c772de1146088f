import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfcmp.inference.export.parity import KerasAnswers, compare


def answers_of(shares):
    first = np.asarray(shares, np.float32)
    return np.stack([first, 1 - first], axis=1)


def keras_answers(shares, labels=None):
    shares = np.asarray(shares, np.float32)
    labels = (shares < 0.5).astype(int) if labels is None else np.asarray(labels)
    return KerasAnswers([f"{n}" for n in range(len(shares))], labels, answers_of(shares))


def test_a_label_may_change_where_keras_is_undecided():
    found = compare(keras_answers([0.5002, 0.9]), answers_of([0.4998, 0.9]), "float32")
    assert (found["changed_labels"], found["changed_beyond_margin"]) == (1, 0)
    assert found["refused"] is None


def test_a_label_that_changes_beyond_the_margin_is_refused_in_float32():
    found = compare(keras_answers([0.51, 0.9]), answers_of([0.49, 0.9]), "float32")
    assert found["changed_beyond_margin"] == 1
    assert "1 labels change where Keras is decided by more than 0.001" in found["refused"]


@pytest.mark.parametrize(("changed", "is_refused"), [(5, False), (6, True)])
def test_in_less_than_float32_a_share_of_the_labels_may_change(changed, is_refused):
    expected = np.full(1000, 0.6)
    # As many right ones become wrong as wrong ones right.
    labels = np.arange(1000) % 2
    answers = expected.copy()
    answers[:changed] = 0.4
    found = compare(keras_answers(expected, labels), answers_of(answers), "bf16")
    assert bool(found["refused"]) == is_refused
    if is_refused:
        assert found["refused"] == "0.60% of the labels change, more than 0.5%"


@pytest.mark.parametrize(("lost", "is_refused"), [(1, False), (2, True)])
def test_in_less_than_float32_a_little_accuracy_may_be_lost(lost, is_refused):
    answers = np.full(1000, 0.6)
    answers[:lost] = 0.4
    found = compare(keras_answers(np.full(1000, 0.6)), answers_of(answers), "int8")
    assert bool(found["refused"]) == is_refused


def test_accuracy_that_is_won_is_no_loss():
    expected = keras_answers(np.full(1000, 0.6), [1] * 4 + [0] * 996)
    answers = np.full(1000, 0.6)
    answers[:4] = 0.4
    found = compare(expected, answers_of(answers), "int8")
    assert found["accuracy"] == {"keras_float32": 0.996, "export": 1.0}
    assert found["refused"] is None


@given(
    st.lists(st.floats(0, 1, width=32), min_size=1), st.sampled_from(["float32", "bf16", "int8"])
)
def test_the_same_answers_are_never_refused(shares, precision):
    expected = keras_answers(shares)
    found = compare(expected, expected.probabilities.copy(), precision)
    assert found["largest_difference"] == found["changed_labels"] == 0
    assert found["refused"] is None
