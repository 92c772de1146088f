from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfcmp.data.diagnostic.grammar import parse
from tfcmp.diagnostics.behaviour import variations
from tfcmp.diagnostics.behaviour.variations import (
    TYPOGRAPHY_NAMES,
    Writer,
    in_case,
    in_typography,
    with_markup,
    with_typos,
)
from tfcmp.diagnostics.behaviour.vocabulary import ADJECTIVES, FIRST_NAMES

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


TEXT = "A wonderful film with beautiful scenes and a clever ending."


@given(st.integers(0, 1000), st.integers(1, 3))
def test_a_typo_swaps_two_inner_letters_of_a_long_word(seed, number):
    changed = with_typos(TEXT, number, Writer(Random(seed).random))
    pairs = [pair for pair in zip(TEXT.split(), changed.split(), strict=True) if len(set(pair)) > 1]
    assert len(pairs) == number
    for word, typo in pairs:
        places = [n for n in range(len(word)) if word[n] != typo[n]]
        assert len(word) >= 6
        assert len(places) == 2
        assert places[1] == places[0] + 1
        assert (word[0], word[-1], sorted(word)) == (typo[0], typo[-1], sorted(typo))


def test_a_text_of_short_words_keeps_them():
    assert with_typos("It is a bad film.", 3, Writer(Random(0).random)) == "It is a bad film."


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("upper case", "I COULDN'T STAND IT."),
        ("lower case", "i couldn't stand it."),
        ("title case", "I Couldn't Stand It."),
    ],
)
def test_case_changes_no_letter_but_its_case(name, changed):
    assert in_case("I couldn't stand it.", name) == changed


def test_markup_is_that_of_web_pages(writer):
    sentences = ["One two.", "Three."]
    assert with_markup(sentences, "line breaks", writer) == "One two.<br /><br />Three."
    assert with_markup(sentences, "paragraphs", writer) == "<p>One two.</p><p>Three.</p>"
    assert with_markup(sentences, "emphasis", writer).count("</") == 3


@pytest.mark.parametrize(
    ("name", "characters"),
    [
        ("curly marks", "\u2019\u201c\u201d"),
        ("dashes", "\u2014\u2026"),
        ("decomposed accents", "\u0301\u0303"),
        ("zero width", "\u00ad\u200b"),
        ("full width", "\uff41\uff37"),
    ],
)
def test_typography_puts_other_characters_for_the_same_text(name, characters):
    original, changed = in_typography(f"Wow, {TEXT}", name)
    assert original.endswith(TEXT)
    assert set(characters) <= set(changed)
    assert not set(characters) & set(original)


@pytest.mark.parametrize("name", TYPOGRAPHY_NAMES)
def test_typography_changes_no_token_of_a_word_tokenizer(word_tokenizer, name):
    original, changed = in_typography(TEXT, name)
    tokenizer = word_tokenizer()
    assert tokenizer.split_texts([changed]) == tokenizer.split_texts([original])
