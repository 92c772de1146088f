import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.weightstats import ttost_paired

from tfcmp.evaluation.differences import Difference, paired_difference
from tfcmp.evaluation.variance import VariancePart
from tfcmp.evaluation.verdicts import verdict_of_difference, verdict_of_equality


def difference_of(value, error=0.001):
    """Half-widths of 1.96 and 1.64 errors."""
    return Difference(value, "", sampling=VariancePart(error**2, 1e6))


def verdict_of(difference, margin=0.005):
    return verdict_of_equality(difference.within_p(margin), difference.beyond_p(margin))


@pytest.mark.parametrize(
    ("value", "adjusted_p", "verdict"),
    [
        (0.02, 0.049, "supported"),
        (0.02, 0.05, "supported"),
        (0.02, 0.051, "not resolved"),
        (-0.02, 0.01, "contradicted"),
        (-0.02, 0.2, "not resolved"),
        (0.0, 0.01, "not resolved"),
    ],
)
def test_a_claim_of_a_difference_has_a_direction(value, adjusted_p, verdict):
    assert verdict_of_difference(difference_of(value), adjusted_p) == verdict


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        (0.0033, "supported"),
        # The 90 % interval ends at 0.00334 + 0.00164: inside; at 0.0034 it is outside.
        (0.0034, "not resolved"),
        (-0.0033, "supported"),
        # The 95 % interval begins at 0.0069 - 0.00196: inside; at 0.007 it is outside.
        (0.0069, "not resolved"),
        (0.0070, "contradicted"),
        (-0.0070, "contradicted"),
    ],
)
def test_equality_is_a_matter_of_intervals_and_the_margin(value, verdict):
    assert verdict_of(difference_of(value)) == verdict


def test_the_margin_is_a_setting():
    difference = difference_of(0.007)
    assert verdict_of(difference, margin=0.02) == "supported"


def test_no_significant_difference_is_no_support_of_equality():
    difference = difference_of(0.001, error=0.01)
    assert difference.p > 0.9
    assert verdict_of(difference) == "not resolved"


def test_an_interval_that_shows_nothing_resolves_nothing():
    difference = paired_difference([1, 0], [1, 0], np.array([0, 0]))
    assert verdict_of(difference) == "not resolved"


@given(st.integers(0, 2**32 - 1), st.floats(0.05, 0.5))
def test_equality_is_supported_where_both_one_sided_tests_reject(seed, margin):
    first, second = np.random.default_rng(seed).random((2, 60)) < [[0.8], [0.75]]
    p, _, _ = ttost_paired(first.astype(float), second.astype(float), -margin, margin)
    verdict = verdict_of(paired_difference(first, second, np.arange(60)), margin)
    assert (verdict == "supported") == (p < 0.05)
