from itertools import permutations

import numpy as np
import pytest
from scipy import stats

from tfcmp.evaluation.permutation import effect_p, interaction


def test_p_is_the_share_of_all_orders_at_least_as_extreme():
    scores, index = np.array([0.9, 0.8, 0.7, 0.5, 0.4, 0.2]), np.array([0, 0, 0, 1, 1, 1])

    def between(values):
        return float(stats.f_oneway(np.array(values)[:3], np.array(values)[3:]).statistic)

    found = [between(order) >= between(scores) - 1e-9 for order in permutations(scores)]
    assert effect_p(scores, index) == pytest.approx(np.mean(found), abs=0.02)


def test_the_same_trials_have_the_same_p():
    scores, index = np.random.default_rng(1).random(12), np.arange(12) % 4
    assert effect_p(scores, index) == effect_p(scores, index)


def trials(count, seed):
    generator = np.random.default_rng(seed)
    rates = 10 ** generator.uniform(-4, -2, count)
    return rates, generator.choice([16, 32, 64, 128], count), generator


def test_an_interaction_is_found_where_the_best_rate_depends_on_the_batch():
    rates, batches, generator = trials(40, 1)
    fit = np.log10(rates) + 3 - 0.5 * np.log2(batches / 45)
    found = interaction(rates, batches, 0.9 - 0.1 * fit**2 + generator.normal(0, 0.01, 40))
    assert found.p < 0.01
    assert found.share > 0.05
    assert found.trials == 40


@pytest.mark.parametrize("batch", [np.full(20, 32), np.arange(20) * 0 + 64])
def test_a_setting_that_does_not_vary_has_no_interaction(batch):
    rates, _, generator = trials(20, 2)
    assert interaction(rates, batch, generator.random(20)) is None


def test_few_trials_and_equal_scores_have_none():
    rates, batches, generator = trials(7, 3)
    assert interaction(rates, batches, generator.random(7)) is None
    rates, batches, _ = trials(20, 3)
    assert interaction(rates, batches, np.full(20, 0.5)) is None


@pytest.mark.slow
def test_without_an_effect_5_of_100_searches_of_12_trials_show_one():
    """Also where effects of both settings add up, of which the interaction knows nothing."""
    shown = np.zeros(2)
    for seed in range(300):
        rates, batches, generator = trials(14, seed)
        noise = generator.normal(0, 0.05, 14)
        _, index = np.unique(batches, return_inverse=True)
        shown[0] += effect_p(noise, index) <= 0.05
        both = interaction(rates, batches, 0.05 * np.log(rates) - 0.1 * np.log(batches) + noise)
        shown[1] += both is not None and both.p <= 0.05
    assert (shown / 300 <= 0.09).all()
