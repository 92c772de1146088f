import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tfcmp.evaluation.multiplicity import holm


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
