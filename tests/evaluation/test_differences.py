import itertools
import math

import numpy as np
import pytest
import statsmodels.api
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tfcmp.evaluation.differences import (
    FLIPS,
    Difference,
    VariancePart,
    paired_difference,
    sampling_part,
    sign_flip_p,
)
from tfcmp.evaluation.intervals import cluster_degrees_of_freedom, cluster_standard_error

# Darwin's pairs of cross- and self-fertilised maize, in eighths of an inch: Fisher 1935, section 21.
MAIZE = np.array([49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48], dtype=float)


@st.composite
def paired_answers(draw):
    count = draw(st.integers(2, 60))
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    groups = generator.integers(draw(st.integers(2, 8)), size=count)
    groups[:2] = [0, 1]
    return generator.random(count) < 0.7, generator.random(count) < 0.6, groups


def answers(count=400, groups=60, seed=0):
    generator = np.random.default_rng(seed)
    return (
        generator.random(count) < 0.9,
        generator.random(count) < 0.8,
        generator.integers(groups, size=count),
    )


def exact_flip_p(sums):
    """All 2^G flips."""
    flipped = [abs(np.dot(signs, sums)) for signs in itertools.product([-1, 1], repeat=len(sums))]
    return np.mean(np.array(flipped) >= abs(sum(sums)) - 1e-9)


def test_the_interval_is_that_of_the_clustered_mean():
    first, second, groups = answers()
    difference = paired_difference(first, second, groups)
    contributions = first.astype(float) - second
    error, freedom = (
        cluster_standard_error(contributions, groups),
        cluster_degrees_of_freedom(groups),
    )
    assert difference.value == pytest.approx(contributions.mean())
    assert difference.standard_error == pytest.approx(error)
    assert difference.degrees_of_freedom == pytest.approx(freedom)
    for confidence in (0.95, 0.9):
        expected = stats.t.interval(confidence, freedom, difference.value, error)
        assert difference.interval(confidence) == pytest.approx(expected)


def test_groups_of_one_size_have_the_interval_of_a_clustered_regression():
    first, second, _ = answers()
    groups = np.arange(400) // 8
    difference = paired_difference(first, second, groups)
    fit = statsmodels.api.OLS(first.astype(float) - second, np.ones(400)).fit(
        cov_type="cluster", cov_kwds={"groups": groups}, use_t=True
    )
    # Its factor for few clusters is G/(G - 1) x (n - 1)/(n - 1).
    assert (difference.low, difference.high) == pytest.approx(tuple(fit.conf_int()[0]))


def test_with_groups_of_one_it_is_the_paired_t_interval():
    first, second, _ = answers(100)
    difference = paired_difference(first, second, np.arange(100))
    expected = stats.ttest_rel(first.astype(float), second.astype(float)).confidence_interval()
    assert (difference.low, difference.high) == pytest.approx(tuple(expected))


def test_p_from_t_is_that_of_the_paired_t_test():
    first, second, _ = answers(100)
    paired = stats.ttest_rel(first.astype(float), second.astype(float))
    error = stats.sem(first.astype(float) - second)
    difference = Difference(paired.statistic * error, "", sampling=VariancePart(error**2, 99))
    assert difference.p == pytest.approx(paired.pvalue)
    assert paired_difference(first, second, np.arange(100)).p == pytest.approx(paired.pvalue)


def test_sign_flips_give_fishers_p_for_darwins_maize():
    # Fisher counts 863 of 32,768 flips whose sum is 314 or more, and as many of -314 or less.
    assert exact_flip_p(MAIZE) == 2 * 863 / 32_768
    assert sign_flip_p(MAIZE, np.arange(15)) == pytest.approx(0.0527, abs=0.006)


def test_whole_groups_are_flipped():
    generator = np.random.default_rng(3)
    groups = generator.integers(10, size=60)
    contributions = generator.choice([-1.0, 0.0, 1.0], p=[0.2, 0.3, 0.5], size=60)
    expected = exact_flip_p(np.bincount(groups, weights=contributions))
    assert 0.001 < expected < 0.5
    assert sign_flip_p(contributions, groups) == pytest.approx(expected, abs=0.02)


def test_a_difference_that_no_flip_reaches_has_the_smallest_p():
    assert sign_flip_p(np.ones(50), np.arange(50)) == 1 / (1 + FLIPS)


def test_p_is_the_same_every_time():
    first, second, groups = answers()
    assert paired_difference(first, second, groups) == paired_difference(first, second, groups)


def test_discordant_answers_are_counted():
    first = np.array([1, 1, 1, 0, 0, 1], dtype=bool)
    second = np.array([1, 0, 0, 1, 0, 1], dtype=bool)
    difference = paired_difference(first, second, np.arange(6))
    assert (difference.only_a, difference.only_b) == (2, 1)
    assert difference.value == pytest.approx(1 / 6)


def test_the_test_says_what_it_covers():
    difference = paired_difference(*answers())
    assert difference.test.startswith("one run each: test sampling only; ")
    assert "60 groups" in difference.test


def test_the_p_of_sign_flips_is_a_second_number():
    first, second, groups = answers()
    difference = paired_difference(first, second, groups)
    assert difference.flip_p == sign_flip_p(first.astype(float) - second, groups)
    assert difference.flip_p != difference.p


def test_a_single_group_shows_nothing():
    difference = paired_difference([1, 1, 0], [0, 1, 0], np.array([4, 4, 4]))
    assert difference.value == pytest.approx(1 / 3)
    assert (difference.low, difference.high, difference.p) == (-1.0, 1.0, 1.0)
    assert difference.interval(0.9) == (-1.0, 1.0)
    assert "one group" in difference.test


def test_a_single_example_has_an_answer():
    assert paired_difference([1], [0], np.array([0])).value == 1.0


def test_the_same_answers_are_not_certainly_equal():
    right = np.ones(50)
    difference = paired_difference(right, right, np.arange(50))
    unseen = stats.binomtest(0, 50).proportion_ci(method="exact").high
    assert (difference.low, difference.value, difference.high) == pytest.approx(
        (-unseen, 0, unseen)
    )
    unseen = stats.binomtest(0, 50).proportion_ci(0.9, method="exact").high
    assert difference.interval(0.9) == pytest.approx((-unseen, unseen))
    assert difference.p == 1.0
    assert difference.standard_error > 0


def test_a_model_that_wins_every_time_has_bounds_within_the_possible():
    difference = paired_difference(np.ones(40), np.zeros(40), np.arange(40))
    assert 0.8 < difference.low < difference.interval(0.9)[0] < difference.value
    assert difference.value == difference.high == 1.0
    # No flip of 40 groups but two has as large a sum.
    assert difference.p == pytest.approx(2 * 0.5**40)


@pytest.mark.parametrize(
    ("first", "second", "groups"),
    [([], [], []), ([1, 0], [1], [0, 1]), ([1, 0], [1, 0], [0]), ([[1]], [[1]], [[0]])],
)
def test_arrays_that_do_not_fit_are_refused(first, second, groups):
    with pytest.raises(ValueError, match="Expected two arrays and groups"):
        paired_difference(first, second, np.array(groups))


@given(paired_answers())
def test_exchanging_the_models_turns_everything_round(arrays):
    first, second, groups = arrays
    forth = paired_difference(first, second, groups)
    back = paired_difference(second, first, groups)
    assert (back.value, back.p) == pytest.approx((-forth.value, forth.p))
    assert (back.low, back.high) == pytest.approx((-forth.high, -forth.low))
    assert (back.only_a, back.only_b) == (forth.only_b, forth.only_a)


@given(paired_answers())
def test_everything_is_finite_and_in_order(arrays):
    difference = paired_difference(*arrays)
    low, high = difference.interval(0.95)
    low_90, high_90 = difference.interval(0.9)
    assert -1 <= low <= low_90 <= difference.value <= high_90 <= high <= 1
    assert 0 < difference.p <= 1
    assert 0 < difference.standard_error < math.inf
    assert difference.only_a - difference.only_b == round(difference.value * len(arrays[0]))


@given(paired_answers(), st.floats(0.01, 0.5))
def test_p_values_and_intervals_agree(arrays, margin):
    difference = paired_difference(*arrays)
    (low, high), (low_90, high_90) = difference.interval(0.95), difference.interval(0.9)
    assert (difference.p < 0.05) == (not low <= 0 <= high)
    assert (difference.beyond_p(margin) < 0.05) == (low > margin or high < -margin)
    assert (difference.within_p(margin) < 0.05) == (-margin < low_90 and high_90 < margin)
    assert difference.beyond_p(margin) >= difference.p


@given(paired_answers())
def test_the_sampling_error_is_never_zero(arrays):
    first, second, groups = arrays
    assert sampling_part(first * 1.0 - second, groups).variance > 0
    assert sampling_part(np.zeros(len(groups)), groups).variance > 0
