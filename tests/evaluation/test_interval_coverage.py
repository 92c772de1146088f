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


def draw_disagreements(generator, groups, rates, correlation):
    """Answers of two models that are right together but where only one of them is, by its rate."""
    scale, count = 1 / correlation - 1, groups.max() + 1
    first, second = (
        generator.beta(rate * scale, (1 - rate) * scale, size=count)[groups] for rate in rates
    )
    drawn = generator.random(len(groups))
    only_first = drawn < first
    only_second = ~only_first & (drawn < first + second * (1 - first) / (1 - rates[0]))
    return ~only_second, ~only_first


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sizes", "rates", "lowest"),
    [
        (HALF, (0.1, 0.02), 0.93),
        (LOGNORMAL, (0.1, 0.02), 0.92),
        (np.full(8, 20), (0.1, 0.02), 0.92),
        (np.full(1000, 7), (0.1, 0.02), 0.94),
        # The known exception: fewer than ten groups in which the models disagree, nearly all of
        # them one way.
        (np.full(50, 10), (0.02, 0.005), 0.91),
        (LOGNORMAL, (0.02, 0.005), 0.86),
    ],
)
def test_the_interval_of_a_difference_holds_it_but_with_few_disagreements(sizes, rates, lowest):
    generator, groups = np.random.default_rng(3), np.repeat(np.arange(len(sizes)), sizes)
    covered = 0
    for _ in range(1500):
        difference = paired_difference(*draw_disagreements(generator, groups, rates, 0.1), groups)
        covered += difference.low <= rates[0] - rates[1] <= difference.high
    assert lowest <= covered / 1500 <= 0.985
