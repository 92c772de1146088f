from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfcmp.config.fields import TrainingSettings
from tfcmp.models.building import build_core
from tfcmp.training.optimizers import build_optimizer
from tfcmp.training.step import compile_forward, compile_train_step, count_correct

IDS = np.array([[2, 3, 4, 0], [5, 6, 0, 0], [7, 2, 0, 0]], np.int32)
LABELS = np.array([0, 1, 1], np.int32)


@pytest.fixture
def core(tiny_configuration, word_tokenizer):
    keras.utils.set_random_seed(3)
    return build_core(tiny_configuration("gru"), word_tokenizer(), 2)


def moved_by_a_step(core, clip_norm):
    """Global norm of the update of plain SGD at rate 1, and the gradient norm that is told."""
    settings = TrainingSettings(optimizer="sgd", learning_rate=1.0, momentum=0.0, nesterov=False)
    step = compile_train_step(core, build_optimizer(settings, core.trainable_variables), clip_norm)
    before = [weight.numpy() for weight in core.trainable_variables]
    norm = step(IDS, LABELS)[2]
    moves = [
        weight.numpy() - old for weight, old in zip(core.trainable_variables, before, strict=True)
    ]
    return np.sqrt(sum(np.square(move).sum() for move in moves)), float(norm)


def test_clipping_bounds_the_norm_of_the_whole_update(core):
    moved, norm = moved_by_a_step(core, clip_norm=0.01)
    assert norm > 0.01
    assert moved == pytest.approx(0.01, rel=1e-3)


def test_without_clipping_the_update_is_the_gradient(core):
    moved, norm = moved_by_a_step(core, clip_norm=None)
    assert moved == pytest.approx(norm, rel=1e-3)


def test_a_gradient_below_the_bound_is_left_alone(core):
    moved, norm = moved_by_a_step(core, clip_norm=1e6)
    assert moved == pytest.approx(norm, rel=1e-3)


def test_the_loss_is_the_mean_cross_entropy(core):
    for weight in core.trainable_variables:
        weight.assign(np.zeros(weight.shape))
    settings = TrainingSettings()
    step = compile_train_step(core, build_optimizer(settings, core.trainable_variables), None)
    assert float(step(IDS, LABELS)[0]) == pytest.approx(np.log(2))


def test_the_forward_function_drops_nothing(core):
    forward = compile_forward(core)
    np.testing.assert_array_equal(forward(IDS), forward(IDS))
    np.testing.assert_allclose(forward(IDS), core(IDS, training=False), atol=1e-6)


def test_one_compilation_serves_batches_of_every_shape(core):
    forward = compile_forward(core)
    forward(IDS)
    forward(IDS[:1, :2])
    assert forward.experimental_get_tracing_count() == 1


def test_a_label_counts_as_correct_where_its_logit_is_the_largest():
    logits = tf.constant([[0.1, 0.9, 0.0], [2.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    labels = tf.constant([1, 1, 2])
    assert float(count_correct(logits, labels, tf.ones(3))) == 2
    assert float(count_correct(logits, labels, tf.constant([1.0, 1.0, 0.0]))) == 1


def after_steps(configuration, tokenizer, accumulate=1, rate_shares=None, optimizer="adamw"):
    """Outcomes of three steps and the weights behind them; the same start every time."""
    keras.utils.set_random_seed(3)
    core = build_core(configuration, tokenizer, 2)
    settings = TrainingSettings(optimizer=optimizer, learning_rate=0.05)
    step = compile_train_step(
        core,
        build_optimizer(settings, core.trainable_variables),
        1.0,
        accumulate=accumulate,
        rate_shares=rate_shares and [rate_shares] * len(core.trainable_weights),
    )
    outcomes = [[float(value) for value in step(IDS, LABELS)] for _ in range(3)]
    return outcomes, [weight.numpy() for weight in core.trainable_variables]


@pytest.fixture
def without_dropout(tiny_configuration):
    configuration = tiny_configuration("gru")
    still = replace(configuration.architecture, dropout=0.0, embedding_dropout=0.0)
    still.word_dropout = 0.0
    return replace(configuration, architecture=still)


# 3 texts in 2 parts are 2 and 1; more parts than texts are one text each.
@pytest.mark.parametrize("accumulate", [2, 3, 7])
def test_a_step_in_parts_is_the_step_of_the_whole_batch(
    without_dropout, word_tokenizer, accumulate
):
    whole, weights = after_steps(without_dropout, word_tokenizer())
    parts, others = after_steps(without_dropout, word_tokenizer(), accumulate)
    np.testing.assert_allclose(parts, whole, rtol=1e-4)
    for weight, other in zip(weights, others, strict=True):
        np.testing.assert_allclose(other, weight, atol=2e-5)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_a_share_of_the_rate_is_a_step_at_that_rate(without_dropout, word_tokenizer, optimizer):
    def first_step(share, rate):
        keras.utils.set_random_seed(3)
        core = build_core(without_dropout, word_tokenizer(), 2)
        settings = TrainingSettings(optimizer=optimizer, learning_rate=rate)
        step = compile_train_step(
            core,
            build_optimizer(settings, core.trainable_variables),
            None,
            rate_shares=[share] * len(core.trainable_weights),
        )
        step(IDS, LABELS)
        return [weight.numpy() for weight in core.trainable_variables]

    shared, lower = first_step(0.25, 0.04), first_step(1.0, 0.01)
    for one, other in zip(shared, lower, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


def test_a_share_of_zero_leaves_the_weights(without_dropout, word_tokenizer):
    keras.utils.set_random_seed(3)
    start = build_core(without_dropout, word_tokenizer(), 2).trainable_variables
    still = after_steps(without_dropout, word_tokenizer(), rate_shares=1e-30)[1]
    for one, other in zip(start, still, strict=True):
        np.testing.assert_allclose(one.numpy(), other, atol=1e-12)
