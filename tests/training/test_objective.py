from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfcmp.config.fields import TrainingSettings
from tfcmp.errors import CallError
from tfcmp.models.building import build_core
from tfcmp.training.objective import build_objective, class_weights, cross_entropy
from tfcmp.training.optimizers import build_optimizer
from tfcmp.training.step import compile_train_step

CLASSES = ("a", "b", "c")
LOGITS = np.array([[2.0, 0.5, -1.0], [0.0, 0.3, 0.1], [1.0, 1.0, 4.0], [-2.0, 0.0, 0.2]])
LABELS = np.array([0, 2, 1, 0], np.int32)
TRAINING_LABELS = np.array([0] * 6 + [1] * 3 + [2], np.int32)


def losses(**settings):
    objective = build_objective(TrainingSettings(**settings), TRAINING_LABELS, CLASSES)
    return objective(tf.constant(LABELS), tf.constant(LOGITS, tf.float32)).numpy()


def log_probabilities():
    return LOGITS - np.log(np.exp(LOGITS).sum(axis=1, keepdims=True))


def test_without_settings_it_is_the_plain_cross_entropy():
    assert build_objective(TrainingSettings(), TRAINING_LABELS, CLASSES) is cross_entropy


def test_smoothing_spreads_its_share_over_all_classes():
    logs = log_probabilities()
    of_label = logs[np.arange(4), LABELS]
    expected = -(0.7 * of_label + 0.3 * logs.mean(axis=1))
    np.testing.assert_allclose(losses(label_smoothing=0.3), expected, rtol=1e-5)


def test_given_weights_multiply_the_losses_and_average_one_over_the_training_texts():
    given = {"a": 1.0, "b": 4.0, "c": 10.0}
    mean = (6 * 1 + 3 * 4 + 1 * 10) / 10
    of_label = log_probabilities()[np.arange(4), LABELS]
    expected = -of_label * np.array([1, 10, 4, 1]) / mean
    np.testing.assert_allclose(losses(class_weight=given), expected, rtol=1e-5)


def test_weights_and_smoothing_go_together():
    smooth = losses(label_smoothing=0.2)
    weights = class_weights("balanced", TRAINING_LABELS, CLASSES)
    both = losses(label_smoothing=0.2, class_weight="balanced")
    np.testing.assert_allclose(both, smooth * weights[LABELS], rtol=1e-6)


def test_balanced_weights_are_those_of_scikit_learn():
    from sklearn.utils.class_weight import compute_class_weight

    expected = compute_class_weight("balanced", classes=np.arange(3), y=TRAINING_LABELS)
    np.testing.assert_allclose(
        class_weights("balanced", TRAINING_LABELS, CLASSES), expected, rtol=1e-6
    )


def test_the_scale_of_given_weights_changes_nothing():
    one, other = (
        class_weights({"a": k, "b": 2 * k, "c": 5 * k}, TRAINING_LABELS, CLASSES) for k in (1, 1e3)
    )
    np.testing.assert_allclose(one, other, rtol=1e-6)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"a": 1.0, "b": 1.0}, "no weight for 'c'"),
        ({"a": 1.0, "b": 1.0, "c": 1.0, "d": 2.0}, "'d', which no text has"),
        ({"a": 1.0, "b": 1.0, "C": 1.0}, "'c'.* and 'C'"),
    ],
)
def test_weights_for_other_classes_than_there_are_are_refused(given, told):
    with pytest.raises(CallError, match=told):
        class_weights(given, TRAINING_LABELS, CLASSES)


IDS = np.array([[2, 3, 4, 0], [5, 6, 0, 0], [7, 2, 0, 0]], np.int32)


@pytest.fixture
def step_of(tiny_configuration, word_tokenizer):
    """The function -> outcome of a step of plain SGD and how it moved the weights."""
    configuration = tiny_configuration("gru")
    still = replace(
        configuration.architecture, dropout=0.0, embedding_dropout=0.0, word_dropout=0.0
    )
    configuration = replace(configuration, architecture=still)

    def step(labels, accumulate=1, ids=IDS, **settings):
        keras.utils.set_random_seed(3)
        core = build_core(configuration, word_tokenizer(), 3)
        settings = TrainingSettings(
            optimizer="sgd", momentum=0.0, nesterov=False, learning_rate=1.0, **settings
        )
        trained = compile_train_step(
            core,
            build_optimizer(settings, core.trainable_variables),
            None,
            accumulate=accumulate,
            objective=build_objective(settings, TRAINING_LABELS, CLASSES),
        )
        before = [weight.numpy() for weight in core.trainable_variables]
        outcome = [float(value) for value in trained(ids, labels)]
        after = [weight.numpy() for weight in core.trainable_variables]
        return outcome, [new - old for new, old in zip(after, before, strict=True)]

    return step


def test_a_weighted_step_is_the_sum_of_the_weighted_steps_of_its_texts(step_of):
    labels = np.array([0, 1, 2], np.int32)
    weights = class_weights("balanced", TRAINING_LABELS, CLASSES)
    _, moves = step_of(labels, class_weight="balanced")
    sums = [np.zeros_like(move) for move in moves]
    for label, row in zip(labels, range(3), strict=True):
        # Three equal texts without weights: the gradient of one.
        _, alone = step_of(np.full(3, label, np.int32), ids=IDS[[row] * 3])
        for total, move in zip(sums, alone, strict=True):
            total += weights[label] * move / 3
    for total, move in zip(sums, moves, strict=True):
        np.testing.assert_allclose(move, total, atol=1e-6)


@pytest.mark.parametrize("accumulate", [2, 3])
def test_weights_are_exact_where_a_step_is_computed_in_parts(step_of, accumulate):
    labels = np.array([0, 0, 2], np.int32)
    settings = {"class_weight": "balanced", "label_smoothing": 0.1}
    whole, moves = step_of(labels, **settings)
    parts, others = step_of(labels, accumulate, **settings)
    np.testing.assert_allclose(parts, whole, rtol=1e-5)
    for move, other in zip(moves, others, strict=True):
        np.testing.assert_allclose(other, move, atol=1e-6)


def test_the_number_of_right_answers_knows_no_weights(step_of):
    labels = np.array([0, 1, 2], np.int32)
    assert step_of(labels)[0][1] == step_of(labels, class_weight="balanced")[0][1]
