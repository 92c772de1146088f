import math

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfcmp.config.fields import TrainingSettings
from tfcmp.models.building import build_core
from tfcmp.models.word_tokenizer import WordTokenizer
from tfcmp.training.checkpoint import Checkpoint, Place
from tfcmp.training.optimizers import FusedAdam, build_optimizer, is_decayed, learning_rate
from tfcmp.training.step import compile_train_step

IDS = np.array([[2, 3, 4, 0], [5, 6, 0, 0], [7, 2, 0, 0]], np.int32)
LABELS = np.array([0, 1, 1], np.int32)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"schedule": "constant"}, {0: 1.0, 5: 1.0, 99: 1.0}),
        ({"schedule": "linear"}, {0: 1.0, 50: 0.5, 99: 0.01}),
        ({"schedule": "cosine"}, {0: 1.0, 50: 0.5, 75: (1 - math.sqrt(0.5)) / 2}),
        (
            {"schedule": "linear", "warmup_share": 0.1},
            {0: 0.1, 4: 0.5, 9: 1.0, 10: 1.0, 55: 0.5, 99: 1 / 90},
        ),
        ({"schedule": "cosine", "warmup_share": 0.2}, {0: 0.05, 19: 1.0, 20: 1.0, 60: 0.5}),
        ({"schedule": "constant", "warmup_share": 0.5}, {0: 0.02, 49: 1.0, 50: 1.0, 99: 1.0}),
        ({"schedule": "linear", "warmup_share": 1.0}, {0: 0.01, 99: 1.0}),
        ({"schedule": "linear", "warmup_share": 0.001}, {0: 1.0, 1: 1.0}),
    ],
)
def test_the_schedule_gives_the_rates_worked_out_by_hand(settings, expected):
    training = TrainingSettings(learning_rate=2.0, **settings)
    found = {step: learning_rate(training, step, 100) / 2.0 for step in expected}
    assert found == pytest.approx(expected)


@pytest.mark.parametrize("schedule", ["constant", "linear", "cosine"])
def test_a_run_of_one_step_has_a_rate(schedule):
    training = TrainingSettings(learning_rate=0.5, schedule=schedule, warmup_share=0.1)
    assert learning_rate(training, 0, 1) == 0.5


def tiny_core(configuration):
    keras.utils.set_random_seed(3)
    return build_core(configuration, tokenizer_of_8(), 2)


def tokenizer_of_8():
    tokenizer = WordTokenizer()
    tokenizer.set_vocabulary("abcdef")
    return tokenizer


def values(core):
    return {weight.path: weight.numpy() for weight in core.trainable_variables}


@pytest.mark.parametrize("optimizer", ["sgd", "rmsprop", "adam", "adamw"])
def test_every_optimizer_lowers_the_loss(tiny_configuration, optimizer):
    core = tiny_core(tiny_configuration("bag_of_ngrams"))
    core.get_layer("ngram_features").keys.assign(np.r_[2:8, [2**62] * 494])
    ratios = np.random.default_rng(0).normal(size=(501, 2))
    core.get_layer("logits").ratios.assign(ratios)
    settings = TrainingSettings(optimizer=optimizer, learning_rate=0.05)
    step = compile_train_step(
        core, build_optimizer(settings, core.trainable_variables), settings.clip_norm
    )
    losses = [float(step(IDS, LABELS)[0]) for _ in range(30)]
    assert losses[-1] < 0.5 * losses[0]


def test_sgd_takes_momentum_and_nesterov_from_the_settings():
    variable = keras.Variable(np.zeros(2))
    settings = TrainingSettings(optimizer="sgd", momentum=0.7, nesterov=False)
    optimizer = build_optimizer(settings, [variable])
    assert (optimizer.momentum, optimizer.nesterov) == (0.7, False)


@pytest.mark.parametrize(
    ("model", "kept"),
    [
        ("gru", {"bias"}),
        ("transformer", {"bias", "gamma", "beta"}),
    ],
)
def test_biases_and_norms_are_not_decayed_and_matrices_are(tiny_configuration, model, kept):
    variables = tiny_core(tiny_configuration(model)).trainable_variables
    names = {variable.name for variable in variables if not is_decayed(variable)}
    assert names == kept
    decayed = {variable.name for variable in variables if is_decayed(variable)}
    assert {"embeddings", "kernel"} <= decayed
    assert not decayed & kept


def restored(configuration, settings, folder):
    """A twin of the saved model and its optimizer, made anew as a resumed process does."""
    core = build_core(configuration, tokenizer_of_8(), 2)
    optimizer = build_optimizer(settings, core.trainable_variables)
    if folder is not None:
        Checkpoint(folder, core, optimizer).restore()
    return core, optimizer


def apply_zeros(optimizer, variables):
    optimizer.apply([tf.zeros(variable.shape) for variable in variables], variables)


@pytest.mark.parametrize("model", ["gru", "transformer"])
@pytest.mark.parametrize("is_restored", [False, True])
def test_adamw_decays_the_same_weights_before_and_after_a_restore(
    tmp_path, tiny_configuration, model, is_restored
):
    configuration = tiny_configuration(model)
    settings = TrainingSettings(optimizer="adamw", learning_rate=0.1, weight_decay=0.5)
    core, optimizer = restored(configuration, settings, None)
    for variable in core.trainable_variables:
        variable.assign(np.ones(variable.shape))
    if is_restored:
        Checkpoint(tmp_path, core, optimizer).save(Place())
        core, optimizer = restored(configuration, settings, tmp_path)
    # Without a gradient, decay is all that moves a weight.
    apply_zeros(optimizer, core.trainable_variables)
    for variable in core.trainable_variables:
        expected = 1 - 0.1 * 0.5 if is_decayed(variable) else 1.0
        np.testing.assert_allclose(variable.numpy(), expected, rtol=1e-6)


def test_without_decay_adamw_moves_nothing_without_a_gradient(tiny_configuration):
    settings = TrainingSettings(optimizer="adamw", learning_rate=0.1, weight_decay=0.0)
    core, optimizer = restored(tiny_configuration("gru"), settings, None)
    before = values(core)
    apply_zeros(optimizer, core.trainable_variables)
    assert all(np.array_equal(before[path], value) for path, value in values(core).items())


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
