from random import Random

import pytest

from tfcmp.data.diagnostic.grammar import parse
from tfcmp.explanation.behaviour.words import ADJECTIVES
from tfcmp.explanation.behaviour.writer import Writer


@pytest.fixture
def writer():
    return Writer(Random(3).random)


def test_a_sentence_takes_the_words_of_its_label(writer):
    for label in ("neg", "pos"):
        text = writer.sentence(parse("It is {same.adjective}."), label)
        assert text.removeprefix("It is ").removesuffix(".") in ADJECTIVES[label]


def test_a_slot_can_be_given(writer):
    assert writer.sentence(parse("Is it {same.adjective}?"), "pos", same_adjective="so") == (
        "Is it so?"
    )


def test_every_sentence_of_a_template_starts_with_a_capital(writer):
    assert writer.sentence(parse("No. {age} knew."), "neg", age="a child") == "No. A child knew."


def test_what_is_picked_is_picked_once(writer):
    assert sorted(writer.pick_some("abcd", 4)) == list("abcd")
    assert len(writer.pick_some("abcd", 9)) == 4


def test_a_review_names_people_and_ends_with_a_verdict(writer):
    sentences = writer.review("neg")
    assert len(sentences) == 4
    assert all(sentence.endswith(".") for sentence in sentences)
