import re
import time
from collections import Counter
from hashlib import sha256
from itertools import groupby, islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tfcmp.data.diagnostic.corpus import DiagnosticSource, generate
from tfcmp.data.diagnostic.lexicon import CIRCUMSTANCES, FILLERS, NAMES, cue_words
from tfcmp.data.diagnostic.templates import CLAIMS, OPENINGS, PLOT
from tfcmp.errors import CallError


@pytest.fixture(scope="module")
def corpus():
    return {"train": list(generate("train", 4000, 0)), "test": list(generate("test", 1000, 0))}


def everything(corpus):
    return corpus["train"] + corpus["test"]


def sentences(reviews):
    return {part for review in reviews for part in re.split(r"(?<=[.!?])\s+", review.text)}


def fingerprint(reviews):
    return sha256("\n".join(map(repr, reviews)).encode()).hexdigest()


def test_there_are_several_hundred_templates_and_slot_values():
    templates = set(OPENINGS) | set(PLOT)
    templates.update(template for claims in CLAIMS.values() for template in claims)
    values = set(NAMES).union(*cue_words().values())
    for slots in (FILLERS, CIRCUMSTANCES):
        values.update(value for slot in slots.values() for value in slot)
    assert len(templates) >= 200
    assert len(values) >= 400


def test_train_and_test_share_no_sentence_even_under_different_seeds(corpus):
    assert [len(corpus["train"]), len(corpus["test"])] == [4000, 1000]
    assert not sentences(corpus["train"]) & sentences(corpus["test"])
    train, test = list(generate("train", 600, 1)), list(generate("test", 600, 2))
    assert not sentences(train) & sentences(test)
    assert train[:20] != corpus["train"][:20]


def test_no_text_occurs_twice(corpus):
    texts = [review.text for review in everything(corpus)]
    assert len(set(texts)) == len(texts)


def test_texts_have_10_to_400_words_and_most_are_short(corpus):
    lengths = sorted(len(review.text.split()) for review in everything(corpus))
    assert lengths[0] >= 10
    assert 300 < lengths[-1] <= 400
    assert 45 <= lengths[len(lengths) // 2] <= 75


def test_every_phenomenon_is_balanced_in_every_split(corpus):
    for reviews in corpus.values():
        counts = Counter((review.phenomenon, review.label) for review in reviews)
        assert len(counts) == 2 * len(CLAIMS)
        assert all(counts[name, "neg"] == counts[name, "pos"] for name in CLAIMS)
        assert max(counts.values()) - min(counts.values()) <= 1


def test_every_review_names_its_film_which_has_as_many_of_either_label(corpus):
    for reviews in corpus.values():
        balance = Counter()
        for review in reviews:
            balance[review.film] += 1 if review.label == "pos" else -1
            assert review.film in review.text
        assert not any(balance.values())


def test_rationales_are_whole_words_in_order(corpus):
    for review in everything(corpus):
        previous = 0
        assert review.rationale
        for start, end in review.rationale:
            assert previous <= start < end
            assert re.fullmatch(r"[A-Za-z']+( [a-z']+)*", review.text[start:end])
            assert not review.text[start - 1 : start].isalpha()
            assert not review.text[end : end + 1].isalpha()
            previous = end


def test_the_rationale_of_plain_sentiment_is_of_the_polarity_of_the_label(corpus):
    cues = cue_words()
    for review in everything(corpus):
        if review.phenomenon in {"plain", "far_cue", "opening_cue", "contrast", "intensity"}:
            marked = {review.text[start:end] for start, end in review.rationale}
            assert marked & cues[review.label]
            assert not marked & (cues["neg"] | cues["pos"]) - cues[review.label]


def test_operators_belong_to_the_rationale(corpus):
    operators = {
        "contrast": {"but", "although", "despite"},
        "negation": {"not", "never", "no", "nothing", "isn't", "wasn't", "weren't", "didn't"},
        "disagreement": {"i"},
    }
    for review in everything(corpus):
        marked = {review.text[start:end].lower() for start, end in review.rationale}
        assert marked & operators.get(review.phenomenon, marked)


def test_the_cue_distance_counts_the_words_behind_the_cue(corpus):
    for review in everything(corpus):
        behind = review.text[review.rationale[-1][1] :]
        assert review.cue_distance == len(re.findall(r"[\w'-]+", behind))


def test_far_cues_reach_from_near_to_very_far(corpus):
    distances = [r.cue_distance for r in everything(corpus) if r.phenomenon == "far_cue"]
    assert min(distances) < 30
    assert max(distances) > 290
    assert all(
        sum(low <= distance < low + 50 for distance in distances) >= 20 for low in range(0, 300, 50)
    )


def test_an_opening_cue_stands_in_the_first_sentence(corpus):
    for review in everything(corpus):
        if review.phenomenon == "opening_cue":
            assert ". " not in review.text[: review.rationale[0][1]]
            assert review.cue_distance >= 7


def test_reviews_hold_two_to_four_deciding_sentences_on_different_parts_of_a_film(corpus):
    for review in everything(corpus):
        deciding = {review.text.count(". ", 0, start) for start, _ in review.rationale}
        assert 2 <= len(deciding) <= 4
        for part in CIRCUMSTANCES["part"]:
            assert review.text.count(f"the {part} is") <= 1


def test_every_cue_word_is_met_often_in_train(corpus):
    counts = Counter(word for r in corpus["train"] for word in re.findall(r"[a-z]+", r.text))
    seen = sorted(counts[word] for words in cue_words().values() for word in words)
    assert seen[0] >= 30
    assert seen[len(seen) // 4] >= 100


def test_articles_agree_with_what_follows_and_nothing_is_left_of_the_grammar(corpus):
    for review in everything(corpus):
        assert not re.search(r"\b[Aa] [aeiou]|\b[Aa]n (?!hour)[^aeiou]", review.text), review.text
        assert not re.search(r"[\[\]{}]|  | [.,;]|\.\.", review.text), review.text


def test_reviews_are_streamed_and_a_smaller_corpus_is_the_beginning_of_a_larger_one():
    larger = list(islice(generate("train", 10**9, 3), 200))
    assert list(generate("train", 90, 3)) == larger[:90]


def test_a_change_of_the_grammar_asks_for_a_new_version():
    """When this fails, raise GRAMMAR_VERSION and write the new fingerprint down here."""
    reviews = [*generate("train", 500, 0), *generate("test", 200, 0)]
    assert (
        fingerprint(reviews) == "234f8a85f46abea1a69d2ee32fd6affe91317d0ea10666200cf3a56097abb0a9"
    )


def test_generation_takes_well_under_a_millisecond_a_review():
    started = time.process_time()
    assert sum(1 for _ in generate("train", 1000, 5)) == 1000
    assert time.process_time() - started < 0.75


@settings(max_examples=15)
@given(size=st.integers(0, 60), seed=st.integers(0, 2**40))
def test_any_size_and_seed_gives_balanced_pairs(size, seed):
    reviews = list(generate("test", size, seed))
    assert len(reviews) == size
    for _, pair in groupby(enumerate(reviews), key=lambda item: item[0] // 2):
        members = [review for _, review in pair]
        assert len({review.label for review in members}) == len(members)
        assert len({(review.film, review.phenomenon) for review in members}) == 1


@pytest.fixture(scope="module")
def source():
    return DiagnosticSource(train_size=60, test_size=24, seed=3)


def test_reviews_come_in_the_order_of_the_records(source):
    assert [record.split for record in source.records()] == ["train"] * 60 + ["test"] * 24
    assert (source.size(), DiagnosticSource().size()) == (84, 14_000)
    for record, review in zip(source.records(), source.reviews(), strict=True):
        assert record.text == review.text
        assert record.label == review.label
        assert record.split == review.split
        assert record.group == review.film
        assert record.phenomenon == review.phenomenon
        assert record.cue_distance == review.cue_distance


@pytest.mark.parametrize("other", [{"train_size": 61}, {"test_size": 25}, {"seed": 4}])
def test_the_key_changes_with_size_seed_and_version(source, monkeypatch, other):
    before = source.key()
    assert (
        DiagnosticSource(**{"train_size": 60, "test_size": 24, "seed": 3} | other).key() != before
    )
    monkeypatch.setattr("tfcmp.data.diagnostic.corpus.GRAMMAR_VERSION", 99)
    assert source.key() != before


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (lambda: generate("validation", 10, 0), "train and test"),
        (lambda: generate("train", -1, 0), "-1"),
        (lambda: DiagnosticSource(train_size=-5), "train_size.*-5"),
        (lambda: DiagnosticSource(test_size=-5), "test_size.*-5"),
    ],
)
def test_an_unknown_split_and_a_negative_size_are_wrong_calls(wrong, told):
    with pytest.raises(CallError, match=told):
        wrong()
