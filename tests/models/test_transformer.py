from typing import Any

import keras
import numpy as np
import pytest

from tfcmp.models.transformer import PositionEmbedding, build_transformer

VOCABULARY, CLASSES, MAX_LENGTH, CHANNELS = 11, 3, 7, 6
SETTINGS: dict[str, Any] = {
    "max_length": MAX_LENGTH,
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
    """Three texts of as many tokens as there are positions."""
    return np.random.default_rng(0).integers(1, VOCABULARY, (3, MAX_LENGTH)).astype(np.int32)


def test_a_text_may_have_as_many_tokens_as_there_are_positions(
    model: keras.Model, ids: np.ndarray
) -> None:
    assert model(ids).shape == (3, CLASSES)


def test_a_position_embedding_adds_the_vector_of_each_position() -> None:
    layer = PositionEmbedding(MAX_LENGTH)
    vectors = np.random.default_rng(0).normal(size=(3, 4, 5)).astype(np.float32)
    added = np.asarray(layer(vectors)) - vectors
    table = layer.get_weights()[0]
    assert table.shape == (MAX_LENGTH, 5)
    np.testing.assert_allclose(added, np.broadcast_to(table[:4], (3, 4, 5)), atol=1e-6)


def test_the_order_of_the_tokens_counts(model: keras.Model, ids: np.ndarray) -> None:
    assert not np.allclose(model(ids), model(ids[:, ::-1]), atol=1e-5)


def test_without_positions_the_order_of_the_tokens_does_not_count(ids: np.ndarray) -> None:
    model = build_transformer(VOCABULARY, CLASSES, **SETTINGS)
    model.get_layer("position_embedding").set_weights([np.zeros((MAX_LENGTH, CHANNELS))])
    np.testing.assert_allclose(model(ids), model(ids[:, ::-1]), atol=1e-5)


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
