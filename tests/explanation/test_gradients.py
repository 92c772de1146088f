import keras
import numpy as np
import pytest

from tfcmp.errors import CallError
from tfcmp.explanation import gradients as gradients_module
from tfcmp.explanation.gradients import IntegratedGradients, completeness_error
from tfcmp.explanation.network import Network
from tfcmp.explanation.reading import read_text
from tfcmp.inference.classifier import keras_classifier
from tfcmp.models.building import build_text_classifier
from tfcmp.models.linear import build_bag_of_ngrams

from .conftest import KERNEL, VECTORS

TEXT = "word2 word7 word3"
IDS = [2, 7, 3]


def attribute(network, text=TEXT, target=1, steps=50, most=400):
    reading = read_text(network.tokenizer, text)
    return IntegratedGradients(network).attribute(reading, target, steps, most)


def test_of_a_linear_model_a_token_adds_its_own_part(make_network):
    """F = mean over three tokens of (vector . kernel): each token adds a third of its distance."""
    found = attribute(make_network("mean"))
    by_hand = (VECTORS[IDS] - VECTORS[0]) @ KERNEL[:, 1] / 3
    np.testing.assert_allclose(found.token_scores, by_hand, atol=1e-6)
    assert found.completeness_error < 1e-6
    assert found.steps == 50


def test_of_a_square_the_integral_is_exact(make_network):
    """F = kernel . (sum of vectors)^2. Along the line from x' to x, with sums S' and S, the mean
    gradient is kernel * (S' + S), so token i adds kernel . ((S' + S) * (x_i - x'))."""
    found = attribute(make_network("square"), target=0, steps=2)
    ends = VECTORS[IDS].sum(axis=0) + 3 * VECTORS[0]
    by_hand = ((VECTORS[IDS] - VECTORS[0]) * ends) @ KERNEL[:, 0]
    np.testing.assert_allclose(found.token_scores, by_hand, rtol=1e-5)
    assert found.completeness_error < 1e-5


def test_nodes_in_several_batches_give_the_same(make_network):
    network = make_network("max")
    whole = attribute(network)
    network.tokens_per_batch = 7
    np.testing.assert_allclose(attribute(network).token_scores, whole.token_scores, atol=1e-5)


def test_the_error_is_measured_against_the_change_or_a_tenth():
    assert completeness_error(1.9, 2.0) == pytest.approx(0.05)
    assert completeness_error(-1.0, -2.0) == pytest.approx(0.5)
    assert completeness_error(0.02, 0.01) == pytest.approx(0.1)


def test_steps_are_doubled_until_the_error_is_small(make_network, monkeypatch):
    monkeypatch.setattr(gradients_module, "TOLERANCE", 0.0)
    assert attribute(make_network("max"), steps=3, most=20).steps == 12


def test_more_steps_than_the_limit_are_taken_once(make_network, monkeypatch):
    monkeypatch.setattr(gradients_module, "TOLERANCE", 0.0)
    assert attribute(make_network(), steps=30, most=20).steps == 30


def test_the_network_answers_as_before_and_on_any_length(make_network):
    network = make_network("max")
    reading = read_text(network.tokenizer, TEXT)
    before = network.logits([reading.ids])
    attribute(network)
    attribute(network, "word4")
    np.testing.assert_array_equal(network.logits([reading.ids]), before)


def test_a_model_without_token_embedding_is_refused(word_tokenizer):
    core = build_bag_of_ngrams(2, orders=2, features=5)
    network = Network(
        keras_classifier(build_text_classifier(word_tokenizer(), core), ("neg", "pos"))
    )
    with pytest.raises(CallError, match="--method occlusion"):
        IntegratedGradients(network)


FAMILIES = [
    "bert",
    *(
        pytest.param(family, marks=pytest.mark.slow)
        for family in ("albert", "electra", "distilbert", "roberta", "deberta")
    ),
]


@pytest.mark.parametrize("family", FAMILIES)
def test_every_encoder_is_entered_behind_its_token_embedding(tiny_preset, family):
    from tfcmp.models.preset_tokenizer import build_preset_tokenizer
    from tfcmp.models.pretrained import build_pretrained

    keras.utils.set_random_seed(4)
    tokenizer = build_preset_tokenizer(tiny_preset(family), None, "head")
    core = build_pretrained(
        tiny_preset(family),
        padding_id=tokenizer.padding_id,
        classes=2,
        pooling="first",
        dropout=0.1,
        freeze=False,
        lora_rank=None,
    )
    tokenizer.name = "tokenizer"
    network = Network(keras_classifier(build_text_classifier(tokenizer, core), ("neg", "pos")))
    reading = read_text(tokenizer, "the film was not bad")
    method = IntegratedGradients(network)
    assert method.baseline_name == "mask"
    found = method.attribute(reading, 0, 50, 50)
    assert found.completeness_error < 0.01
    assert (found.token_scores[reading.is_special] == 0).all()
    assert (found.token_scores[~reading.is_special] != 0).all()
