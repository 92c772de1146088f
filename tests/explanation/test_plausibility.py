import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from tfcmp.explanation.plausibility import (
    average_precision,
    expected_precision,
    measure_plausibility,
    overlaps,
)
from tfcmp.explanation.reading import read_text
from tfcmp.explanation.words import Span


def test_the_area_is_that_worked_out_by_hand():
    """In the order of the scores: hit, miss, hit. Precision 1 at recall 1/2, 2/3 at recall 1."""
    found = average_precision(np.array([True, True, False]), np.array([0.9, 0.1, 0.5]))
    assert found == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)


@given(st.lists(st.tuples(st.booleans(), st.integers(-3, 3)), min_size=1))
def test_the_area_is_that_of_scikit_learn(pairs):
    labels, scores = map(np.array, zip(*pairs, strict=True))
    if labels.any():
        ours = average_precision(labels, scores.astype(float))
        assert ours == pytest.approx(average_precision_score(labels, scores))


@pytest.mark.parametrize(("words", "deciding"), [(1, 1), (4, 1), (5, 2), (6, 6), (7, 3)])
def test_chance_is_the_mean_over_all_orders(words, deciding):
    scores = np.arange(words, 0, -1.0)
    areas = [
        average_precision(np.isin(np.arange(words), places), scores)
        for places in itertools.combinations(range(words), deciding)
    ]
    assert expected_precision(words, deciding) == pytest.approx(np.mean(areas))


@pytest.mark.parametrize(("place", "expected"), [((0, 5), True), ((4, 9), True), ((5, 9), False)])
def test_a_word_counts_where_it_shares_a_character(place, expected):
    assert overlaps(Span(2, 5), [Span(*place)]) is expected


def test_the_deciding_words_first_is_one_and_signs_can_be_left_out(word_tokenizer):
    reading = read_text(word_tokenizer(), "word2 word3 word4 word5")
    rationale = [Span(6, 11), Span(18, 23)]
    first = measure_plausibility(reading, np.array([0.1, 2.0, -0.2, 1.0]), rationale)
    assert first == pytest.approx((1.0, 1.0))
    signed = measure_plausibility(reading, np.array([0.1, 2.0, -0.2, -1.0]), rationale)
    by_chance = expected_precision(4, 2)
    assert signed.by_magnitude == pytest.approx(1.0)
    assert signed.by_score == pytest.approx((0.5 + 0.25 - by_chance) / (1 - by_chance))


def test_words_that_were_not_read_take_no_part(word_tokenizer):
    tokenizer = word_tokenizer()
    tokenizer.max_length = 2
    reading = read_text(tokenizer, "word2 word3 word4")
    scores = np.array([1.0, 0.0, np.nan])
    assert measure_plausibility(reading, scores, [Span(0, 5)]) == (1.0, 1.0)
    assert measure_plausibility(reading, scores, [Span(12, 17)]) is None


def test_where_every_word_decides_there_is_nothing_to_rank(word_tokenizer):
    reading = read_text(word_tokenizer(), "word2 word3")
    assert measure_plausibility(reading, np.array([1.0, 2.0]), [Span(0, 11)]) is None
