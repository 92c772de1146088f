"""How often a report of five models declares two of them equal that are not, by simulation."""

from itertools import combinations

import numpy as np
import pytest
from scipy.special import stdtr

from tfcmp.evaluation.differences import Difference, VariancePart, t_spreads
from tfcmp.evaluation.significance import holm

MARGIN = 0.005
REPORTS = 4000
PAIRS = list(combinations(range(5), 2))


def adjusted(p_values):
    """Holm's adjustment of each row, (reports, pairs)."""
    order = np.argsort(p_values, axis=1)
    factors = np.arange(p_values.shape[1], 0, -1)
    sorted_ones = np.minimum(1, np.take_along_axis(p_values, order, axis=1) * factors)
    result = np.empty_like(p_values)
    np.put_along_axis(result, order, np.maximum.accumulate(sorted_ones, axis=1), axis=1)
    return result


def simulate(seeds, error):
    """Differences (reports, pairs) and p of equality, of models of `seeds` seeds each.

    True accuracies are 0, 0.5, 0, 0.5 and 0 points: six of ten pairs differ by just the margin, the
    worst case. `error` is the standard error of a model's mean over its seeds.
    """
    generator = np.random.default_rng(seeds)
    truths = np.array([0.0, MARGIN, 0.0, MARGIN, 0.0])
    estimates = truths + generator.normal(0, error, (REPORTS, 5))
    variances = error**2 * generator.chisquare(seeds - 1, (REPORTS, 5)) / (seeds - 1)
    values, p_values, parts = [], [], []
    for a, b in PAIRS:
        both = tuple(VariancePart(variances[:, one], seeds - 1) for one in (a, b))
        sampling = VariancePart(np.full(REPORTS, 1e-12), 1000)
        distance = MARGIN - np.abs(estimates[:, a] - estimates[:, b])
        tails = [stdtr(f, -distance / scale) for scale, f in t_spreads(both, sampling)]
        values.append(estimates[:, a] - estimates[:, b])
        p_values.append(np.where(distance > 0, np.max(tails, axis=0), 1.0))
        parts.append((both, sampling))
    return np.stack(values, axis=1), np.stack(p_values, axis=1), parts


def test_the_simulation_has_the_p_values_that_reports_have():
    values, p_values, parts = simulate(5, 0.001)
    for report in range(3):
        within = []
        for pair, (both, sampling) in enumerate(parts):
            seeds = tuple(VariancePart(one.variance[report], one.freedom) for one in both)
            own = VariancePart(sampling.variance[report], sampling.freedom)
            found = Difference(float(values[report, pair]), "", seeds=seeds, sampling=own)
            within.append(found.within_p(MARGIN))
        assert p_values[report] == pytest.approx(within)
        assert adjusted(p_values)[report] == pytest.approx(holm(within))


@pytest.mark.slow
@pytest.mark.parametrize("error", [0.0004, 0.0008, 0.0016])
@pytest.mark.parametrize("seeds", [3, 5])
def test_at_most_5_of_100_reports_of_five_models_hold_a_false_equality(seeds, error):
    _, p_values, _ = simulate(seeds, error)
    is_different = np.array([(a + b) % 2 == 1 for a, b in PAIRS])
    assert is_different.sum() == 6
    wrong = (adjusted(p_values)[:, is_different] <= 0.05).any(axis=1).mean()
    unadjusted = (p_values[:, is_different] <= 0.05).any(axis=1).mean()
    assert wrong <= 0.05
    assert unadjusted > wrong
