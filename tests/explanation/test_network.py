import numpy as np
from scipy.special import softmax

from .conftest import BIAS, KERNEL, VECTORS


def test_logits_are_those_worked_out_by_hand(make_network):
    rows = [np.array([2, 7, 3], np.int32), np.array([5], np.int32)]
    by_hand = [VECTORS[row].mean(axis=0) @ KERNEL + BIAS for row in rows]
    network = make_network()
    np.testing.assert_allclose(network.logits(rows), by_hand, rtol=1e-6)
    np.testing.assert_allclose(network.probabilities(rows), softmax(by_hand, axis=1), rtol=1e-6)


def test_rows_in_small_batches_come_back_in_order(make_network):
    network = make_network("max")
    rows = [np.arange(2, 3 + n % 5, dtype=np.int32) for n in range(20)]
    whole = network.logits(rows)
    network.tokens_per_batch = 6
    np.testing.assert_allclose(network.logits(rows), whole, atol=1e-6)


def test_weights_are_shuffled_inside_the_block_and_back_behind_it(make_network):
    network, rows = make_network(), [np.array([2, 7], np.int32)]
    before = network.logits(rows)
    values = [weight.numpy() for weight in network.core.weights]
    with network.shuffled(3):
        assert not np.allclose(network.logits(rows), before)
        for weight, value in zip(network.core.weights, values, strict=True):
            np.testing.assert_array_equal(np.sort(weight.numpy(), None), np.sort(value, None))
    np.testing.assert_array_equal(network.logits(rows), before)
