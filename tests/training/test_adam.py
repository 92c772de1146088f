import keras
import numpy as np
import pytest
import tensorflow as tf

from tfcmp.training.optimizers import FusedAdam

SHAPES = {"kernel": (5, 3), "bias": (3,), "scalar": ()}


def weights():
    generator = np.random.default_rng(0)
    return [
        keras.Variable(generator.normal(size=shape).astype("float32"), name=name)
        for name, shape in SHAPES.items()
    ]


def gradients(step):
    """Of very different sizes: Adam divides by them."""
    generator = np.random.default_rng(100 + step)
    return [
        tf.constant((10.0 ** -(2 * step % 9)) * generator.normal(size=shape), tf.float32)
        for shape in SHAPES.values()
    ]


def walked(optimizer, steps=8, is_compiled=True):
    """The weights and the optimizer's variables after some steps at rates of a schedule."""
    variables = weights()
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    optimizer.build(variables)

    def apply(*given):
        optimizer.apply(list(given), variables)

    function = tf.function(apply) if is_compiled else apply
    for step in range(steps):
        optimizer.learning_rate.assign(0.05 / (step + 1))
        function(*gradients(step))
    return [variable.numpy() for variable in [*variables, *optimizer.variables]]


@pytest.mark.parametrize("is_compiled", [True, False])
@pytest.mark.parametrize("decay", [None, 0.0, 0.3])
def test_the_fused_update_is_that_of_keras(decay, is_compiled):
    keras_own = (
        keras.optimizers.Adam(0.05)
        if decay is None
        else keras.optimizers.AdamW(0.05, weight_decay=decay)
    )
    expected = walked(keras_own, is_compiled=is_compiled)
    found = walked(FusedAdam(0.05, weight_decay=decay), is_compiled=is_compiled)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6, atol=1e-6)


def test_the_state_has_the_names_and_shapes_of_keras():
    variables = weights()
    ours, keras_own = FusedAdam(0.1), keras.optimizers.Adam(0.1)
    for optimizer in (ours, keras_own):
        optimizer.build(variables)
    assert [(v.name, v.shape) for v in ours.variables] == [
        (v.name, v.shape) for v in keras_own.variables
    ]


def test_a_gradient_of_rows_counts_like_a_whole_one():
    table = [np.ones((4, 2), np.float32) for _ in range(2)]
    rows = tf.IndexedSlices(tf.ones([2, 2]), tf.constant([1, 1]), tf.constant([4, 2]))
    found = []
    for start, gradient in zip(table, (rows, tf.convert_to_tensor(rows)), strict=True):
        variable = keras.Variable(start)
        optimizer = FusedAdam(0.1, weight_decay=0.1)
        optimizer.build([variable])
        optimizer.apply([gradient], [variable])
        found.append(variable.numpy())
    np.testing.assert_array_equal(*found)


def test_under_a_mixed_policy_weights_and_state_stay_float32():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        layer = keras.layers.Dense(3)
        layer.build((None, 5))
    finally:
        keras.config.set_dtype_policy("float32")
    optimizer = FusedAdam(0.1)
    optimizer.build(layer.trainable_variables)
    before = layer.kernel.numpy()
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.cast(layer(tf.ones([2, 5])), tf.float32))
    gradients = tape.gradient(loss, [v.value for v in layer.trainable_variables])
    optimizer.apply(gradients, layer.trainable_variables)
    assert {v.dtype for v in layer.trainable_variables} == {"float32"}
    # The first step of Adam is the learning rate in the direction of the sign.
    np.testing.assert_allclose(layer.kernel.numpy(), before - 0.1, rtol=1e-4, atol=1e-5)
