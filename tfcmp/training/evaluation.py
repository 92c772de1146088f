"""Probabilities for every text of a split."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from tfcmp.evaluation.metrics import accuracy, macro_f1, negative_log_likelihood
from tfcmp.training.texts import Texts


@dataclass(frozen=True, eq=False)
class Answers:
    """A model's answers to a split: rows (n,), labels (n,), probabilities (n, classes) float32."""

    rows: np.ndarray
    labels: np.ndarray
    probabilities: np.ndarray

    def scores(self) -> dict[str, float]:
        """Accuracy, mean negative log-likelihood and macro F1, of texts that all count the same."""
        return {
            "accuracy": accuracy(self.labels, self.probabilities),
            "loss": negative_log_likelihood(self.labels, self.probabilities),
            "macro_f1": macro_f1(self.labels, self.probabilities),
        }


def evaluate_split(forward: Callable[[tf.Tensor], tf.Tensor], texts: Texts, split: str) -> Answers:
    """Answers of the model behind `forward` (ids to logits), in the order of the corpus' rows."""
    rows, labels, probabilities = [], [], []
    for batch in texts.evaluation_batches(split):
        logits = tf.cast(forward(batch.ids), tf.float32)
        rows.append(batch.rows)
        labels.append(batch.labels)
        probabilities.append(tf.nn.softmax(logits).numpy())
    all_rows = np.concatenate(rows)
    order = np.argsort(all_rows)
    return Answers(
        all_rows[order], np.concatenate(labels)[order], np.concatenate(probabilities)[order]
    )
