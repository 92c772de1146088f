"""What must not tell the label: names, neutral words, lengths, and single words."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable

import numpy as np
import pytest

from tfcmp.data.diagnostic.corpus import DiagnosticReview, generate
from tfcmp.data.diagnostic.lexicon import cue_words

CUES = frozenset.union(*cue_words().values())
# Four standard deviations of the accuracy of a coin over 1,000 test reviews.
CHANCE = 4 * 0.5 / 1000**0.5

PLAIN = {"plain", "far_cue", "opening_cue"}
# Both polarities stand in the text, or the same word speaks for either label.
CONTRASTS = {"intensity", "contrast", "comparison", "expectation", "disagreement"}

Features = Callable[[DiagnosticReview], list[str]]


@pytest.fixture(scope="module")
def train():
    return list(generate("train", 4000, 0))


@pytest.fixture(scope="module")
def test():
    return list(generate("test", 1000, 0))


def words(review):
    return re.findall(r"[a-z']+", review.text.lower())


def words_next_to_the_cues(review):
    """All words but the rationale and the opinions that the review contradicts."""
    text = review.text
    for start, end in reversed(review.rationale):
        text = text[:start] + text[end:]
    return [word for word in re.findall(r"[a-z']+", text.lower()) if word not in CUES]


def words_of_the_title(review):
    return review.film.split()


def naive_bayes(train, test, features):
    """Accuracy by phenomenon, and of "all", of a multinomial naive Bayes with add-one counts."""
    counts = {label: Counter() for label in ("neg", "pos")}
    for review in train:
        counts[review.label].update(features(review))
    totals = {label: sum(counts[label].values()) + len(counts[label]) for label in counts}
    hits = defaultdict(list)
    for review in test:
        odds = sum(
            np.log((counts["pos"][word] + 1) / totals["pos"])
            - np.log((counts["neg"][word] + 1) / totals["neg"])
            for word in features(review)
        )
        hit = (odds > 0) == (review.label == "pos")
        hits[review.phenomenon].append(hit)
        hits["all"].append(hit)
    return {name: float(np.mean(values)) for name, values in hits.items()}


def test_the_majority_label_of_a_film_tells_nothing(train, test):
    votes = Counter()
    for review in train:
        votes[review.film] += 1 if review.label == "pos" else -1
    hits = [(votes[review.film] > 0) == (review.label == "pos") for review in test]
    assert abs(np.mean(hits) - 0.5) < CHANCE


def test_the_words_of_a_title_tell_nothing(train, test):
    assert abs(naive_bayes(train, test, words_of_the_title)["all"] - 0.5) < CHANCE


def test_words_next_to_the_cues_tell_nothing(train, test):
    assert abs(naive_bayes(train, test, words_next_to_the_cues)["all"] - 0.5) < CHANCE


@pytest.mark.parametrize("measure", ["words", "cue_distance"])
def test_length_and_distance_tell_nothing(train, measure):
    values = defaultdict(lambda: defaultdict(list))
    for review in train:
        value = review.cue_distance if measure == "cue_distance" else len(words(review))
        values[review.phenomenon][review.label].append(value)
    for sides in values.values():
        negative, positive = np.array(sides["neg"]), np.array(sides["pos"])
        error = np.sqrt(negative.var() / len(negative) + positive.var() / len(positive))
        assert abs(negative.mean() - positive.mean()) < 4 * error


@pytest.mark.parametrize("phenomenon", ["plain", "opening_cue"])
def test_single_words_solve_plain_sentiment(phenomenon, train, test):
    plain = [review for review in train if review.phenomenon in PLAIN]
    assert naive_bayes(plain, test, words)[phenomenon] > 0.85


@pytest.mark.parametrize("phenomenon", sorted({*CONTRASTS, "negation", "litotes"}))
def test_single_words_do_not_solve_what_needs_an_operator(phenomenon, train, test):
    assert naive_bayes(train, test, words)[phenomenon] < 0.65


def test_single_words_do_not_solve_contrasts_even_when_trained_on_nothing_else(train, test):
    train = [review for review in train if review.phenomenon in CONTRASTS]
    test = [review for review in test if review.phenomenon in CONTRASTS]
    assert abs(naive_bayes(train, test, words)["all"] - 0.5) < 4 * 0.5 / len(test) ** 0.5
