import numpy as np
import pytest
import tensorflow as tf

from tfcmp.models.sequence_layers import (
    PaddingMask,
    ReverseWithinLength,
    SequencePooling,
    WordDropout,
)

UNKNOWN_ID = 1
# Three texts of 7, 4 and 1 tokens.
LENGTHS = np.array([7, 4, 1])
MASK = np.arange(7) < LENGTHS[:, None]


@pytest.fixture(scope="module")
def states() -> np.ndarray:
    """(batch 3, length 7, channels 4), padding as large as the rest."""
    return np.random.default_rng(0).normal(size=(3, 7, 4)).astype(np.float32)


def real_states(states: np.ndarray) -> list[np.ndarray]:
    return [row[:length] for row, length in zip(states, LENGTHS, strict=True)]


def test_the_mask_is_true_where_a_token_stands() -> None:
    mask = PaddingMask()(tf.constant([[5, 1, 0], [2, 0, 0]]))
    assert mask.numpy().tolist() == [[True, True, False], [True, False, False]]


def test_each_sequence_is_reversed_up_to_its_own_end() -> None:
    sequence = tf.constant([[[1.0], [2.0], [3.0]], [[4.0], [5.0], [9.0]], [[6.0], [9.0], [9.0]]])
    mask = tf.constant([[True, True, True], [True, True, False], [True, False, False]])
    reversed_sequence = ReverseWithinLength()(sequence, mask)
    assert reversed_sequence[:, :, 0].numpy().tolist() == [[3, 2, 1], [5, 4, 9], [6, 9, 9]]


def test_reversing_twice_restores_the_sequence(states: np.ndarray) -> None:
    layer = ReverseWithinLength()
    np.testing.assert_array_equal(layer(layer(states, MASK), MASK), states)


@pytest.mark.parametrize(
    ("mode", "pool"),
    [
        ("max", lambda row: row.max(axis=0)),
        ("mean", lambda row: row.mean(axis=0)),
        ("last", lambda row: row[-1]),
        ("max+mean", lambda row: np.concatenate([row.max(axis=0), row.mean(axis=0)])),
    ],
)
def test_pooling_is_that_of_the_tokens_alone(mode: str, pool, states: np.ndarray) -> None:
    pooled = SequencePooling(mode)(states, MASK)
    expected = np.stack([pool(row) for row in real_states(states)])
    np.testing.assert_allclose(pooled, expected, rtol=1e-6)


@pytest.mark.parametrize("mode", ["max", "mean", "last", "max+mean"])
def test_the_shape_of_the_pooled_states_is_known_beforehand(mode: str, states: np.ndarray) -> None:
    layer = SequencePooling(mode)
    announced = layer.compute_output_spec(tf.constant(states), tf.constant(MASK))
    assert announced.shape == tuple(layer(states, MASK).shape)


@pytest.mark.parametrize("mode", ["max", "mean", "last"])
def test_pooling_of_half_precision_states_stays_finite(mode: str, states: np.ndarray) -> None:
    layer = SequencePooling(mode, dtype="bfloat16")
    pooled = layer(tf.cast(states, "bfloat16"), MASK)
    assert pooled.dtype == tf.bfloat16
    assert np.isfinite(tf.cast(pooled, tf.float32)).all()


def test_word_dropout_is_off_at_inference() -> None:
    ids = np.arange(2, 23, dtype=np.int32).reshape(3, 7)
    np.testing.assert_array_equal(WordDropout(0.9, UNKNOWN_ID)(ids), ids)


def test_word_dropout_hides_the_share_asked_for() -> None:
    ids = np.full((100, 100), 5, np.int32)
    dropped = np.asarray(WordDropout(0.3, UNKNOWN_ID, seed=1)(ids, training=True))
    assert set(np.unique(dropped)) == {UNKNOWN_ID, 5}
    assert (dropped == UNKNOWN_ID).mean() == pytest.approx(0.3, abs=0.02)


def test_word_dropout_never_touches_padding() -> None:
    ids = np.zeros((3, 7), np.int32)
    np.testing.assert_array_equal(WordDropout(0.95, UNKNOWN_ID)(ids, training=True), ids)


def test_word_dropout_differs_from_step_to_step() -> None:
    layer = WordDropout(0.5, UNKNOWN_ID, seed=1)
    ids = np.full((10, 10), 5, np.int32)
    first, second = (np.asarray(layer(ids, training=True)) for _ in range(2))
    assert (first != second).any()
