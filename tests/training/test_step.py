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
def core(tiny_configuration):
    keras.utils.set_random_seed(3)
    return build_core(tiny_configuration("gru"), 8, 2)


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
    assert int(count_correct(logits, tf.constant([1, 1, 2]))) == 2
