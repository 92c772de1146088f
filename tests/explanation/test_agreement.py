import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from tfcmp.explanation.agreement import rank_correlation

scores = st.lists(st.integers(-4, 4), min_size=3, max_size=12)


def test_it_is_the_correlation_of_ranks_worked_out_by_hand():
    """Ranks 1 2 3 4 and 2 1 4 3: 1 - 6 * 4 / (4 * 15)."""
    first, second = np.array([0.1, 0.2, 5.0, 9.0]), np.array([3.0, -1.0, 8.0, 7.0])
    assert rank_correlation(first, second) == pytest.approx(0.6)


@given(st.data())
def test_it_is_that_of_scipy(data):
    first = np.array(data.draw(scores), float)
    draws = st.lists(st.integers(-4, 4), min_size=len(first), max_size=len(first))
    second = np.array(data.draw(draws), float)
    found = rank_correlation(first, second)
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        assert found is None
    else:
        assert found == pytest.approx(spearmanr(first, second).statistic)


def test_words_that_one_of_them_lacks_take_no_part():
    first = np.array([1.0, np.nan, 2.0, 3.0])
    assert rank_correlation(first, np.array([1.0, 99.0, 2.0, 3.0])) == pytest.approx(1.0)


def test_of_fewer_than_three_words_there_is_none():
    assert rank_correlation(np.array([1.0, 2.0]), np.array([1.0, 2.0])) is None
