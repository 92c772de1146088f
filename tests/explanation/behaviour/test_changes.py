from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfcmp.explanation.behaviour.changes import (
    TYPOGRAPHY_NAMES,
    in_case,
    in_typography,
    with_markup,
    with_typos,
)
from tfcmp.explanation.behaviour.writer import Writer

TEXT = "A wonderful film with beautiful scenes and a clever ending."


def writer(seed=0):
    return Writer(Random(seed).random)


@given(st.integers(0, 1000), st.integers(1, 3))
def test_a_typo_swaps_two_inner_letters_of_a_long_word(seed, number):
    changed = with_typos(TEXT, number, writer(seed))
    pairs = [pair for pair in zip(TEXT.split(), changed.split(), strict=True) if len(set(pair)) > 1]
    assert len(pairs) == number
    for word, typo in pairs:
        places = [n for n in range(len(word)) if word[n] != typo[n]]
        assert len(word) >= 6
        assert len(places) == 2
        assert places[1] == places[0] + 1
        assert (word[0], word[-1], sorted(word)) == (typo[0], typo[-1], sorted(typo))


def test_a_text_of_short_words_keeps_them():
    assert with_typos("It is a bad film.", 3, writer()) == "It is a bad film."


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


def test_markup_is_that_of_web_pages():
    sentences = ["One two.", "Three."]
    assert with_markup(sentences, "line breaks", writer()) == "One two.<br /><br />Three."
    assert with_markup(sentences, "paragraphs", writer()) == "<p>One two.</p><p>Three.</p>"
    emphasised = with_markup(sentences, "emphasis", writer())
    assert emphasised.count("</") == 3
    with pytest.raises(ValueError, match="Expected one of"):
        with_markup(sentences, "colours", writer())


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
