import keras
import numpy as np
import pytest

from tfcmp.models.recurrent import CELLS, build_recurrent

VOCABULARY, CLASSES, EMBEDDING, UNITS = 11, 3, 5, 4
SETTINGS = {
    "embedding_size": EMBEDDING,
    "units": UNITS,
    "layers": 1,
    "direction": "both",
    "pooling": "max",
    "word_dropout": 0.0,
    "embedding_dropout": 0.0,
    "dropout": 0.0,
}
every_cell = pytest.mark.parametrize("cell", CELLS)


def build(cell, **settings):
    keras.utils.set_random_seed(1)
    return build_recurrent(cell, VOCABULARY, CLASSES, **SETTINGS | settings)


@pytest.fixture(scope="module")
def ids():
    """Three texts of seven tokens, no padding."""
    return np.random.default_rng(0).integers(1, VOCABULARY, (3, 7)).astype(np.int32)


def vector_before_the_head(model, ids):
    return np.asarray(keras.Model(model.input, model.get_layer("logits").input)(ids))


def weights_of_layer(model, number):
    return [
        weight
        for direction in ("forward", "backward")
        for weight in model.get_layer(f"{direction}_{number}").get_weights()
    ]


def bidirectional(cell, model, states, number, **options):
    """What Keras' own bidirectional layer makes of `states` with the weights of our layer."""
    layer = keras.layers.Bidirectional(CELLS[cell](UNITS, **options))
    layer.build(states.shape)
    layer.set_weights(weights_of_layer(model, number))
    return layer(states)


@every_cell
def test_the_last_states_of_both_directions_are_those_of_a_bidirectional_layer(cell, ids):
    model = build(cell, pooling="last")
    expected = bidirectional(cell, model, model.get_layer("token_embedding")(ids), 1)
    np.testing.assert_allclose(vector_before_the_head(model, ids), expected, atol=1e-6)


@every_cell
def test_stacked_layers_are_stacked_bidirectional_layers(cell, ids):
    model = build(cell, layers=2, pooling="mean")
    states = model.get_layer("token_embedding")(ids)
    for number in (1, 2):
        states = bidirectional(cell, model, states, number, return_sequences=True)
    np.testing.assert_allclose(
        vector_before_the_head(model, ids), np.mean(states, axis=1), atol=1e-6
    )


@every_cell
def test_the_last_state_of_a_backward_layer_is_the_one_after_the_first_token(cell, ids):
    model = build(cell, direction="backward", pooling="last")
    layer = CELLS[cell](UNITS, go_backwards=True)
    layer.build((3, 7, EMBEDDING))
    layer.set_weights(model.get_layer("backward_1").get_weights())
    expected = layer(model.get_layer("token_embedding")(ids))
    np.testing.assert_allclose(vector_before_the_head(model, ids), expected, atol=1e-6)


@every_cell
def test_the_last_state_of_a_forward_layer_is_the_one_after_the_last_token(cell, ids):
    model = build(cell, direction="forward", pooling="last")
    expected = model.get_layer("forward_1")(model.get_layer("token_embedding")(ids))[:, -1]
    np.testing.assert_allclose(vector_before_the_head(model, ids), expected, atol=1e-6)


@pytest.mark.parametrize(
    ("settings", "channels"),
    [
        ({"direction": "forward"}, UNITS),
        ({"direction": "both"}, 2 * UNITS),
        ({"direction": "both", "pooling": "max+mean"}, 4 * UNITS),
        ({"direction": "both", "pooling": "last"}, 2 * UNITS),
        ({"direction": "backward", "pooling": "last"}, UNITS),
    ],
)
def test_directions_and_poolings_are_put_side_by_side(settings, channels, ids):
    assert vector_before_the_head(build("simple_rnn", **settings), ids).shape == (3, channels)


def test_dropout_stands_before_each_further_layer():
    names = [layer.name for layer in build("gru", layers=3, dropout=0.1).layers]
    assert [name for name in names if "dropout" in name] == [
        "dropout_2",
        "dropout_3",
        "head_dropout",
    ]
