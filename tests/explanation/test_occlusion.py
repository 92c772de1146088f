import numpy as np

from tfcmp.explanation.network import Network
from tfcmp.explanation.occlusion import occlude
from tfcmp.explanation.reading import read_text
from tfcmp.inference.classifier import keras_classifier
from tfcmp.models.building import build_text_classifier
from tfcmp.models.linear import build_bag_of_ngrams

from .conftest import KERNEL, VECTORS


def test_a_word_is_worth_what_the_logit_loses_with_it(make_network):
    network = make_network("square")
    ids = np.array([2, 7, 3])
    logit = np.square(VECTORS[ids].sum(axis=0)) @ KERNEL[:, 1]
    by_hand = [
        logit - np.square(VECTORS[np.delete(ids, place)].sum(axis=0)) @ KERNEL[:, 1]
        for place in range(3)
    ]
    reading = read_text(network.tokenizer, "word2 word7 word3")
    np.testing.assert_allclose(occlude(network, reading, 1), by_hand, rtol=1e-5)


def test_of_a_linear_model_it_is_the_exact_contribution(word_tokenizer):
    """Single words alone: the weight of the word times its ratio."""
    core = build_bag_of_ngrams(2, orders=1, features=4)
    core.get_layer("ngram_features").keys.assign([2, 3, 5, 7])
    layer = core.get_layer("logits")
    ratios = np.arange(10, dtype=np.float32).reshape(5, 2)
    ratios[0] = 0
    layer.ratios.assign(ratios)
    layer.weights_of_features.assign(np.full((5, 2), 0.5))
    network = Network(
        keras_classifier(build_text_classifier(word_tokenizer(), core), ("neg", "pos"))
    )
    assert network.embedding is None
    reading = read_text(network.tokenizer, "word2 word5 word4 word5")
    # word5 stands there twice and counts once: neither alone is missed.
    np.testing.assert_allclose(occlude(network, reading, 1), [1.5, 0.0, 0.0, 0.0])


def test_a_text_of_one_word_is_compared_with_the_empty_text(make_network):
    network = make_network("mean")
    reading = read_text(network.tokenizer, "word2")
    by_hand = (VECTORS[2] - VECTORS[1]) @ KERNEL[:, 0]
    np.testing.assert_allclose(occlude(network, reading, 0), [by_hand], rtol=1e-5)


def test_words_that_are_not_read_have_no_score(make_network):
    network = make_network()
    network.tokenizer.max_length = 2
    reading = read_text(network.tokenizer, "word2 word3 word4")
    assert np.isnan(occlude(network, reading, 0)).tolist() == [False, False, True]


def test_a_text_without_words_has_no_scores(make_network):
    network = make_network()
    assert occlude(network, read_text(network.tokenizer, ""), 0).shape == (0,)
