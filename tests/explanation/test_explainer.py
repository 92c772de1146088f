import json

import numpy as np
import pytest

import tfcmp
from tfcmp.errors import CallError
from tfcmp.explanation.explainer import Explainer, occlude
from tfcmp.explanation.network import Network
from tfcmp.explanation.reading import read_text
from tfcmp.inference.classifier import keras_classifier
from tfcmp.models.building import build_text_classifier
from tfcmp.models.linear import build_bag_of_ngrams

from .conftest import KERNEL, VECTORS


@pytest.fixture(scope="module")
def explainers(finished_run):
    network = Network(tfcmp.load(finished_run))
    return {method: Explainer(network, method) for method in ("ig", "occlusion")}


@pytest.mark.parametrize("method", ["ig", "occlusion"])
def test_any_text_has_an_explanation_that_json_takes(explainers, method):
    long = "not bad, <br /> at all!" * 30
    for text in ("", " ", "good", long, "\ud800", "\U0001f600 a\x00b", "?!"):
        described = explainers[method].explain(text).describe()
        assert described["text"] == text
        assert json.loads(json.dumps(described, allow_nan=False)) == described
        for word in described["words"]:
            assert text[word["start"] : word["end"]] == word["word"]


def test_words_and_the_rest_add_up_to_the_change_of_the_logit(explainers):
    explainer = explainers["ig"]
    found = explainer.explain("The film was not good.")
    network, reading = explainer.network, found.reading
    target = network.classes.index(found.label)
    padding = np.full_like(reading.ids, network.tokenizer.padding_id)
    vectors = network.embedding(padding[None])
    assert vectors.shape[-1] == 6
    assert found.completeness_error < 0.05
    scores = explainer.gradients.attribute(reading, target, 50, 400).token_scores
    assert np.nansum(found.scores) + found.rest == pytest.approx(scores.sum())


def test_the_predicted_class_is_explained_unless_another_is_asked_for(explainers):
    explainer = explainers["occlusion"]
    found = explainer.explain("a fine film")
    other = next(name for name in explainer.network.classes if name != found.label)
    asked = explainer.explain("a fine film", other)
    assert found.probability > 0.5
    assert asked.label == other
    assert asked.probability == pytest.approx(1 - found.probability)


def test_words_beyond_the_limit_are_counted_and_have_no_score(explainers):
    described = explainers["ig"].explain("word " * 50).describe()
    assert described["words_cut"] == 10
    assert [word["score"] is None for word in described["words"]] == [False] * 40 + [True] * 10


def test_the_price_and_the_making_are_told(explainers):
    told = explainers["ig"].explain("a fine film").describe()
    assert told["steps"] in (50, 100, 200, 400)
    assert told["complete"] is (told["completeness_error"] < 0.05)
    assert told["baseline"] == "padding"
    assert told["seconds"] > 0
    told = explainers["occlusion"].explain("a fine film").describe()
    assert (told["steps"], told["completeness_error"], told["baseline"]) == (None, None, None)


def test_without_a_choice_the_first_method_that_the_model_allows_is_taken(
    explainers, word_tokenizer
):
    from tfcmp.inference.classifier import keras_classifier
    from tfcmp.models.building import build_text_classifier

    assert Explainer(explainers["ig"].network).method == "ig"
    core = build_bag_of_ngrams(2, orders=1, features=3)
    linear = Network(
        keras_classifier(build_text_classifier(word_tokenizer(), core), ("neg", "pos"))
    )
    assert Explainer(linear).method == "occlusion"
    with pytest.raises(CallError, match="no token embedding"):
        Explainer(linear, "ig")


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


def test_words_that_are_not_read_have_no_score_and_a_text_without_words_none(make_network):
    network = make_network()
    network.tokenizer.max_length = 2
    reading = read_text(network.tokenizer, "word2 word3 word4")
    assert np.isnan(occlude(network, reading, 0)).tolist() == [False, False, True]
    assert occlude(network, read_text(network.tokenizer, ""), 0).shape == (0,)
