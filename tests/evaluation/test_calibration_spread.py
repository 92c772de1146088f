import numpy as np
import pytest

from tfcmp.evaluation.calibration import fit_temperature
from tfcmp.evaluation.calibration_spread import ece_interval, temperature_interval
from tfcmp.evaluation.metrics import expected_calibration_error


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
