"""Integrated gradients at the token embedding."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from tfcmp.errors import CallError
from tfcmp.explanation.network import Network, replaced_output
from tfcmp.explanation.reading import Reading

# Changes of the logit below this are measured against it: a text that hardly moves the logit would
# have a large relative error of a tiny number.
SMALLEST_CHANGE = 0.1
TOLERANCE = 0.05
FEWEST_STEPS = 50
MOST_STEPS = 400


class Attribution(NamedTuple):
    """What each token adds to a logit.

    Attributes:
        token_scores: (length,) float64; 0 for special tokens, which the baseline has too.
        steps: nodes of the integral.
        completeness_error: see `completeness_error`.
    """

    token_scores: npt.NDArray[np.float64]
    steps: int
    completeness_error: float


class IntegratedGradients:
    """Integrated gradients (Sundararajan et al. 2017) of a logit along the line from a baseline.

    The line ends at the vectors that the token embedding gives, before positions are added or
    anything is normalised. It begins where every token but the special ones has the vector of
    [MASK], or of the padding where there is no such token. The padding mask stays that of the text.
    The integral is a Gauss-Legendre sum.

    Args:
        network: with a token embedding.

    Raises:
        CallError: the network has none.
    """

    def __init__(self, network: Network) -> None:
        if network.embedding is None:
            raise CallError(
                "this model has no token embedding that a gradient could be taken at (a linear "
                "model of n-grams, or a SavedModel, whose inside cannot be reached); explain it "
                "with --method occlusion"
            )
        self.network, self._embedding = network, network.embedding
        mask = network.tokenizer.mask_id
        self.baseline_name = "padding" if mask is None else "mask"
        self._baseline_id = network.tokenizer.padding_id if mask is None else mask
        channels = int(network.embedding.output_dim)
        vectors = tf.TensorSpec([None, channels], tf.float32)
        numbers = tf.TensorSpec([None], tf.float32)
        self._weighted_sum = tf.function(
            self._trace,
            input_signature=[
                tf.TensorSpec([None], tf.int32),
                *(vectors, vectors, numbers, numbers),
                tf.TensorSpec([], tf.int32),
            ],
        )

    def attribute(self, reading: Reading, target: int, steps: int, most: int) -> Attribution:
        """Attribution with `steps` nodes, doubled until the error is under 5 % or `most` is met.

        Args:
            reading: the text.
            target: the class whose logit is explained.
            steps: nodes to begin with.
            most: nodes at most; where `steps` is more, that is done once.
        """
        ids = tf.constant(reading.ids)
        vectors = self._embedding(ids)
        hidden = tf.fill(tf.shape(ids), tf.cast(self._baseline_id, tf.int32))
        baseline = tf.where(
            tf.constant(reading.is_special)[:, None], vectors, self._embedding(hidden)
        )
        change = self._change(ids, vectors, baseline, target)
        while True:
            gradients = self._integral(ids, vectors, baseline, target, steps)
            difference = (vectors - baseline).numpy().astype(np.float64)
            scores = (gradients * difference).sum(axis=1)
            error = completeness_error(float(scores.sum()), change)
            if error < TOLERANCE or steps * 2 > most:
                return Attribution(scores, steps, error)
            steps *= 2

    def _change(
        self, ids: tf.Tensor, vectors: tf.Tensor, baseline: tf.Tensor, target: int
    ) -> float:
        """F(x) - F(x') of the logit."""
        ends = tf.constant([1.0, 0.0])
        logits, _ = self._weighted_sum(
            ids, vectors, baseline, ends, tf.zeros_like(ends), tf.constant(target)
        )
        at_text, at_baseline = logits.numpy().astype(np.float64)
        return float(at_text - at_baseline)

    def _integral(
        self, ids: tf.Tensor, vectors: tf.Tensor, baseline: tf.Tensor, target: int, steps: int
    ) -> npt.NDArray[np.float64]:
        """(length, channels) float64: the gradient's mean over the line."""
        places, weights = np.polynomial.legendre.leggauss(steps)
        places, weights = (places + 1) / 2, weights / 2
        rows = max(1, self.network.tokens_per_batch // len(ids))
        total = np.zeros(vectors.shape)
        for start in range(0, steps, rows):
            part = slice(start, start + rows)
            _, gradients = self._weighted_sum(
                ids,
                vectors,
                baseline,
                tf.constant(places[part], tf.float32),
                tf.constant(weights[part], tf.float32),
                tf.constant(target),
            )
            total += gradients.numpy()
        return total

    def _trace(
        self,
        ids: tf.Tensor,
        vectors: tf.Tensor,
        baseline: tf.Tensor,
        places: tf.Tensor,
        weights: tf.Tensor,
        target: tf.Tensor,
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Logits (nodes,) at places on the line, and the weighted sum of the gradients there."""
        line = baseline + places[:, None, None] * (vectors - baseline)
        same_ids = tf.repeat(ids[None, :], tf.shape(places)[0], axis=0)
        # Of the vectors alone: gradients of the weights would cost half as much again.
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(line)
            with replaced_output(self._embedding, line):
                logits = self.network.core(same_ids, training=False)[:, target]
            weighted = tf.reduce_sum(logits * weights)
        return logits, tf.reduce_sum(tape.gradient(weighted, line), axis=0)


def completeness_error(attributed: float, change: float) -> float:
    """abs(sum of the attributions - (F(x) - F(x'))) / max(abs(F(x) - F(x')), 0.1)."""
    return abs(attributed - change) / max(abs(change), SMALLEST_CHANGE)
