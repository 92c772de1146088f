import keras
import numpy as np
import pytest
import tensorflow as tf

from tfcmp.models.sequence_layers import (
    PaddingMask,
    ReverseWithinLength,
    SequencePooling,
    WordDropout,
    classification_head,
    embedded_tokens,
)

UNKNOWN_ID = 1
# Three texts of 7, 4 and 1 tokens.
LENGTHS = np.array([7, 4, 1])
MASK = np.arange(7) < LENGTHS[:, None]


@pytest.fixture(scope="module")
def states():
    """(batch 3, length 7, channels 4), padding as large as the rest."""
    return np.random.default_rng(0).normal(size=(3, 7, 4)).astype(np.float32)


def real_states(states):
    return [row[:length] for row, length in zip(states, LENGTHS, strict=True)]


def test_the_mask_is_true_where_a_token_stands():
    mask = PaddingMask()(tf.constant([[5, 1, 0], [2, 0, 0]]))
    assert mask.numpy().tolist() == [[True, True, False], [True, False, False]]


def test_each_sequence_is_reversed_up_to_its_own_end():
    sequence = tf.constant([[[1.0], [2.0], [3.0]], [[4.0], [5.0], [9.0]], [[6.0], [9.0], [9.0]]])
    mask = tf.constant([[True, True, True], [True, True, False], [True, False, False]])
    reversed_sequence = ReverseWithinLength()(sequence, mask)
    assert reversed_sequence[:, :, 0].numpy().tolist() == [[3, 2, 1], [5, 4, 9], [6, 9, 9]]


def test_reversing_twice_restores_the_sequence(states):
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
def test_pooling_is_that_of_the_tokens_alone(mode, pool, states):
    pooled = SequencePooling(mode)(states, MASK)
    expected = np.stack([pool(row) for row in real_states(states)])
    np.testing.assert_allclose(pooled, expected, rtol=1e-6)


@pytest.mark.parametrize("mode", ["max", "mean", "last", "max+mean"])
def test_the_shape_of_the_pooled_states_is_known_beforehand(mode, states):
    layer = SequencePooling(mode)
    announced = layer.compute_output_spec(tf.constant(states), tf.constant(MASK))
    assert announced.shape == tuple(layer(states, MASK).shape)


@pytest.mark.parametrize("mode", ["max", "mean", "last"])
def test_pooling_of_half_precision_states_stays_finite(mode, states):
    layer = SequencePooling(mode, dtype="bfloat16")
    pooled = layer(tf.cast(states, "bfloat16"), MASK)
    assert pooled.dtype == tf.bfloat16
    assert np.isfinite(tf.cast(pooled, tf.float32)).all()


def test_word_dropout_is_off_at_inference():
    ids = np.arange(2, 23, dtype=np.int32).reshape(3, 7)
    np.testing.assert_array_equal(WordDropout(0.9, UNKNOWN_ID)(ids), ids)


def test_word_dropout_hides_the_share_asked_for():
    ids = np.full((100, 100), 5, np.int32)
    dropped = np.asarray(WordDropout(0.3, UNKNOWN_ID, seed=1)(ids, training=True))
    assert set(np.unique(dropped)) == {UNKNOWN_ID, 5}
    assert (dropped == UNKNOWN_ID).mean() == pytest.approx(0.3, abs=0.02)


def test_word_dropout_never_touches_padding():
    ids = np.zeros((3, 7), np.int32)
    np.testing.assert_array_equal(WordDropout(0.95, UNKNOWN_ID)(ids, training=True), ids)


def test_word_dropout_differs_from_step_to_step():
    layer = WordDropout(0.5, UNKNOWN_ID, seed=1)
    ids = np.full((10, 10), 5, np.int32)
    first, second = (np.asarray(layer(ids, training=True)) for _ in range(2))
    assert (first != second).any()


VOCABULARY, SIZE = 11, 5


def build_embedding(word_dropout=0.0, embedding_dropout=0.0):
    ids = keras.Input((None,), dtype="int32")
    return keras.Model(ids, embedded_tokens(ids, VOCABULARY, SIZE, word_dropout, embedding_dropout))


def test_ids_become_their_vectors():
    model = build_embedding()
    table = model.get_layer("token_embedding").get_weights()[0]
    ids = np.array([[3, 10, 0], [1, 1, 2]], np.int32)
    assert table.shape == (VOCABULARY, SIZE)
    np.testing.assert_array_equal(model(ids), table[ids])


@pytest.mark.parametrize(
    ("dropouts", "names"),
    [
        ({}, []),
        ({"word_dropout": 0.2}, ["word_dropout"]),
        ({"embedding_dropout": 0.2}, ["embedding_dropout"]),
        (
            {"word_dropout": 0.1, "embedding_dropout": 0.1},
            ["word_dropout", "embedding_dropout"],
        ),
    ],
)
def test_only_the_dropout_asked_for_is_part_of_the_model(dropouts, names):
    layers = [layer.name for layer in build_embedding(**dropouts).layers]
    assert [name for name in layers if name.endswith("dropout")] == names


def test_embedding_dropout_drops_a_channel_for_all_tokens_of_a_text():
    model = build_embedding(embedding_dropout=0.5)
    vectors = np.asarray(model(np.full((20, 7), 3, np.int32), training=True))
    is_dropped = vectors == 0
    np.testing.assert_array_equal(is_dropped.all(axis=1), is_dropped.any(axis=1))
    assert 0 < is_dropped.mean() < 1


def test_hidden_words_have_the_vector_of_the_unknown_word():
    model = build_embedding(word_dropout=0.5)
    table = model.get_layer("token_embedding").get_weights()[0]
    vectors = np.asarray(model(np.full((20, 7), 3, np.int32), training=True))
    is_unknown = (vectors == table[1]).all(axis=-1)
    np.testing.assert_array_equal(
        vectors[~is_unknown], np.broadcast_to(table[3], vectors[~is_unknown].shape)
    )
    assert 0 < is_unknown.mean() < 1


BATCH, CHANNELS, CLASSES = 3, 4, 2


@pytest.fixture
def half_precision():
    keras.config.set_dtype_policy("mixed_bfloat16")
    yield
    keras.config.set_dtype_policy("float32")


def build_head(dropout=0.0):
    vector = keras.Input((CHANNELS,))
    return keras.Model(vector, classification_head(vector, CLASSES, dropout))


def test_a_vector_becomes_a_row_of_logits():
    assert build_head()(np.ones((BATCH, CHANNELS), np.float32)).shape == (BATCH, CLASSES)


@pytest.mark.usefixtures("half_precision")
def test_logits_are_float32_under_half_precision():
    model = build_head(dropout=0.1)
    assert model(np.ones((BATCH, CHANNELS), np.float32)).dtype == "float32"
    assert model.get_layer("logits").compute_dtype == "float32"


@pytest.mark.parametrize(("dropout", "present"), [(0.0, False), (0.3, True)])
def test_dropout_stands_before_the_logits_only_where_asked_for(dropout, present):
    assert ("head_dropout" in [layer.name for layer in build_head(dropout).layers]) == present
