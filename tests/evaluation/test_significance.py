import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.weightstats import ttost_paired

from tfcmp.evaluation.differences import Difference, VariancePart, paired_difference
from tfcmp.evaluation.seeds import seed_difference
from tfcmp.evaluation.significance import (
    holm,
    smallest_detectable,
    verdict_of_difference,
    verdict_of_equality,
)


def closed_testing(p_values):
    """Holm is the closed test of Bonferroni's: the worst of all sets that a hypothesis is in."""
    count = len(p_values)
    sets = [
        members
        for size in range(1, count + 1)
        for members in itertools.combinations(range(count), size)
    ]
    adjusted = [min(1.0, len(members) * min(p_values[i] for i in members)) for members in sets]
    return [
        max(p for p, members in zip(adjusted, sets, strict=True) if number in members)
        for number in range(count)
    ]


def test_an_example_by_hand():
    # 4 x 0.005, 3 x 0.01, 2 x 0.03, and 0.04 raised to its predecessor.
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


# statsmodels collects garbage at every call.
@settings(max_examples=20)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_it_is_the_closed_test_of_bonferronis(p_values):
    assert holm(p_values) == pytest.approx(closed_testing(p_values))


def test_one_comparison_needs_no_adjustment():
    assert holm([0.04]).tolist() == [0.04]


def test_no_comparison_has_no_p():
    assert holm([]).shape == (0,)


@pytest.mark.parametrize("bad", [-0.1, 1.1, np.nan])
def test_what_is_no_p_is_refused(bad):
    with pytest.raises(ValueError, match="Expected p-values from 0 to 1"):
        holm([0.5, bad])


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
