import numpy as np
import pytest
import tensorflow as tf

from tfcmp.data.batches import Batch
from tfcmp.training.evaluation import Answers, evaluate_split


class TwoBatches:
    """Texts whose batches come in another order than their rows."""

    def evaluation_batches(self, split):
        assert split == "test"
        yield Batch(np.array([[7], [3]], np.int32), np.array([1, 0]), np.array([9, 4]), 2)
        yield Batch(np.array([[5]], np.int32), np.array([1]), np.array([6]), 1)


def forward(ids):
    """Logits in low precision that tell which text they belong to."""
    return tf.cast(tf.concat([tf.zeros_like(ids), ids], axis=1), tf.bfloat16)


@pytest.fixture
def answers():
    return evaluate_split(forward, TwoBatches(), "test")


def test_answers_come_in_the_order_of_the_rows(answers):
    assert answers.rows.tolist() == [4, 6, 9]
    assert answers.labels.tolist() == [0, 1, 1]
    np.testing.assert_allclose(answers.probabilities[:, 1], 1 / (1 + np.exp([-3.0, -5, -7])))


def test_probabilities_are_distributions_in_float32(answers):
    assert answers.probabilities.dtype == np.float32
    np.testing.assert_allclose(answers.probabilities.sum(axis=1), 1, rtol=1e-6)


def test_scores_are_accuracy_mean_negative_log_likelihood_and_macro_f1():
    answers = Answers(
        np.arange(2), np.array([0, 1]), np.array([[0.5, 0.5], [0.75, 0.25]], np.float32)
    )
    assert answers.scores() == {
        "accuracy": 0.5,
        "loss": pytest.approx(-(np.log(0.5) + np.log(0.25)) / 2),
        # Class 0 has an F1 of 2/3, class 1 of 0.
        "macro_f1": pytest.approx(1 / 3),
    }
