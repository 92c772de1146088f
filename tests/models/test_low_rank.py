import keras
import numpy as np
import pytest

from tfcmp.models.low_rank import whole_weights
from tfcmp.models.pretrained import build_pretrained

IDS = np.array([[2, 5, 6, 8, 3], [2, 9, 3, 0, 0]], np.int32)


@pytest.fixture
def build(tiny_preset):
    def make(lora_rank, **settings):
        return build_pretrained(
            tiny_preset("bert"),
            padding_id=0,
            classes=3,
            pooling="mean",
            dropout=0.0,
            freeze=False,
            lora_rank=lora_rank,
            **settings,
        )

    return make


def test_a_model_with_updates_and_its_twin_with_whole_weights_answer_the_same(build):
    core, twin = build(2), build(None, with_weights=False)
    draw = np.random.default_rng(0)
    for weight in core.trainable_weights:
        weight.assign(draw.normal(scale=0.3, size=weight.shape))
    twin.set_weights(whole_weights(core))
    np.testing.assert_allclose(twin(IDS), core(IDS), atol=1e-5)


def test_the_updates_count(build):
    core, twin = build(2), build(None, with_weights=False)
    layer = core.get_layer("encoder").transformer_layers[0]._self_attention_layer.query_dense
    layer.lora_kernel_b.assign(np.ones(layer.lora_kernel_b.shape))
    twin.set_weights(whole_weights(core))
    whole = twin.get_layer("encoder").transformer_layers[0]._self_attention_layer.query_dense
    assert np.abs(whole.kernel - layer._kernel).max() > 0.01


def test_without_updates_the_weights_are_those_of_the_model():
    core = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    for one, other in zip(whole_weights(core), core.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
