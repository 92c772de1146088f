"""Recurrent layers of our own against those of Keras."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfcmp.models import recurrence

ROWS, LENGTH, CHANNELS, UNITS = 3, 7, 5, 4
NAMES = ["SimpleRNN", "GRU", "LSTM"]


@pytest.fixture
def sequences():
    return tf.constant(np.random.default_rng(0).normal(size=(ROWS, LENGTH, CHANNELS)), tf.float32)


def pair(name, **options):
    """Our layer and that of Keras with the same weights, none of them zero."""
    layers = [getattr(module, name)(UNITS, **options) for module in (recurrence, keras.layers)]
    for layer in layers:
        layer.build((None, None, CHANNELS))
    generator = np.random.default_rng(1)
    weights = [generator.normal(size=w.shape) * 0.5 for w in layers[0].weights]
    for layer in layers:
        layer.set_weights(weights)
    return layers


def gradients(layer, sequences):
    @tf.function(autograph=False)
    def compute(sequences):
        with tf.GradientTape() as tape:
            tape.watch(sequences)
            states = layer(sequences, training=True)
            loss = tf.reduce_sum(tf.sin(states * tf.range(1.0, UNITS + 1)))
        return tape.gradient(loss, [sequences, *(w.value for w in layer.weights)])

    return [gradient.numpy() for gradient in compute(sequences)]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("return_sequences", [False, True])
def test_states_are_those_of_keras(name, training, return_sequences, sequences):
    ours, theirs = pair(name, return_sequences=return_sequences)
    expected = theirs(sequences, training=training)
    np.testing.assert_allclose(ours(sequences, training=training), expected, atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_gradients_are_those_of_keras(name, sequences):
    ours, theirs = pair(name, return_sequences=True)
    found, expected = gradients(ours, sequences), gradients(theirs, sequences)
    for own, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(own, other, atol=2e-6 * np.abs(other).max())


@pytest.mark.parametrize("name", NAMES)
def test_a_sequence_of_one_step_has_a_gradient(name, sequences):
    ours, theirs = pair(name, return_sequences=True)
    for own, other in zip(
        gradients(ours, sequences[:, :1]), gradients(theirs, sequences[:, :1]), strict=True
    ):
        np.testing.assert_allclose(own, other, atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_without_training_an_input_still_has_a_gradient(name, sequences):
    gradients = []
    for layer in pair(name, return_sequences=True):
        with tf.GradientTape() as tape:
            tape.watch(sequences)
            states = layer(sequences, training=False)
        gradients.append(tape.gradient(states, sequences))
    np.testing.assert_allclose(*gradients, atol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_a_masked_sequence_is_computed_by_keras(name, sequences):
    ours, theirs = pair(name, return_sequences=True)
    mask = tf.sequence_mask([7, 2, 5], LENGTH)
    np.testing.assert_array_equal(ours(sequences, mask=mask), theirs(sequences, mask=mask))


@pytest.mark.parametrize(
    "options", [{"activation": "relu"}, {"go_backwards": True}, {"recurrent_dropout": 0.3}]
)
def test_other_settings_are_computed_by_keras(options, sequences):
    ours, theirs = pair("GRU", **options)
    np.testing.assert_array_equal(ours(sequences), theirs(sequences))


@pytest.mark.parametrize("name", NAMES)
def test_bfloat16_stays_near_float32(name, sequences):
    layer = pair(name, return_sequences=True)[0]
    low = getattr(recurrence, name)(UNITS, return_sequences=True, dtype="mixed_bfloat16")
    low.build((None, None, CHANNELS))
    low.set_weights(layer.get_weights())
    states = low(sequences, training=True)
    assert states.dtype == tf.bfloat16
    np.testing.assert_allclose(tf.cast(states, tf.float32), layer(sequences), atol=0.05)
    assert all(np.isfinite(gradient).all() for gradient in gradients_in(low, sequences))


def gradients_in(layer, sequences):
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.cast(layer(sequences, training=True), tf.float32))
    return [g.numpy() for g in tape.gradient(loss, [w.value for w in layer.weights])]


@pytest.mark.parametrize("name", NAMES)
def test_the_weights_have_the_names_and_the_start_that_keras_gives_them(name):
    keras.utils.set_random_seed(5)
    ours = getattr(recurrence, name)(UNITS, name="forward_1")
    ours.build((None, None, CHANNELS))
    keras.utils.set_random_seed(5)
    theirs = getattr(keras.layers, name)(UNITS, name="forward_1")
    theirs.build((None, None, CHANNELS))
    assert [w.path for w in ours.weights] == [w.path for w in theirs.weights]
    for own, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_array_equal(own, other)


@pytest.mark.parametrize("name", NAMES)
def test_a_saved_layer_is_loaded_in_safe_mode(name, tmp_path, sequences):
    inputs = keras.Input((None, CHANNELS))
    model = keras.Model(inputs, getattr(recurrence, name)(UNITS)(inputs))
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras", safe_mode=True)
    np.testing.assert_array_equal(loaded(sequences), model(sequences))


def test_a_saved_model_holds_the_layer(tmp_path, sequences):
    inputs = keras.Input((None, CHANNELS))
    model = keras.Model(inputs, recurrence.GRU(UNITS, return_sequences=True)(inputs))
    model.export(tmp_path / "saved", verbose=False)
    served = tf.saved_model.load(str(tmp_path / "saved"))
    np.testing.assert_allclose(served.serve(sequences), model(sequences), atol=1e-6)
