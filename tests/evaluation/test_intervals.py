import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tfcmp.evaluation.intervals import (
    cluster_degrees_of_freedom,
    cluster_standard_error,
    mean_interval,
    ratio_contributions,
    share_interval,
)

UNBOUNDED = (-math.inf, math.inf)


@st.composite
def clustered_values(draw):
    count = draw(st.integers(2, 40))
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    clusters = generator.integers(draw(st.integers(2, 10)), size=count)
    clusters[:2] = [0, 1]
    return generator.normal(size=count), clusters


def regression_on_a_constant(values, clusters):
    """CR2 standard error and Bell-McCaffrey degrees of freedom with whole matrices.

    As Pustejovsky and Tipton 2018 define them for any regression, here on a column of ones, with
    independent examples as the working model.
    """
    count = len(values)
    design = np.ones((count, 1))
    bread = np.linalg.inv(design.T @ design)
    residual_maker = np.eye(count) - design @ bread @ design.T
    variance, columns = 0.0, []
    for cluster in np.unique(clusters):
        rows = np.flatnonzero(clusters == cluster)
        roots, vectors = np.linalg.eigh(residual_maker[np.ix_(rows, rows)])
        adjusted = vectors @ np.diag(roots**-0.5) @ vectors.T
        weights = bread @ design[rows].T @ adjusted
        residuals = values[rows] - values.mean()
        variance += float((weights @ residuals)[0] ** 2)
        columns.append(residual_maker[rows].T @ adjusted @ design[rows] @ bread)
    products = np.hstack(columns).T @ np.hstack(columns)
    return math.sqrt(variance), np.trace(products) ** 2 / np.trace(products @ products)


def test_a_case_by_hand():
    # Mean 0.5; residuals sum to 1 in the first cluster and to -1 in the second.
    values, clusters = np.array([1.0, 1.0, 0.0, 0.0]), np.array([7, 7, -3, -3])
    assert cluster_standard_error(values, clusters) == pytest.approx(math.sqrt(2 * 2) / 4)


def test_with_clusters_of_one_it_is_the_ordinary_t_interval():
    values = np.random.default_rng(1).normal(size=50)
    interval = mean_interval(values, np.arange(50), UNBOUNDED)
    expected = stats.t.interval(0.95, 49, values.mean(), stats.sem(values))
    assert interval == pytest.approx((values.mean(), *expected))


def test_examples_that_repeat_their_cluster_add_nothing():
    values = np.random.default_rng(2).normal(size=20)
    once = mean_interval(values, np.arange(20), UNBOUNDED)
    thrice = mean_interval(np.repeat(values, 3), np.repeat(np.arange(20), 3), UNBOUNDED)
    assert thrice == pytest.approx(once)


def test_an_interval_is_clipped_to_its_bounds():
    values = np.array([0.0, 0.0, 1.0])
    assert mean_interval(values, np.arange(3), (0.0, 1.0))[1:] == (0.0, 1.0)


def test_one_cluster_shows_nothing_of_the_variation():
    interval = mean_interval(np.array([0.2, 0.4]), np.array([5, 5]), (0.0, 2.0))
    assert interval == pytest.approx((0.3, 0.0, 2.0))


def test_clusters_of_one_size_have_one_degree_of_freedom_less_than_there_are():
    assert cluster_degrees_of_freedom(np.repeat(np.arange(9), 4)) == pytest.approx(8)
    few_large = np.repeat(np.arange(21), [200] + [10] * 20)
    assert cluster_degrees_of_freedom(few_large) < 4


def test_a_share_of_independent_examples_has_the_interval_of_wilson():
    # With many degrees of freedom; SE^2 = p(1 - p)/(n - 1).
    values = np.repeat([1.0, 0.0], [1960, 41])
    exact = stats.binomtest(1959, 2000).proportion_ci(method="wilson")
    found = share_interval(values, np.arange(2001))
    assert (found.low, found.high) == pytest.approx((exact.low, exact.high), abs=2e-5)


def test_a_share_near_one_reaches_further_inwards():
    values, clusters = np.repeat([1.0, 0.0], [97, 3]), np.arange(100) // 4
    share, low, high = share_interval(values, clusters)
    assert share - low > high - share > 0
    assert high < 1


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_share_without_exceptions_is_not_certain(share):
    values, clusters = np.full(60, share), np.repeat(np.arange(20), 3)
    exact = stats.binomtest(int(20 * share), 20).proportion_ci(method="exact")
    assert share_interval(values, clusters) == pytest.approx((share, exact.low, exact.high))


def test_equal_shares_in_all_clusters_are_not_certain():
    values, clusters = np.array([1.0, 0.0] * 10), np.repeat(np.arange(10), 2)
    exact = stats.binomtest(5, 10).proportion_ci(method="exact")
    assert share_interval(values, clusters) == pytest.approx((0.5, exact.low, exact.high))


def test_a_share_of_one_cluster_has_an_interval():
    share, low, high = share_interval(np.array([1.0, 1.0, 0.0]), np.array([4, 4, 4]))
    assert 0 <= low < 0.05 < share < 0.95 < high <= 1


def test_more_confidence_is_wider():
    values, clusters = np.random.default_rng(3).normal(size=30), np.arange(30) // 3
    narrow = mean_interval(values, clusters, UNBOUNDED, confidence=0.9)
    wide = mean_interval(values, clusters, UNBOUNDED, confidence=0.95)
    assert wide.low < narrow.low < narrow.high < wide.high


@settings(deadline=None)
@given(clustered_values())
def test_error_and_degrees_of_freedom_are_those_of_a_regression_on_a_constant(arrays):
    error, freedom = regression_on_a_constant(*arrays)
    assert cluster_standard_error(*arrays) == pytest.approx(error, abs=1e-7)
    assert cluster_degrees_of_freedom(arrays[1]) == pytest.approx(freedom)


@pytest.mark.slow
def test_the_standard_error_equals_that_of_a_bootstrap_of_whole_clusters():
    generator = np.random.default_rng(4)
    sizes = generator.integers(1, 30, size=400)
    clusters = np.repeat(np.arange(400), sizes)
    values = (generator.random(sizes.sum()) < generator.beta(4, 1, size=400)[clusters]) * 1.0
    sums = np.bincount(clusters, weights=values)
    drawn = generator.integers(400, size=(4000, 400))
    means = sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    assert cluster_standard_error(values, clusters) == pytest.approx(means.std(), rel=0.05)


def test_the_mean_of_the_contributions_is_the_ratio_of_the_sums():
    numerators, denominators = np.array([1.0, 3.0, 2.0]), np.array([2.0, 5.0, 1.0])
    found = ratio_contributions(numerators, denominators)
    assert found.mean() == pytest.approx(6 / 8)
    assert ratio_contributions(4 * numerators, 4 * denominators) == pytest.approx(found)


@pytest.mark.slow
def test_the_interval_of_a_ratio_holds_the_truth_in_93_of_100_studies():
    """100 texts, margins exponential, 60 % of each lost but for noise of a margin of 1."""
    generator, groups = np.random.default_rng(1), np.arange(100)
    covered = 0
    for _ in range(2000):
        margins = generator.exponential(3.0, 100)
        lost = 0.6 * margins + generator.normal(0, 1, 100)
        interval = mean_interval(ratio_contributions(lost, margins), groups, (-9.0, 9.0))
        covered += interval.low <= 0.6 <= interval.high
    assert 0.93 <= covered / 2000 <= 0.97
