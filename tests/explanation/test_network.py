import numpy as np

from .conftest import BIAS, KERNEL, VECTORS


def test_logits_are_those_worked_out_by_hand(make_network):
    rows = [np.array([2, 7, 3], np.int32), np.array([5], np.int32)]
    by_hand = [VECTORS[row].mean(axis=0) @ KERNEL + BIAS for row in rows]
    np.testing.assert_allclose(make_network().logits(rows), by_hand, rtol=1e-6)


def test_probabilities_are_a_distribution_of_them(make_network):
    network, rows = make_network(), [np.array([2, 3], np.int32)]
    logits = network.logits(rows)[0]
    by_hand = np.exp(logits) / np.exp(logits).sum()
    np.testing.assert_allclose(network.probabilities(rows)[0], by_hand, rtol=1e-9)


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
