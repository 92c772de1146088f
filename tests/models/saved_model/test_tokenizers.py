import re

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from tfcmp.errors import CallError
from tfcmp.models.saved_model.tokenizers import (
    UNKNOWN_SIZE,
    CharacterTokenizer,
    JoinCharacters,
    SavedModelTokenizer,
)
from tfcmp.models.saved_model.trust import trusting_saved_models

# Ids of the preprocessors' vocabulary.
UNKNOWN, START, END, THE, FILM, GOOD, BAD = 1, 2, 3, 4, 5, 7, 8
both = pytest.mark.parametrize("kind", ["preprocessor", "tokenizing"])


@pytest.fixture
def load(program):
    def make(kind, max_length=None, truncation="head"):
        with trusting_saved_models():
            return SavedModelTokenizer.from_folder(program(kind), "here", max_length, truncation)

    return make


def ids_of(tokenizer, text):
    return tokenizer.encode(tf.constant([text]))[0].to_list()[0]


@both
def test_a_text_stands_between_start_and_end(load, kind):
    assert ids_of(load(kind), "The film good x") == [START, THE, FILM, GOOD, UNKNOWN, END]


@both
def test_an_empty_text_is_start_and_end(load, kind):
    assert ids_of(load(kind), "") == [START, END]


@both
def test_markup_parts_words(load, kind):
    assert ids_of(load(kind), "the<br />film") == [START, THE, FILM, END]


@both
def test_without_a_limit_that_of_the_preprocessor_holds(load, kind):
    tokenizer = load(kind)
    assert tokenizer.max_length == 9
    assert ids_of(tokenizer, "the " * 20) == [START, *[THE] * 7, END]


@both
def test_a_smaller_limit_keeps_the_end_token(load, kind):
    tokenizer = load(kind, max_length=4)
    assert ids_of(tokenizer, "the film good") == [START, THE, FILM, END]
    assert ids_of(tokenizer, "the film") == [START, THE, FILM, END]
    assert ids_of(tokenizer, "the") == [START, THE, END]


def test_a_preprocessor_that_gives_tokens_is_cut_as_asked(load):
    tokenizer = load("tokenizing", 5, "tail")
    assert ids_of(tokenizer, "the film good bad") == [START, FILM, GOOD, BAD, END]
    assert tokenizer.encode(tf.constant(["the film good bad"]))[1].numpy().tolist() == [6]


def test_one_that_does_not_cannot_cut_but_at_the_end(load):
    with pytest.raises(CallError, match=r"--data.truncation tail: .* expected head"):
        load("preprocessor", 5, "tail")


@both
def test_a_batch_is_padded_with_the_id_of_the_preprocessor(load, kind):
    tokenizer = load(kind)
    padded = tokenizer(tf.constant(["the", "the film"])).numpy()
    assert padded.tolist() == [[START, THE, END, tokenizer.padding_id], [START, THE, FILM, END]]


def test_only_one_that_gives_tokens_knows_how_long_a_text_was(load):
    assert load("tokenizing").knows_lengths
    assert not load("preprocessor").knows_lengths


def test_how_many_ids_there_are_is_not_told_by_all(load):
    assert load("preprocessor").vocabulary_size == UNKNOWN_SIZE


@pytest.mark.parametrize("kind", ["bert", "texts"])
def test_what_is_no_preprocessor_is_refused(load, kind):
    with pytest.raises(CallError, match="expected"):
        load(kind)


def test_the_identity_changes_with_program_and_settings(load):
    kinds = [
        load("tokenizing"),
        load("preprocessor"),
        load("tokenizing", 5),
        load("tokenizing", 5, "tail"),
    ]
    assert len({tokenizer.identity() for tokenizer in kinds}) == 4


texts_without_surrogates = st.text(st.characters(exclude_categories=["Cs"]))


def there_and_back(texts, **settings):
    ids = CharacterTokenizer(**settings)(tf.constant([text.encode() for text in texts]))
    return [text.decode() for text in JoinCharacters()(ids).numpy()]


@given(st.lists(texts_without_surrogates, min_size=1, max_size=4))
def test_a_text_comes_back_with_markup_and_nul_as_blanks(texts):
    cleaned = [re.sub("<br[\t\n\f\r ]*/?>|\x00", " ", text) or " " for text in texts]
    assert there_and_back(texts) == cleaned


def test_the_limit_counts_characters_and_not_bytes():
    assert there_and_back(["äöü\U0001f600"], max_length=3) == ["äöü"]
    assert there_and_back(["abcdef"], max_length=2, truncation="tail") == ["ef"]


def test_lengths_are_those_before_truncation():
    assert CharacterTokenizer(2).encode(tf.constant(["abc", ""]))[1].numpy().tolist() == [3, 1]


def test_no_text_holds_the_padding():
    tokenizer = CharacterTokenizer()
    assert (tokenizer.encode_texts(["a\x00b", ""])[0] != tokenizer.padding_id).all()


def test_ids_fit_their_count():
    ids = CharacterTokenizer().encode_texts(["\U0010ffff"])[0]
    np.testing.assert_array_equal(ids, [CharacterTokenizer().vocabulary_size - 1])


def test_the_identity_changes_with_every_setting():
    kinds = [CharacterTokenizer(5), CharacterTokenizer(6), CharacterTokenizer(5, "tail")]
    assert len({tokenizer.identity() for tokenizer in kinds}) == 3
