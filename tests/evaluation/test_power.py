import numpy as np
import pytest

from tfcmp.evaluation.differences import Difference, paired_difference
from tfcmp.evaluation.power import smallest_detectable
from tfcmp.evaluation.seeds import seed_difference
from tfcmp.evaluation.variance import VariancePart

GROUPS = np.repeat(np.arange(200), 4)
STUDIES = 1000


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


def draw_answers(generator, seeds, accuracy, difficulty, spread):
    """(seeds, n) answers; a tenth of the texts is drawn by each seed."""
    again = generator.random((seeds, len(GROUPS)))
    own = np.where(generator.random(again.shape) < 0.1, again, difficulty)
    return own < accuracy + generator.normal(0, spread, size=(seeds, 1))


def draw_study(generator, seeds, gain, spread):
    difficulty = np.clip(
        generator.random(len(GROUPS)) + generator.normal(0, 0.05, size=200)[GROUPS], 0, 1
    )
    return seed_difference(
        draw_answers(generator, seeds, 0.7 + gain, difficulty, spread),
        draw_answers(generator, seeds, 0.7, difficulty, spread),
        GROUPS,
    )


def mean_design(generator, seeds, spread):
    """The variances of such a study, as means over 200 of them."""
    drawn = [draw_study(generator, seeds, 0.0, spread).parts for _ in range(200)]
    means = [float(np.mean([parts[place].variance for parts in drawn])) for place in range(3)]
    first, second, groups = (
        VariancePart(mean, part.freedom) for mean, part in zip(means, drawn[0], strict=True)
    )
    return Difference(0.0, "", seeds=(first, second), sampling=groups)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("seeds", "comparisons", "spread"),
    [(2, 1, 0.005), (3, 1, 0.02), (3, 10, 0.005), (5, 1, 0.02), (5, 10, 0.02)],
)
def test_the_smallest_detectable_difference_is_found_in_four_of_five_studies(
    seeds, comparisons, spread
):
    """200 groups of 4 texts, accuracy 0.7, seeds that spread by 0.5 or 2 points."""
    generator = np.random.default_rng(seeds)
    design = mean_design(generator, seeds, spread)
    gain = smallest_detectable(design, comparisons)
    studies = [draw_study(generator, seeds, gain, spread) for _ in range(STUDIES)]
    found = np.mean([study.p <= 0.05 / comparisons for study in studies])
    assert 0.75 <= found <= 0.88
    # What 2.80 standard errors find is far less.
    usual = [draw_study(generator, seeds, 2.8 * design.standard_error, spread) for _ in range(300)]
    assert np.mean([study.p <= 0.05 / comparisons for study in usual]) < found
