import math
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import pdist

from tfcmp.evaluation.stability import (
    churn,
    count_spikes,
    is_failed,
    seed_spread,
    training_course,
)

SEGMENT = {"event": "segment", "loss": 0.7, "largest_step_loss": 0.9, "gradient_norm": 2.0}


def test_churn_by_hand():
    # The pairs differ in 1, 2 and 1 of 4 answers.
    assert churn(np.array([[0, 1, 1, 0], [0, 1, 1, 1], [0, 1, 0, 1]])) == pytest.approx(1 / 3)


@given(st.integers(2, 6), st.integers(1, 30), st.integers(0, 99))
def test_churn_is_the_mean_hamming_distance(seeds, count, seed):
    predictions = np.random.default_rng(seed).integers(3, size=(seeds, count))
    assert churn(predictions) == pytest.approx(pdist(predictions, metric="hamming").mean())


def test_one_seed_has_no_churn():
    assert churn(np.array([[0, 1]])) is None


@pytest.mark.parametrize(
    ("accuracy", "majority", "failed"),
    [
        (0.52, 0.5, True),
        (0.5201, 0.5, False),
        # 0.21 + 0.02 rounds to less than 0.23.
        (0.23, 0.21, True),
        (0.1, 0.5, True),
        (None, 0.5, True),
        (math.nan, 0.5, True),
    ],
)
def test_a_run_that_stays_at_the_majority_has_failed(accuracy, majority, failed):
    assert is_failed(accuracy, majority) is failed


def test_the_spread_over_seeds_is_that_of_a_sample():
    values = [0.85, 0.88, 0.81]
    assert seed_spread(values) == pytest.approx(
        (3, statistics.mean(values), statistics.stdev(values), 0.81, 0.88)
    )


def test_one_seed_has_no_deviation():
    assert seed_spread([0.9]) == (1, 0.9, None, 0.9, 0.9)


@pytest.mark.parametrize(
    ("losses", "spikes"),
    [
        ([], 0),
        ([0.7], 0),
        ([0.7, 0.6, 0.5, 0.4], 0),
        ([0.4, 0.61], 1),
        ([0.4, 0.59], 0),
        # Of a small loss half as much again is noise.
        ([0.1, 0.16], 0),
        ([0.1, 0.21], 1),
        ([0.4, 0.9, 0.9, 0.9], 1),
        ([0.4, 0.9, 0.4, 0.9], 2),
        # The lowest so far counts, not the last.
        ([0.4, 0.55, 0.65], 1),
    ],
)
def test_spikes_are_counted_when_they_begin(losses, spikes):
    assert count_spikes(losses) == spikes


def test_the_course_of_a_training():
    lines = [
        {**SEGMENT, "largest_gradient_norm": 3.0},
        {**SEGMENT, "loss": 1.2, "largest_step_loss": 4.0, "gradient_norm": 8.0},
        {**SEGMENT, "gradient_norm": 3.0, "largest_gradient_norm": 9.0},
        {"event": "epoch", "loss": 5.0, "largest_step_loss": 50.0, "gradient_norm": 50.0},
        {"event": "pause"},
    ]
    assert training_course(lines) == (1, None, 1, 4.0, 3.0, 6.0, 9.0)


def test_a_failure_keeps_its_reason():
    course = training_course([SEGMENT, {"event": "failure", "reason": "training diverged"}])
    assert course.failure == "training diverged"


def test_numbers_that_are_not_finite_are_left_out():
    course = training_course([SEGMENT, {**SEGMENT, "gradient_norm": math.nan, "loss": None}])
    assert (course.median_gradient_norm, course.loss_spikes) == (2.0, 0)


def test_a_run_without_lines_has_an_empty_course():
    assert training_course([]) == (0, None, 0, None, None, None, None)
