import numpy as np
import pytest

from tfcmp.evaluation.differences import Difference, paired_difference
from tfcmp.evaluation.power import smallest_detectable
from tfcmp.evaluation.seeds import seed_difference
from tfcmp.evaluation.variance import VariancePart

GROUPS = np.repeat(np.arange(200), 4)
STUDIES = 1000
SEED_SPREAD = 0.02


def test_with_many_degrees_of_freedom_it_is_2_80_standard_errors():
    difference = Difference(0.0, "", sampling=VariancePart(0.01**2, 1e5))
    assert smallest_detectable(difference) == pytest.approx(0.028, rel=0.03)


def test_few_seeds_and_many_comparisons_find_less():
    def design(seeds, comparisons):
        part = VariancePart(0.001**2 / seeds, seeds - 1)
        difference = Difference(0.0, "", seeds=(part, part), sampling=VariancePart(1e-8, 500))
        return smallest_detectable(difference, comparisons)

    assert design(2, 1) > 2 * design(3, 1) > 2 * design(5, 1)
    assert design(3, 10) > 2 * design(3, 1)


def test_where_nothing_is_known_nothing_is_found():
    assert smallest_detectable(paired_difference([1, 0], [0, 0], np.zeros(2, int))) == 1.0


def draw_answers(generator, seeds, accuracy, difficulty):
    """(seeds, n) answers; a tenth of the texts is drawn anew by each seed."""
    again = generator.random((seeds, len(GROUPS)))
    own = np.where(generator.random(again.shape) < 0.1, again, difficulty)
    return own < accuracy + generator.normal(0, SEED_SPREAD, size=(seeds, 1))


def draw_study(generator, seeds, gain):
    difficulty = np.clip(
        generator.random(len(GROUPS)) + generator.normal(0, 0.05, size=200)[GROUPS], 0, 1
    )
    return seed_difference(
        draw_answers(generator, seeds, 0.8 + gain, difficulty),
        draw_answers(generator, seeds, 0.8, difficulty),
        GROUPS,
    )


def mean_design(generator, seeds):
    """The variances of such a study, as means over 200 of them."""
    drawn = [draw_study(generator, seeds, 0.0).parts for _ in range(200)]
    means = [float(np.mean([parts[place].variance for parts in drawn])) for place in range(3)]
    first, second, groups = (
        VariancePart(mean, part.freedom) for mean, part in zip(means, drawn[0], strict=True)
    )
    return Difference(0.0, "", seeds=(first, second), sampling=groups)


@pytest.mark.slow
@pytest.mark.parametrize("comparisons", [1, 10])
@pytest.mark.parametrize("seeds", [3, 5])
def test_the_smallest_detectable_difference_is_found_in_four_of_five_studies(seeds, comparisons):
    """200 groups of 4 texts, seeds that spread by 2 points; at 2 seeds see below."""
    generator = np.random.default_rng(seeds)
    gain = smallest_detectable(mean_design(generator, seeds), comparisons)
    found = [draw_study(generator, seeds, gain).p <= 0.05 / comparisons for _ in range(STUDIES)]
    assert gain > 2.8 * 0.01
    assert 0.75 <= np.mean(found) <= 0.88
