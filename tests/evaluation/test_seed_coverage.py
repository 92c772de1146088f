"""How often the interval of a difference of seed means holds the truth, by simulation."""

import numpy as np
import pytest

from tfcmp.evaluation.seeds import seed_difference

GROUPS = np.repeat(np.arange(80), 8)
STUDIES = 2000
ACCURACY = 0.8
# Standard error of the difference from the sampling of groups, with a seed spread of 0: measured
# once over 20,000 studies. Seed spreads are multiples of it.
SAMPLING_ERROR = 0.0216


def draw_answers(generator, seeds, spread, shared):
    """(seeds, n) answers of one model, right with probability 0.8 over seeds, groups and examples.

    An answer is right where the example's difficulty, uniform on 0..1, lies below the group's rate
    plus the seed's shift. The difficulty is that of both models for half of the examples, and new
    with every seed for one in ten.
    """
    rates, difficulty = shared
    own = generator.random(len(GROUPS))
    difficulty = np.where(generator.random(len(GROUPS)) < 0.5, difficulty, own)
    again = generator.random((seeds, len(GROUPS)))
    difficulty = np.where(generator.random(again.shape) < 0.1, again, difficulty)
    shifts = generator.normal(0, spread * SAMPLING_ERROR, size=(seeds, 1))
    own_rates = np.clip(rates + generator.normal(0, 0.05, size=80), 0.5, 1.1)[GROUPS]
    return difficulty < own_rates + shifts


def simulate(seeds, spreads):
    """Share of 2,000 studies whose 95 % interval holds the true difference, which is 0."""
    generator = np.random.default_rng(seeds)
    covered = 0
    for _ in range(STUDIES):
        shared = generator.normal(ACCURACY, 0.04, size=80), generator.random(len(GROUPS))
        first, second = (draw_answers(generator, seeds, spread, shared) for spread in spreads)
        difference = seed_difference(first, second, GROUPS)
        covered += difference.low <= 0 <= difference.high
    return covered / STUDIES


@pytest.mark.slow
@pytest.mark.parametrize("seeds", [2, 3, 5, 10])
@pytest.mark.parametrize("spreads", [(0, 0), (1, 1), (4, 4), (0, 4)], ids=str)
def test_the_interval_holds_the_truth_in_93_of_100_studies(seeds, spreads):
    assert 0.93 <= simulate(seeds, spreads) <= 0.99
