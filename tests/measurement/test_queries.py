import time

import numpy as np
import pytest
import tensorflow as tf

from tfcmp.measurement.cases import InferenceCase
from tfcmp.measurement.queries import curve_by_batch, measure_offline, padding_share

COMPILATION = 0.4


class Compiling:
    """Answers a token a character; takes its time for the first lot of several texts."""

    tokens_per_batch = 6

    def __init__(self, most_texts=None):
        self.is_compiled = False
        self.most_texts = most_texts

    def tokenize(self, texts):
        return [np.ones(len(text), np.int32) for text in texts]

    def probabilities_of(self, ids):
        if self.most_texts is not None and len(ids) > self.most_texts:
            raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor")
        if len(ids) > 1 and not self.is_compiled:
            time.sleep(COMPILATION)
            self.is_compiled = True
        return np.full((len(ids), 2), 0.5)

    def probabilities(self, texts):
        return self.probabilities_of(self.tokenize(texts))


@pytest.fixture
def offline():
    case = InferenceCase("run", "openvino", None, None, (), (), 1, 6, 60.0, is_full=False)
    return measure_offline(Compiling(), ["a", "ccc", "bb"], case)


def test_what_an_engine_compiles_for_many_texts_is_outside_the_clock(offline):
    found, answers = offline
    assert found["seconds"] < COMPILATION
    assert (found["samples"], len(answers)) == (6, 3)


def test_offline_tells_what_its_batches_pad(offline):
    # The texts of three and two tokens in one batch of six places, that of one token alone.
    assert offline[0]["padding_share"] == pytest.approx(1 / 7)


def test_texts_of_one_length_are_not_padded():
    assert padding_share([np.full(5, 3), np.full(2, 4)], 12) == 0


def test_a_query_that_the_memory_does_not_hold_is_left_out_alone():
    curve = curve_by_batch(Compiling(most_texts=4), ["a", "bb"], (2, 8))
    assert curve["2"]["queries"] > 1
    assert "memory is too small for a query of 8 texts" in curve["8"]["left_out"]
