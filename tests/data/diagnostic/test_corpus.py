import re
import subprocess
import sys
import time
from collections import Counter
from hashlib import sha256
from itertools import groupby

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tfcmp.data.diagnostic.corpus import PHENOMENA, DiagnosticReview, generate
from tfcmp.data.diagnostic.lexicon import CIRCUMSTANCES, FILLERS, NAMES, cue_words
from tfcmp.data.diagnostic.templates import CLAIMS, OPENINGS, PLOT
from tfcmp.errors import CallError

Corpus = dict[str, list[DiagnosticReview]]


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return {"train": list(generate("train", 4000, 0)), "test": list(generate("test", 1000, 0))}


def everything(corpus: Corpus) -> list[DiagnosticReview]:
    return corpus["train"] + corpus["test"]


def sentences(reviews: list[DiagnosticReview]) -> set[str]:
    return {part for review in reviews for part in re.split(r"(?<=[.!?])\s+", review.text)}


def fingerprint(reviews: list[DiagnosticReview]) -> str:
    return sha256("\n".join(map(repr, reviews)).encode()).hexdigest()


def test_there_are_several_hundred_templates_and_slot_values() -> None:
    templates = set(OPENINGS) | set(PLOT)
    templates.update(template for claims in CLAIMS.values() for template in claims)
    values = set(NAMES).union(*cue_words().values())
    for slots in (FILLERS, CIRCUMSTANCES):
        values.update(value for slot in slots.values() for value in slot)
    assert len(templates) >= 200
    assert len(values) >= 400


def test_the_sizes_are_those_asked_for(corpus: Corpus) -> None:
    assert [len(corpus["train"]), len(corpus["test"])] == [4000, 1000]


def test_train_and_test_share_no_sentence(corpus: Corpus) -> None:
    assert not sentences(corpus["train"]) & sentences(corpus["test"])


def test_train_and_test_share_no_sentence_under_different_seeds() -> None:
    train, test = list(generate("train", 600, 1)), list(generate("test", 600, 2))
    assert not sentences(train) & sentences(test)


def test_no_text_occurs_twice(corpus: Corpus) -> None:
    texts = [review.text for review in everything(corpus)]
    assert len(set(texts)) == len(texts)


def test_texts_have_10_to_400_words_and_most_are_short(corpus: Corpus) -> None:
    lengths = sorted(len(review.text.split()) for review in everything(corpus))
    assert lengths[0] >= 10
    assert 300 < lengths[-1] <= 400
    assert 45 <= lengths[len(lengths) // 2] <= 75


def test_every_phenomenon_is_balanced_in_every_split(corpus: Corpus) -> None:
    for reviews in corpus.values():
        counts = Counter((review.phenomenon, review.label) for review in reviews)
        assert len(counts) == 2 * len(PHENOMENA)
        assert all(counts[name, "neg"] == counts[name, "pos"] for name in PHENOMENA)
        assert max(counts.values()) - min(counts.values()) <= 1


def test_every_film_has_as_many_reviews_of_either_label(corpus: Corpus) -> None:
    for reviews in corpus.values():
        balance: Counter[str] = Counter()
        for review in reviews:
            balance[review.film] += 1 if review.label == "pos" else -1
        assert not any(balance.values())


def test_every_review_names_its_film(corpus: Corpus) -> None:
    assert all(review.film in review.text for review in everything(corpus))


def test_rationales_are_whole_words_in_order(corpus: Corpus) -> None:
    for review in everything(corpus):
        previous = 0
        assert review.rationale
        for start, end in review.rationale:
            assert previous <= start < end
            assert re.fullmatch(r"[A-Za-z']+( [a-z']+)*", review.text[start:end])
            assert not review.text[start - 1 : start].isalpha()
            assert not review.text[end : end + 1].isalpha()
            previous = end


def test_the_rationale_of_plain_sentiment_is_of_the_polarity_of_the_label(corpus: Corpus) -> None:
    cues = cue_words()
    for review in everything(corpus):
        if review.phenomenon in {"plain", "far_cue", "opening_cue", "contrast", "intensity"}:
            marked = {review.text[start:end] for start, end in review.rationale}
            assert marked & cues[review.label]
            assert not marked & (cues["neg"] | cues["pos"]) - cues[review.label]


def test_operators_belong_to_the_rationale(corpus: Corpus) -> None:
    operators = {
        "contrast": {"but", "although", "despite"},
        "negation": {"not", "never", "no", "nothing", "isn't", "wasn't", "weren't", "didn't"},
        "disagreement": {"i"},
    }
    for review in everything(corpus):
        marked = {review.text[start:end].lower() for start, end in review.rationale}
        assert marked & operators.get(review.phenomenon, marked)


def test_the_cue_distance_counts_the_words_behind_the_cue(corpus: Corpus) -> None:
    for review in everything(corpus):
        behind = review.text[review.rationale[-1][1] :]
        assert review.cue_distance == len(re.findall(r"[\w'-]+", behind))


def test_far_cues_reach_from_near_to_very_far(corpus: Corpus) -> None:
    distances = [r.cue_distance for r in everything(corpus) if r.phenomenon == "far_cue"]
    assert min(distances) < 30
    assert max(distances) > 290
    assert all(
        sum(low <= distance < low + 50 for distance in distances) >= 20 for low in range(0, 300, 50)
    )


def test_an_opening_cue_stands_in_the_first_sentence(corpus: Corpus) -> None:
    for review in everything(corpus):
        if review.phenomenon == "opening_cue":
            assert ". " not in review.text[: review.rationale[0][1]]
            assert review.cue_distance >= 7


def test_no_part_of_a_film_is_judged_twice_in_a_review(corpus: Corpus) -> None:
    for review in everything(corpus):
        for part in CIRCUMSTANCES["part"]:
            assert review.text.count(f"the {part} is") <= 1


def test_reviews_hold_two_to_four_deciding_sentences(corpus: Corpus) -> None:
    for review in everything(corpus):
        deciding = {review.text.count(". ", 0, start) for start, _ in review.rationale}
        assert 2 <= len(deciding) <= 4


def test_every_cue_word_is_met_often_in_train(corpus: Corpus) -> None:
    counts = Counter(word for r in corpus["train"] for word in re.findall(r"[a-z]+", r.text))
    seen = sorted(counts[word] for words in cue_words().values() for word in words)
    assert seen[0] >= 30
    assert seen[len(seen) // 4] >= 100


def test_articles_agree_with_what_follows(corpus: Corpus) -> None:
    for review in everything(corpus):
        assert not re.search(r"\b[Aa] [aeiou]|\b[Aa]n (?!hour)[^aeiou]", review.text), review.text


def test_texts_hold_no_leftovers_of_the_grammar(corpus: Corpus) -> None:
    for review in everything(corpus):
        assert not re.search(r"[\[\]{}]|  | [.,;]|\.\.", review.text), review.text


def test_a_smaller_corpus_is_the_beginning_of_a_larger_one() -> None:
    assert list(generate("train", 90, 3)) == list(generate("train", 200, 3))[:90]


def test_another_seed_gives_other_reviews() -> None:
    assert list(generate("test", 20, 0)) != list(generate("test", 20, 1))


def test_generation_is_the_same_in_every_process() -> None:
    code = (
        "from hashlib import sha256; from tfcmp.data.diagnostic.corpus import generate; "
        "reviews = generate('train', 100, 7); "
        "print(sha256('\\n'.join(map(repr, reviews)).encode()).hexdigest())"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()
    assert told == fingerprint(list(generate("train", 100, 7)))


def test_a_change_of_the_grammar_asks_for_a_new_version() -> None:
    """When this fails, raise GRAMMAR_VERSION and write the new fingerprint down here."""
    reviews = [*generate("train", 500, 0), *generate("test", 200, 0)]
    assert (
        fingerprint(reviews) == "234f8a85f46abea1a69d2ee32fd6affe91317d0ea10666200cf3a56097abb0a9"
    )


def test_generation_takes_well_under_a_millisecond_a_review() -> None:
    started = time.process_time()
    assert sum(1 for _ in generate("train", 1000, 5)) == 1000
    assert time.process_time() - started < 0.75


def test_reviews_are_streamed() -> None:
    assert next(generate("train", 10**9, 0)).split == "train"


def test_an_unknown_split_is_refused() -> None:
    with pytest.raises(CallError, match="train and test"):
        generate("validation", 10, 0)


def test_a_negative_size_is_refused() -> None:
    with pytest.raises(CallError, match="-1"):
        generate("train", -1, 0)


@settings(max_examples=15, deadline=None)
@given(size=st.integers(0, 60), seed=st.integers(0, 2**40))
def test_any_size_and_seed_gives_balanced_pairs(size: int, seed: int) -> None:
    reviews = list(generate("test", size, seed))
    assert len(reviews) == size
    for _, pair in groupby(enumerate(reviews), key=lambda item: item[0] // 2):
        members = [review for _, review in pair]
        assert len({review.label for review in members}) == len(members)
        assert len({(review.film, review.phenomenon) for review in members}) == 1
