from typing import Any

import keras
import numpy as np
import pytest

from tfcmp.errors import CallError
from tfcmp.models.building import count_parameters
from tfcmp.models.transformer import (
    PositionEncoding,
    build_transformer,
    encoder_parameters,
    matching_size,
    position_sines,
)

VOCABULARY, CLASSES, LENGTH, CHANNELS = 11, 3, 7, 6
SETTINGS: dict[str, Any] = {
    "embedding_size": CHANNELS,
    "layers": 2,
    "heads": 2,
    "feed_forward_size": 5,
    "pooling": "mean",
    "word_dropout": 0.0,
    "embedding_dropout": 0.0,
    "dropout": 0.1,
}


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(1)
    return build_transformer(VOCABULARY, CLASSES, **SETTINGS)


@pytest.fixture(scope="module")
def ids():
    """Three texts without padding."""
    return np.random.default_rng(0).integers(1, VOCABULARY, (3, LENGTH)).astype(np.int32)


def test_the_encoding_is_that_of_the_paper():
    """PE(pos, 2i) = sin(pos / 10000^(2i/d)), PE(pos, 2i + 1) = cos of the same angle."""
    sines = np.asarray(position_sines(5, CHANNELS))
    for position in range(5):
        for pair in range(CHANNELS // 2):
            angle = position / 10_000 ** (2 * pair / CHANNELS)
            expected = [np.sin(angle), np.cos(angle)]
            assert sines[position, 2 * pair : 2 * pair + 2] == pytest.approx(expected, abs=1e-6)


def test_vectors_are_scaled_before_their_position_is_added():
    vectors = np.random.default_rng(0).normal(size=(3, 4, CHANNELS)).astype(np.float32)
    encoded = np.asarray(PositionEncoding()(vectors))
    expected = vectors * CHANNELS**0.5 + np.asarray(position_sines(4, CHANNELS))
    np.testing.assert_allclose(encoded, expected, atol=1e-5)


def test_the_order_of_the_tokens_counts(model, ids):
    assert not np.allclose(model(ids), model(ids[:, ::-1]), atol=1e-5)


def test_every_token_has_a_say_in_the_state_of_every_other(model, ids):
    states = keras.Model(model.input, model.get_layer("final_norm").output)
    changed = ids.copy()
    changed[:, -1] = ids[:, -1] % (VOCABULARY - 1) + 1
    difference = np.abs(np.asarray(states(ids)) - np.asarray(states(changed))).max(axis=-1)
    assert (difference > 1e-7).all()


def test_dropout_is_off_at_inference(model, ids):
    np.testing.assert_array_equal(model(ids), model(ids))
    assert not np.array_equal(model(ids, training=True), model(ids, training=True))


@pytest.mark.parametrize("pooling", ["max", "mean", "last", "max+mean"])
@pytest.mark.parametrize(
    ("channels", "layers", "feed_forward_size", "classes", "heads"),
    [(6, 1, 5, 2, 2), (8, 3, 20, 3, 4), (4, 2, 4, 7, 1)],
)
def test_the_count_is_that_of_the_built_model(
    channels, layers, feed_forward_size, classes, heads, pooling
):
    model = build_transformer(
        11,
        classes,
        embedding_size=channels,
        layers=layers,
        heads=heads,
        feed_forward_size=feed_forward_size,
        pooling=pooling,
        word_dropout=0.1,
        embedding_dropout=0.1,
        dropout=0.1,
    )
    counted = encoder_parameters(channels, layers, feed_forward_size, classes, pooling)
    assert counted == count_parameters(model)["without_embedding"]


@pytest.mark.parametrize("target", [100_000, 130_242, 500_000, 1_234_567])
def test_the_found_size_is_within_2_percent_of_the_target(target):
    layers, width = matching_size(target, 128, 2, "max")
    reached = encoder_parameters(128, layers, width, 2, "max")
    assert abs(reached - target) <= 0.02 * target
    assert 128 <= width <= 8 * 128


def test_the_fewest_layers_are_taken():
    target = encoder_parameters(16, 2, 16, 2, "max")
    assert matching_size(target, 16, 2, "max")[0] == 1


@pytest.mark.parametrize(("target", "advice"), [(1_000, "smaller"), (100_000_000, "larger")])
def test_a_target_out_of_reach_is_a_wrong_call(target, advice):
    with pytest.raises(CallError, match=rf"--architecture\.match.*{target}.*{advice}"):
        matching_size(target, 32, 2, "max")
