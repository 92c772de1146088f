import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tfcmp.evaluation.intervals import cluster_standard_error, mean_interval, share_interval

UNBOUNDED = (-math.inf, math.inf)


@st.composite
def clustered_values(draw):
    count = draw(st.integers(2, 40))
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    clusters = generator.integers(draw(st.integers(2, 10)), size=count)
    clusters[:2] = [0, 1]
    return generator.normal(size=count), clusters


def loop_standard_error(values, clusters):
    """The sum over pairs of examples of one cluster, without sums per cluster."""
    mean, total = sum(values) / len(values), 0.0
    for first, first_cluster in zip(values, clusters, strict=True):
        for second, second_cluster in zip(values, clusters, strict=True):
            if first_cluster == second_cluster:
                total += (first - mean) * (second - mean)
    count = len(set(clusters))
    return math.sqrt(max(0.0, total) * count / (count - 1)) / len(values)


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


def test_a_share_that_varies_has_the_interval_of_a_mean():
    values, clusters = np.array([1.0, 0.0, 1.0, 1.0, 0.0]), np.array([0, 0, 1, 1, 2])
    assert share_interval(values, clusters) == mean_interval(values, clusters, (0.0, 1.0))


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
def test_the_standard_error_equals_a_loop_over_pairs(arrays):
    expected = loop_standard_error(*arrays)
    assert cluster_standard_error(*arrays) == pytest.approx(expected, abs=1e-7)


@settings(deadline=None)
@given(clustered_values(), st.randoms())
def test_the_order_of_examples_does_not_matter(arrays, random):
    values, clusters = arrays
    order = list(range(len(values)))
    random.shuffle(order)
    moved = mean_interval(values[order], clusters[order], UNBOUNDED)
    assert moved == pytest.approx(mean_interval(values, clusters, UNBOUNDED))


@settings(deadline=None)
@given(clustered_values(), st.permutations(range(-5, 5)))
def test_the_names_of_clusters_do_not_matter(arrays, names):
    values, clusters = arrays
    renamed = np.array(names)[clusters] * 1_000_003
    moved = mean_interval(values, renamed, UNBOUNDED)
    assert moved == pytest.approx(mean_interval(values, clusters, UNBOUNDED))


def correlated_shares(generator, clusters, size):
    """Zeros and ones that agree within clusters more than chance would have it; mean 0.8."""
    rates = generator.beta(4, 1, size=clusters)
    return (generator.random((clusters, size)) < rates[:, None]).astype(float).ravel()


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


@pytest.mark.slow
def test_the_interval_holds_the_truth_as_often_as_it_says():
    generator = np.random.default_rng(5)
    clusters = np.repeat(np.arange(60), 8)
    intervals = [share_interval(correlated_shares(generator, 60, 8), clusters) for _ in range(2000)]
    covered = np.mean([interval.low <= 0.8 <= interval.high for interval in intervals])
    assert 0.93 <= covered <= 0.965
