from typing import Any

import keras
import numpy as np
import pytest

from tfcmp.models.transformer import PositionEncoding, build_transformer, position_sines

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
def model() -> keras.Model:
    keras.utils.set_random_seed(1)
    return build_transformer(VOCABULARY, CLASSES, **SETTINGS)


@pytest.fixture(scope="module")
def ids() -> np.ndarray:
    """Three texts without padding."""
    return np.random.default_rng(0).integers(1, VOCABULARY, (3, LENGTH)).astype(np.int32)


def test_the_encoding_is_that_of_the_paper() -> None:
    """PE(pos, 2i) = sin(pos / 10000^(2i/d)), PE(pos, 2i + 1) = cos of the same angle."""
    sines = np.asarray(position_sines(5, CHANNELS))
    for position in range(5):
        for pair in range(CHANNELS // 2):
            angle = position / 10_000 ** (2 * pair / CHANNELS)
            expected = [np.sin(angle), np.cos(angle)]
            assert sines[position, 2 * pair : 2 * pair + 2] == pytest.approx(expected, abs=1e-6)


def test_vectors_are_scaled_before_their_position_is_added() -> None:
    vectors = np.random.default_rng(0).normal(size=(3, 4, CHANNELS)).astype(np.float32)
    encoded = np.asarray(PositionEncoding()(vectors))
    expected = vectors * CHANNELS**0.5 + np.asarray(position_sines(4, CHANNELS))
    np.testing.assert_allclose(encoded, expected, atol=1e-5)


def test_the_order_of_the_tokens_counts(model: keras.Model, ids: np.ndarray) -> None:
    assert not np.allclose(model(ids), model(ids[:, ::-1]), atol=1e-5)


def test_every_token_has_a_say_in_the_state_of_every_other(
    model: keras.Model, ids: np.ndarray
) -> None:
    states = keras.Model(model.input, model.get_layer("final_norm").output)
    changed = ids.copy()
    changed[:, -1] = ids[:, -1] % (VOCABULARY - 1) + 1
    difference = np.abs(np.asarray(states(ids)) - np.asarray(states(changed))).max(axis=-1)
    assert (difference > 1e-7).all()


def test_dropout_is_off_at_inference(model: keras.Model, ids: np.ndarray) -> None:
    np.testing.assert_array_equal(model(ids), model(ids))
    assert not np.array_equal(model(ids, training=True), model(ids, training=True))
