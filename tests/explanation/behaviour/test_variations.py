from random import Random

import pytest

from tfcmp.explanation.behaviour import variations
from tfcmp.explanation.behaviour.words import FIRST_NAMES
from tfcmp.explanation.behaviour.writer import Writer

each_label = pytest.mark.parametrize("label", ["neg", "pos"])


@pytest.fixture
def writer():
    return Writer(Random(5).random)


@each_label
def test_an_intensifier_is_all_that_is_added(writer, label):
    for turn in range(12):
        (original, changed), adverb = variations.intensifiers(writer, label, turn)
        assert changed.replace(f"{adverb} ", "", 1) == original


@each_label
def test_the_added_verdict_stands_behind(writer, label):
    for turn in range(6):
        (original, changed), _ = variations.added(writer, label, turn)
        assert changed.startswith(original + " ")


@each_label
def test_only_names_differ_between_the_two_reviews(writer, label):
    for turn in range(8):
        (original, changed), _ = variations.names(writer, label, turn)
        differing = [
            (one, other)
            for one, other in zip(original.split(), changed.split(), strict=True)
            if one != other
        ]
        assert any(one in FIRST_NAMES for one, _ in differing)
        assert len(differing) <= 4


@each_label
@pytest.mark.parametrize("number", variations.PADDINGS)
def test_padding_keeps_the_review_whole_at_its_end_or_beginning(writer, label, number):
    turn = variations.PADDINGS.index(number)
    (review, padded), part = variations.padding_before(writer, label, turn)
    assert padded.endswith(" " + review)
    assert part == f"{number} sentences before"
    (review, padded), _ = variations.padding_after(writer, label, turn)
    assert padded.startswith(review + " ")


@each_label
def test_a_review_has_the_length_it_says_with_the_opinion_at_one_end(writer, label):
    for turn, words in enumerate(variations.LENGTHS * 2):
        (text,), part = variations.length(writer, label, turn)
        assert words <= len(text.split()) < words + 20
        assert part == f"{words} words, opinion {'first' if turn < 4 else 'last'}"


def test_facts_about_a_film_are_told_once(writer):
    for _ in range(20):
        sentences = writer.neutral(30)
        assert len(sentences) == 30
        assert sum("minutes long" in sentence for sentence in sentences) <= 1
