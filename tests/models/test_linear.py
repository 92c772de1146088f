import itertools
import math

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from tfcmp.models import linear
from tfcmp.models.linear import (
    adapt_bag_of_ngrams,
    build_bag_of_ngrams,
    choose_ngrams,
    count_ngrams,
    log_count_ratios,
    ngram_keys,
)
from tfcmp.models.word_tokenizer import PADDING_ID, UNKNOWN_ID

# "5 6 5 6" as class 0, "5 7" as class 1, "6 unknown 7" as class 1.
IDS = np.array([[5, 6, 5, 6], [5, 7, 0, 0], [6, 1, 7, 0]], np.int32)
LABELS = np.array([0, 1, 1], np.int32)
batches_of_ids = st.lists(
    st.lists(st.integers(0, 9) | st.just(2**20 - 1), min_size=5, max_size=5), min_size=1, max_size=4
)


def key_of(*words):
    key = 0
    for word in words:
        key = key * 2**20 + word
    return key


def ngrams(text, orders):
    """All n-grams of known words, in plain Python."""
    return [
        tuple(text[start : start + order])
        for order in range(1, orders + 1)
        for start in range(len(text) - order + 1)
        if not {PADDING_ID, UNKNOWN_ID} & set(text[start : start + order])
    ]


def adapted(orders=2, features=20, smoothing=1.0):
    model = build_bag_of_ngrams(2, orders=orders, features=features)
    ngrams = choose_ngrams([(IDS, LABELS)], 2, orders=orders, features=features)
    adapt_bag_of_ngrams(model, ngrams, smoothing)
    return model


def kept_keys(model):
    keys = np.asarray(model.get_layer("ngram_features").keys).tolist()
    return [key for key in keys if key != np.iinfo(np.int64).max]


def found_features(model, ids):
    """Numbers of the features that each text holds."""
    features = np.asarray(model.get_layer("ngram_features")(np.array(ids, np.int32)))
    return [sorted(row[row > 0].tolist()) for row in features]


@given(batches_of_ids, st.integers(1, 3))
def test_ngram_keys_agree_in_numpy_and_tensorflow(ids, orders):
    numbers = np.array(ids, np.int64)
    in_tensorflow = ngram_keys(tf, tf.constant(numbers), orders)
    np.testing.assert_array_equal(ngram_keys(np, numbers, orders), in_tensorflow)


@given(batches_of_ids, st.integers(1, 3))
def test_ngram_keys_are_those_of_the_ngrams_of_known_words(ids, orders):
    keys = ngram_keys(np, np.array(ids, np.int64), orders)
    for row, text in zip(keys, ids, strict=True):
        expected = sorted(key_of(*words) for words in ngrams(text, orders))
        assert sorted(row[row > 0].tolist()) == expected


def test_no_two_ngrams_share_a_key():
    words = (2, 3, 2**20 - 1)
    all_ngrams = [ngram for order in (1, 2, 3) for ngram in itertools.product(words, repeat=order)]
    keys = {
        int(ngram_keys(np, np.array([ngram], np.int64), len(ngram)).max()) for ngram in all_ngrams
    }
    assert len(keys) == len(all_ngrams)


@pytest.mark.parametrize("gap", [PADDING_ID, UNKNOWN_ID])
def test_padding_and_unknown_words_form_no_ngram(gap):
    keys = ngram_keys(np, np.array([[5, gap, 6]], np.int64), 3)
    assert sorted(keys[keys > 0].tolist()) == [5, 6]


def test_an_ngram_is_counted_once_a_text_and_for_its_class():
    keys, counts = count_ngrams([(IDS, LABELS)], 2, 2)
    counted = dict(zip(keys.tolist(), counts.tolist(), strict=True))
    assert counted == {
        key_of(5): [1, 1],
        key_of(6): [1, 1],
        key_of(7): [0, 2],
        key_of(5, 6): [1, 0],
        key_of(6, 5): [1, 0],
        key_of(5, 7): [0, 1],
    }


def test_counts_add_up_over_batches():
    apart = [(IDS[:1], LABELS[:1]), (IDS[1:], LABELS[1:])]
    for in_parts, at_once in zip(
        count_ngrams(apart, 3, 2), count_ngrams([(IDS, LABELS)], 3, 2), strict=True
    ):
        np.testing.assert_array_equal(in_parts, at_once)


def test_ngrams_seen_once_are_forgotten_above_the_bound(monkeypatch):
    monkeypatch.setattr(linear, "LARGEST_COUNT", 3)
    keys, _ = count_ngrams([(IDS, LABELS)], 2, 2)
    assert keys.tolist() == [5, 6, 7]


def test_log_count_ratios_are_those_computed_by_hand():
    ratios = log_count_ratios(np.array([[3, 1], [0, 2]]), smoothing=1.0)
    # Class 0: (4/5) / (2/5) and (1/5) / (3/5); class 1 the other way round.
    log_2, log_3 = math.log(2), math.log(3)
    np.testing.assert_allclose(ratios, [[log_2, -log_2], [-log_3, log_3]])


def test_log_count_ratios_of_three_classes_are_against_all_the_others():
    ratios = log_count_ratios(np.array([[2, 0, 1], [0, 3, 4]]), smoothing=0.5)
    inside = (2.5 / (2.5 + 0.5), 0.5 / (0.5 + 3.5), 1.5 / (1.5 + 4.5))
    outside = (1.5 / (1.5 + 7.5), 3.5 / (3.5 + 4.5), 2.5 / (2.5 + 3.5))
    expected = [math.log(p / q) for p, q in zip(inside, outside, strict=True)]
    np.testing.assert_allclose(ratios[0], expected)


def test_the_ngrams_of_the_most_texts_are_kept():
    assert kept_keys(adapted(features=3)) == [5, 6, 7]


def test_fewer_ngrams_than_places_leave_places_empty():
    model = adapted(features=20)
    assert len(kept_keys(model)) == 6
    assert found_features(model, [[0, 0, 0, 0]]) == [[]]


def test_a_repeated_ngram_is_one_feature():
    model = adapted()
    assert found_features(model, [[5, 5, 5, 0]]) == found_features(model, [[5, 0, 0, 0]])


def test_ngrams_that_are_not_kept_are_no_feature():
    model = adapted(orders=1)
    assert found_features(model, [[8, 9, 2, 2**20 - 1]]) == [[]]


def test_features_are_numbered_in_the_order_of_their_keys():
    assert found_features(adapted(orders=1), [[7, 5, 6, 0]]) == [[1, 2, 3]]


def test_with_weights_of_one_the_logits_are_sums_of_log_count_ratios():
    model = adapted(smoothing=0.5)
    head = model.get_layer("logits")
    head.weights_of_features.assign(np.ones(head.weights_of_features.shape))
    keys, counts = count_ngrams([(IDS, LABELS)], 2, 2)
    ratios = dict(zip(keys.tolist(), log_count_ratios(counts, 0.5), strict=True))
    for text, logits in zip(IDS.tolist(), np.asarray(model(IDS)), strict=True):
        expected = sum(ratios[key_of(*words)] for words in set(ngrams(text, 2)))
        np.testing.assert_allclose(logits, expected, rtol=1e-5)


def test_a_text_without_a_known_word_has_the_bias_as_its_logits():
    model = adapted()
    model.get_layer("logits").bias.assign([0.25, -0.5])
    np.testing.assert_allclose(model(np.array([[1, 0]], np.int32)), [[0.25, -0.5]])


def test_the_ratios_are_not_trained():
    names = [weight.name for weight in adapted().trainable_weights]
    assert names == ["feature_weights", "bias"]
