import math

import numpy as np
import pytest
import statsmodels.api
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss, log_loss

from tfcmp.evaluation.calibration import (
    at_temperature,
    calibration,
    ece_interval,
    fit_temperature,
    reliability_bins,
    temperature_interval,
)
from tfcmp.evaluation.metrics import (
    expected_calibration_error,
    negative_log_likelihood,
    predicted_classes,
)


def predictions(count=500, classes=2, seed=0, sharpness=3.0):
    """Labels drawn from the probabilities of logits, and probabilities of sharper logits."""
    generator = np.random.default_rng(seed)
    logits = generator.normal(size=(count, classes))
    honest = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = (generator.random((count, 1)) > honest.cumsum(axis=1)).sum(axis=1)
    stated = np.exp(sharpness * logits)
    return labels.clip(0, classes - 1), stated / stated.sum(axis=1, keepdims=True)


@st.composite
def drawn_predictions(draw):
    classes, seed = draw(st.integers(2, 4)), draw(st.integers(0, 2**32 - 1))
    return predictions(draw(st.integers(1, 60)), classes, seed, draw(st.floats(0.3, 5)))


def test_the_bins_are_those_of_scikit_learn():
    labels, probabilities = predictions(classes=3)
    hits = predicted_classes(probabilities) == labels
    accuracies, confidences = calibration_curve(hits, probabilities.max(axis=1), n_bins=15)
    filled = [own for own in reliability_bins(labels, probabilities) if own.examples]
    assert [own.accuracy for own in filled] == pytest.approx(accuracies)
    assert [own.confidence for own in filled] == pytest.approx(confidences)


def test_there_are_fifteen_bins_and_empty_ones_have_no_means():
    bins = reliability_bins(np.array([0]), np.array([[0.95, 0.05]]))
    assert [own.examples for own in bins] == [0] * 14 + [1]
    assert bins[0] == (0.0, pytest.approx(1 / 15), 0, None, None)
    assert bins[14][3:] == (0.95, 1.0)


def test_a_confidence_on_an_edge_belongs_to_the_bin_below():
    bins = reliability_bins(np.array([0]), np.array([[0.6, 0.4]]))
    assert [number for number, own in enumerate(bins) if own.examples] == [8]


@given(drawn_predictions())
def test_the_calibration_error_is_the_mean_gap_of_the_bins(arrays):
    found = calibration(*arrays)
    gaps = [own.examples * abs(own.accuracy - own.confidence) for own in found.bins if own.examples]
    assert found.ece == pytest.approx(sum(gaps) / len(arrays[0]))


def test_scores_are_those_of_scikit_learn():
    labels, probabilities = predictions()
    found = calibration(labels, probabilities)
    assert found.nll == pytest.approx(log_loss(labels, probabilities))
    # Ours sums over both classes.
    assert found.brier == pytest.approx(2 * brier_score_loss(labels, probabilities[:, 1]))


def test_the_temperature_is_the_slope_of_a_logistic_regression_without_intercept():
    labels, probabilities = predictions(seed=1)
    logits = np.log(probabilities[:, 1] / probabilities[:, 0])
    fit = statsmodels.api.Logit(labels, logits).fit(disp=0)
    assert fit_temperature(labels, probabilities) == pytest.approx(1 / fit.params[0], rel=1e-5)


def test_it_finds_the_temperature_that_labels_were_drawn_with():
    for sharpness in (0.5, 3.0):
        labels, probabilities = predictions(20_000, 3, sharpness=sharpness)
        assert fit_temperature(labels, probabilities) == pytest.approx(sharpness, rel=0.05)


def test_a_temperature_mends_a_model_that_is_too_sure():
    labels, probabilities = predictions()
    before = calibration(labels, probabilities)
    after = calibration(
        labels, at_temperature(probabilities, fit_temperature(labels, probabilities))
    )
    assert after.nll < before.nll
    assert after.ece < before.ece / 2


@given(drawn_predictions())
def test_no_other_temperature_has_a_lower_loss(arrays):
    labels, probabilities = arrays
    fitted = fit_temperature(labels, probabilities)
    lowest = negative_log_likelihood(labels, at_temperature(probabilities, fitted))
    for other in (0.05, 0.9 * fitted, 1.0, 1.1 * fitted, 20.0):
        if 0.05 <= other <= 20:
            loss = negative_log_likelihood(labels, at_temperature(probabilities, other))
            assert lowest <= loss + 1e-9


@given(drawn_predictions(), st.floats(0.1, 10))
def test_a_temperature_changes_no_answer(arrays, temperature):
    _, probabilities = arrays
    scaled = at_temperature(probabilities, temperature)
    assert scaled.sum(axis=1) == pytest.approx(1)
    assert (predicted_classes(scaled) == predicted_classes(probabilities)).all()


@given(drawn_predictions())
def test_a_temperature_of_one_changes_nothing(arrays):
    assert at_temperature(arrays[1], 1.0) == pytest.approx(arrays[1])


def test_a_temperature_divides_logits():
    scaled = at_temperature(np.array([[0.8, 0.2]]), 2.0)
    assert scaled[0, 0] == pytest.approx(1 / (1 + math.exp(-math.log(4) / 2)))


def test_certain_rows_stay_distributions():
    certain = np.array([[1.0, 0.0], [0.0, 1.0]], dtype=np.float32)
    for temperature in (0.05, 1.0, 20.0):
        scaled = at_temperature(certain, temperature)
        assert np.isfinite(scaled).all()
        assert scaled.sum(axis=1) == pytest.approx(1)
    assert fit_temperature(np.array([1, 1]), certain) == pytest.approx(20.0)


def test_a_model_that_is_always_right_gets_the_lowest_temperature():
    assert fit_temperature(np.array([0, 0]), np.array([[0.7, 0.3], [0.6, 0.4]])) == (
        pytest.approx(0.05)
    )


@pytest.mark.parametrize("classes", [1, 2, 3])
def test_uniform_rows_say_nothing_of_a_temperature(classes):
    uniform = np.full((4, classes), 1 / classes)
    assert fit_temperature(np.zeros(4, dtype=int), uniform) == 1.0


def answers(count=300, seed=0):
    generator = np.random.default_rng(seed)
    of_positive = generator.uniform(0.02, 0.98, count)
    labels = (generator.random(count) < 0.5 + 0.7 * (of_positive - 0.5)).astype(int)
    return labels, np.stack([1 - of_positive, of_positive], axis=1)


def test_the_ece_of_a_hand_computed_case_lies_in_its_interval():
    labels = np.array([1, 1, 0, 1])
    probabilities = np.array([[0.1, 0.9], [0.1, 0.9], [0.1, 0.9], [0.1, 0.9]])
    interval = ece_interval(labels, probabilities, np.arange(4))
    # One bin: 3 of 4 right at a confidence of 0.9.
    assert interval.value == pytest.approx(0.15)
    assert 0 <= interval.low < 0.15 < interval.high <= 1


def test_the_spread_of_the_ece_is_that_of_groups_drawn_one_by_one():
    labels, probabilities = answers()
    groups = np.arange(300) // 3
    interval = ece_interval(labels, probabilities, groups)
    generator = np.random.default_rng(1)
    drawn = []
    for _ in range(400):
        rows = np.concatenate(
            [np.flatnonzero(groups == g) for g in generator.integers(100, size=100)]
        )
        drawn.append(expected_calibration_error(labels[rows], probabilities[rows]))
    expected = 1.96 * np.std(drawn, ddof=1)
    assert interval.high - interval.value == pytest.approx(expected, rel=0.2)


def test_the_temperature_lies_in_its_interval():
    labels, probabilities = answers()
    interval = temperature_interval(labels, probabilities, np.arange(300))
    assert interval.value == fit_temperature(labels, probabilities)
    assert interval.low < interval.value < interval.high
    assert interval.value / interval.low == pytest.approx(interval.high / interval.value)


def test_one_group_tells_nothing_of_the_spread():
    labels, probabilities = answers(20)
    one = np.zeros(20, int)
    assert ece_interval(labels, probabilities, one)[1:] == (0.0, 1.0)
    assert len(set(temperature_interval(labels, probabilities, one))) == 1


def test_the_same_answers_give_the_same_interval():
    labels, probabilities = answers(60)
    groups = np.arange(60) // 2
    assert ece_interval(labels, probabilities, groups) == ece_interval(
        labels, probabilities, groups
    )
