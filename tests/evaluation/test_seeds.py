import json
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tfcmp.evaluation.differences import paired_difference, sampling_difference
from tfcmp.evaluation.intervals import (
    cluster_degrees_of_freedom,
    cluster_standard_error,
    share_interval,
)
from tfcmp.evaluation.seeds import multi_bootstrap, seed_accuracy, seed_difference


def answers(seeds, accuracy, count=600, seed=0):
    """Answers of which one in ten is drawn anew with every seed."""
    generator = np.random.default_rng(seed)
    again = generator.random((seeds, count))
    difficulty = np.where(generator.random(again.shape) < 0.1, again, generator.random(count))
    return difficulty < accuracy


GROUPS = np.random.default_rng(9).integers(50, size=600)
FIRST = answers(3, 0.9, seed=1)
SECOND = answers(4, 0.87, seed=2)


def test_the_variance_is_that_of_seeds_and_that_of_groups():
    difference = seed_difference(FIRST, SECOND, GROUPS)
    parts = [
        (FIRST.mean(axis=1).var(ddof=1) / 3, 2),
        (SECOND.mean(axis=1).var(ddof=1) / 4, 3),
        (
            cluster_standard_error(FIRST.mean(axis=0) - SECOND.mean(axis=0), GROUPS) ** 2,
            cluster_degrees_of_freedom(GROUPS),
        ),
    ]
    total = sum(variance for variance, _ in parts)
    freedom = total**2 / sum(variance**2 / own for variance, own in parts)
    assert difference.standard_error == pytest.approx(np.sqrt(total))
    assert difference.degrees_of_freedom == pytest.approx(freedom)
    expected = stats.t.interval(0.95, freedom, difference.value, np.sqrt(total))
    assert (difference.low, difference.high) == pytest.approx(expected)
    p = 2 * stats.t.sf(abs(difference.value) / np.sqrt(total), freedom)
    assert difference.p == pytest.approx(p)


def test_where_all_examples_agree_it_is_the_test_of_welch():
    # Correctness constant within a seed leaves the variance over seeds alone.
    first, second = np.array([0.81, 0.84, 0.80]), np.array([0.85, 0.91, 0.88, 0.86])
    constant = [np.repeat(accuracies[:, None], 50_000, axis=1) for accuracies in (first, second)]
    difference = seed_difference(*constant, np.arange(50_000))
    welch = stats.ttest_ind(first, second, equal_var=False)
    assert difference.p == pytest.approx(welch.pvalue, rel=1e-3)
    assert difference.degrees_of_freedom == pytest.approx(welch.df, rel=1e-3)
    interval = welch.confidence_interval()
    assert (difference.low, difference.high) == pytest.approx(tuple(interval), rel=1e-3)


def test_it_is_never_narrower_than_the_seeds_alone():
    # Seeds of the first model spread, so that Satterthwaite's quantile falls faster with the
    # sampling part than the standard error rises.
    spread = np.array([0.85, 0.9, 0.95])[:, None] > np.random.default_rng(1).random((1, 600))
    difference = seed_difference(spread, np.repeat(answers(1, 0.7), 3, axis=0), GROUPS)
    error = np.sqrt(spread.mean(axis=1).var(ddof=1) / 3)
    alone = stats.t.interval(0.95, 2, difference.value, error)
    assert (difference.low, difference.high) == pytest.approx(alone)
    alone = stats.t.interval(0.9, 2, difference.value, error)
    assert difference.interval(0.9) == pytest.approx(alone)
    assert difference.degrees_of_freedom == pytest.approx(2)
    assert difference.p == pytest.approx(2 * stats.t.sf(abs(difference.value) / error, 2))
    assert difference.standard_error > error


def test_it_is_never_narrower_than_few_groups_alone():
    groups = np.arange(600) % 3
    first, second = answers(3, 0.9) & (groups != 0), answers(3, 0.85, seed=1)
    difference = seed_difference(first, second, groups)
    alone = sampling_difference(first.mean(axis=0) - second.mean(axis=0), groups, "")
    assert difference.low <= alone.low
    assert difference.interval(0.9)[1] >= alone.interval(0.9)[1]


@given(st.integers(0, 2**32 - 1), st.integers(2, 4))
def test_p_says_whether_the_interval_holds_zero(seed, seeds):
    shifts = np.random.default_rng(seed).normal(0.8, 0.1, size=(2, seeds, 1))
    first, second = answers(seeds, shifts[0], 60, seed), answers(seeds, shifts[1], 60, seed + 1)
    difference = seed_difference(first, second, np.arange(60) // 3)
    assert (difference.p < 0.05) == (not difference.low <= 0 <= difference.high)
    assert (difference.p < 0.1) == (
        not difference.interval(0.9)[0] <= 0 <= difference.interval(0.9)[1]
    )


def test_seeds_that_agree_leave_test_sampling():
    first, second = np.repeat(FIRST[:1], 3, axis=0), np.repeat(SECOND[:1], 5, axis=0)
    difference = seed_difference(first, second, GROUPS)
    single = paired_difference(FIRST[0], SECOND[0], GROUPS)
    assert difference.standard_error == pytest.approx(single.standard_error)
    assert (difference.low, difference.high) == pytest.approx((single.low, single.high))


def test_one_run_each_is_a_paired_difference():
    expected = paired_difference(FIRST[0], SECOND[0], GROUPS)
    assert seed_difference(FIRST[:1], SECOND[:1], GROUPS) == expected


def test_one_run_on_a_side_covers_test_sampling_only():
    difference = seed_difference(FIRST, SECOND[:1], GROUPS)
    expected = sampling_difference(FIRST.mean(axis=0) - SECOND[0], GROUPS, "")
    assert (difference.low, difference.p) == pytest.approx((expected.low, expected.p))
    assert difference.test.startswith("one side a single run: test sampling only")


def test_a_difference_is_ready_for_strict_json():
    for seeds in (1, 3):
        content = json.dumps(
            asdict(seed_difference(FIRST[:seeds], SECOND[:seeds], GROUPS)), allow_nan=False
        )
        assert json.loads(content)["sampling"]


def test_a_single_group_shows_nothing():
    difference = seed_difference(FIRST, SECOND, np.zeros(600, dtype=int))
    assert (difference.low, difference.high, difference.p) == (-1.0, 1.0, 1.0)


def test_models_that_are_always_right_are_not_certainly_equal():
    difference = seed_difference(np.ones((3, 40)), np.ones((3, 40)), np.arange(40))
    assert -0.2 < difference.low < -0.01 < 0.01 < difference.high < 0.2
    assert difference.p == 1.0


@pytest.mark.parametrize("shape", [(600,), (0, 600), (3, 599), (3, 0)])
def test_arrays_that_do_not_fit_are_refused(shape):
    with pytest.raises(ValueError, match=r"Expected \(seeds, n\) values"):
        seed_difference(np.zeros(shape), SECOND, GROUPS)


def test_an_accuracy_over_seeds_has_both_parts_too():
    interval = seed_accuracy(FIRST, GROUPS)
    seeds = FIRST.mean(axis=1).var(ddof=1) / 3
    sampling = cluster_standard_error(FIRST.mean(axis=0), GROUPS) ** 2
    own = cluster_degrees_of_freedom(GROUPS)
    freedom = (seeds + sampling) ** 2 / (seeds**2 / 2 + sampling**2 / own)
    low, high = stats.t.interval(0.95, freedom, FIRST.mean(), np.sqrt(seeds + sampling))
    sampled = share_interval(FIRST.mean(axis=0), GROUPS)
    expected = min(low, sampled.low), max(high, sampled.high)
    assert interval == pytest.approx((FIRST.mean(), *expected))


def test_the_accuracy_of_one_seed_is_a_share():
    assert seed_accuracy(FIRST[:1], GROUPS) == share_interval(FIRST[0] * 1.0, GROUPS)


def test_an_accuracy_of_one_is_not_certain():
    value, low, high = seed_accuracy(np.ones((3, 40)), np.arange(40))
    assert 0.8 < low < 0.95 < value == high == 1.0


def test_an_accuracy_that_is_equal_in_all_groups_is_a_share():
    repeated, groups = np.tile([1.0, 0.0], (3, 20)), np.repeat(np.arange(20), 2)
    assert seed_accuracy(repeated, groups) == pytest.approx(share_interval(repeated[0], groups))


def test_there_is_no_bootstrap_of_few_seeds():
    assert multi_bootstrap(answers(4, 0.9), answers(5, 0.8), GROUPS) is None


def test_the_bootstrap_equals_one_that_puts_the_drawn_groups_together():
    # Groups of very unequal sizes, and a seed that stands out.
    groups = np.sort(np.random.default_rng(7).random(600) ** 3 * 50).astype(int)
    first, second = answers(5, 0.9, seed=3), answers(6, 0.3, seed=4)
    first[0] &= answers(1, 0.7, seed=5)[0]
    interval = multi_bootstrap(first, second, groups)
    generator = np.random.default_rng(6)
    members = [np.flatnonzero(groups == group) for group in np.unique(groups)]
    drawn = []
    for _ in range(1000):
        taken = generator.integers(len(members), size=len(members))
        rows = np.concatenate([members[number] for number in taken])
        sides = [
            values[generator.integers(len(values), size=len(values))] for values in (first, second)
        ]
        drawn.append(sides[0][:, rows].mean() - sides[1][:, rows].mean())
    low, high = np.quantile(drawn, [0.025, 0.975])
    assert interval.value == pytest.approx(first.mean() - second.mean())
    assert interval.low == pytest.approx(low, abs=0.15 * (high - low))
    assert interval.high == pytest.approx(high, abs=0.15 * (high - low))


def test_the_bootstrap_is_the_same_every_time():
    arrays = answers(5, 0.9), answers(5, 0.8), GROUPS
    assert multi_bootstrap(*arrays) == multi_bootstrap(*arrays)


def test_the_bootstrap_of_a_single_group_shows_nothing():
    interval = multi_bootstrap(answers(5, 0.9), answers(5, 0.8), np.zeros(600, dtype=int))
    assert interval[1:] == (-1.0, 1.0)
