import keras
import numpy as np
import pytest

import tfcmp
from tfcmp.errors import CallError
from tfcmp.inference.classifier import compute_in_bfloat16
from tfcmp.models.linear import build_bag_of_ngrams
from tfcmp.models.pretrained import build_pretrained

IDS = np.array([[2, 5, 7, 3], [2, 9, 3, 0]], np.int32)


@pytest.fixture
def policy():
    """The function name -> sets the policy of new layers until the test ends."""
    before = keras.config.dtype_policy()
    yield keras.config.set_dtype_policy
    keras.config.set_dtype_policy(before)


@pytest.fixture
def bert(tiny_preset):
    """The function -> a core on a tiny BERT, under the policy of the moment."""

    def build(*, with_weights=True):
        return build_pretrained(
            tiny_preset("bert"),
            padding_id=0,
            classes=2,
            pooling="mean",
            dropout=0.0,
            freeze=False,
            lora_rank=None,
            with_weights=with_weights,
        )

    return build


def test_a_loaded_model_computes_as_in_training(bert, policy):
    policy("float32")
    loaded = bert()
    exact = loaded(IDS).numpy()
    policy("mixed_bfloat16")
    trained = bert(with_weights=False)
    trained.set_weights(loaded.get_weights())
    compute_in_bfloat16(loaded)
    rounded = loaded(IDS).numpy()
    np.testing.assert_allclose(rounded, trained(IDS).numpy(), rtol=0, atol=1e-6)
    assert np.abs(rounded - exact).max() > 0


def test_weights_and_logits_stay_in_float32(bert):
    model = bert()
    compute_in_bfloat16(model)
    assert {weight.dtype for weight in model.weights} == {"float32"}
    assert model.get_layer("logits").compute_dtype == "float32"
    assert model(IDS).dtype == "float32"


def test_a_linear_model_has_nothing_to_round():
    with pytest.raises(CallError, match="expected float32"):
        compute_in_bfloat16(build_bag_of_ngrams(2, orders=1, features=10))


def test_a_recurrent_run_answers_in_bfloat16_nearly_as_in_float32(finished_run):
    texts = ["a film that is not good", "", "good good good"]
    exact = tfcmp.load(finished_run).probabilities(texts)
    rounded = tfcmp.load(finished_run, precision="bf16").probabilities(texts)
    np.testing.assert_allclose(rounded, exact, atol=2e-2)
    assert (rounded != exact).any()
    assert rounded.dtype == np.float32
