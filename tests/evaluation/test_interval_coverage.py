"""How often intervals near 1, and with few or unequal groups, hold the truth, by simulation."""

import numpy as np
import pytest

from tfcmp.evaluation.differences import paired_difference
from tfcmp.evaluation.intervals import share_interval

STUDIES = 4000
# Twenty groups of sizes exp(N(2.5, 1)): 1 to 338, of which one holds more than half of the texts.
LOGNORMAL = np.maximum(1, np.exp(np.random.default_rng(3).normal(2.5, 1, 20)).round()).astype(int)
HALF = np.array([200] + [10] * 20)
# Sizes of the groups, accuracy, correlation within groups: the design effect is
# 1 + (size - 1) x correlation for groups of one size.
SETTINGS = {
    "500 texts, 0.99": (np.ones(500, int), 0.99, 0.0),
    "50 groups of 10, 0.99, design effect 1.9": (np.full(50, 10), 0.99, 0.1),
    "8 groups of 20, 0.95": (np.full(8, 20), 0.95, 0.0),
    "8 groups of 20, 0.95, design effect 2.9": (np.full(8, 20), 0.95, 0.1),
    "20 lognormal groups, 0.85": (LOGNORMAL, 0.85, 0.0),
    "20 lognormal groups, 0.85, correlated": (LOGNORMAL, 0.85, 0.1),
    "20 lognormal groups, 0.85, strongly correlated": (LOGNORMAL, 0.85, 0.3),
    "one group of half the texts, 0.85": (HALF, 0.85, 0.0),
    "one group of half the texts, 0.85, correlated": (HALF, 0.85, 0.1),
    "one group of half the texts, 0.85, strongly correlated": (HALF, 0.85, 0.3),
    "1,000 groups of 7, 0.9, as IMDB": (np.full(1000, 7), 0.9, 0.06),
}


def draw_answers(generator, groups, accuracy, correlation):
    """Zeros and ones of the texts; a group's rate is drawn from a beta distribution."""
    count = groups.max() + 1
    rates = np.full(count, accuracy)
    if correlation:
        scale = 1 / correlation - 1
        rates = generator.beta(accuracy * scale, (1 - accuracy) * scale, size=count)
    return (generator.random(len(groups)) < rates[groups]).astype(float)


@pytest.mark.slow
@pytest.mark.parametrize("setting", SETTINGS)
def test_the_interval_of_an_accuracy_holds_the_truth_in_93_of_100_studies(setting):
    sizes, accuracy, correlation = SETTINGS[setting]
    generator, groups = np.random.default_rng(1), np.repeat(np.arange(len(sizes)), sizes)
    intervals = [
        share_interval(draw_answers(generator, groups, accuracy, correlation), groups)
        for _ in range(STUDIES)
    ]
    assert np.mean([one.low <= accuracy <= one.high for one in intervals]) >= 0.93


@pytest.mark.slow
@pytest.mark.parametrize("setting", SETTINGS)
def test_equal_models_differ_in_at_most_7_of_100_studies(setting):
    """Interval and p of a paired difference; the models agree on half of the texts by themselves."""
    sizes, accuracy, correlation = SETTINGS[setting]
    generator, groups = np.random.default_rng(2), np.repeat(np.arange(len(sizes)), sizes)
    rejected = 0
    for _ in range(STUDIES // 4):
        shared, first, second = (
            draw_answers(generator, groups, accuracy, correlation) for _ in range(3)
        )
        is_shared = generator.random(len(groups)) < 0.5
        difference = paired_difference(
            np.where(is_shared, shared, first), np.where(is_shared, shared, second), groups
        )
        assert (difference.p < 0.05) == (not difference.low <= 0 <= difference.high)
        rejected += difference.p < 0.05
    assert rejected / (STUDIES // 4) <= 0.07
