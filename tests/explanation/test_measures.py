import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from tfcmp.explanation.measures import (
    SHARES,
    average_precision,
    expected_precision,
    measure_faithfulness,
    measure_plausibility,
    overlaps,
    top_words,
)
from tfcmp.explanation.reading import read_text
from tfcmp.models.markup import Span

from .conftest import BIAS, KERNEL, VECTORS


def probability(ids, target):
    ids = ids or [1]
    logits = VECTORS[ids].mean(axis=0) @ KERNEL + BIAS
    return float((np.exp(logits) / np.exp(logits).sum())[target])


def test_both_measures_are_the_means_worked_out_by_hand(make_network):
    """Five words: the top 1, 5, 10 and 20 % are one word, the top 50 % are three."""
    network = make_network("mean")
    ids = [2, 7, 3, 4, 6]
    reading = read_text(network.tokenizer, "word2 word7 word3 word4 word6")
    scores = np.array([0.1, 0.5, 0.4, -0.2, 0.3])
    whole = probability(ids, 0)
    one = probability([2, 3, 4, 6], 0), probability([7], 0)
    three = probability([2, 4], 0), probability([7, 3, 6], 0)
    (found,) = measure_faithfulness(network, reading, [scores], 0).rankings
    lost = [
        whole - (4 * of_one + of_three) / 5 for of_one, of_three in zip(one, three, strict=True)
    ]
    assert found.comprehensiveness == pytest.approx(lost[0], abs=1e-6)
    assert found.sufficiency == pytest.approx(lost[1], abs=1e-6)


def test_rankings_are_measured_side_by_side(make_network):
    network = make_network("square")
    reading = read_text(network.tokenizer, "word2 word7 word3")
    rankings = [np.array([1.0, 2.0, 3.0]), np.array([3.0, 2.0, 1.0])]
    alone = [measure_faithfulness(network, reading, [one], 1).rankings[0] for one in rankings]
    together = measure_faithfulness(network, reading, rankings, 1).rankings
    np.testing.assert_allclose(together, alone, atol=1e-6)


def test_a_share_is_rounded_up_and_ties_go_to_the_earlier_word():
    read = np.array([0, 1, 3, 4, 5, 6, 7, 8, 9, 11])
    scores = np.zeros(12)
    scores[9], scores[2] = 1.0, 5.0
    top = top_words(read, scores)
    assert [len(words) for words in top] == [1, 1, 1, 2, 5]
    assert top[-1].tolist() == [9, 0, 1, 3, 4]
    assert len(SHARES) == 5


def test_a_text_of_one_word_has_a_value(make_network):
    network = make_network()
    reading = read_text(network.tokenizer, "word7")
    (found,) = measure_faithfulness(network, reading, [np.array([1.0])], 0).rankings
    assert found.sufficiency == 0
    assert found.comprehensiveness == pytest.approx(probability([7], 0) - probability([], 0))


def test_the_margin_is_that_to_the_class_that_comes_second(make_network):
    network = make_network("mean")
    reading = read_text(network.tokenizer, "word2 word7")
    found = measure_faithfulness(network, reading, [np.array([1.0, 0.0])], 0)
    margins = [
        float((logits := VECTORS[ids].mean(axis=0) @ KERNEL + BIAS)[0] - logits[1])
        for ids in ([2, 7], [7], [2])
    ]
    assert found.margin == pytest.approx(margins[0], abs=1e-5)
    lost = found.rankings[0].margin_comprehensiveness, found.rankings[0].margin_sufficiency
    assert lost == pytest.approx((margins[0] - margins[1], margins[0] - margins[2]), abs=1e-5)


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
