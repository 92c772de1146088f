import pytest
import tensorflow as tf

from tfcmp.errors import CallError
from tfcmp.models.saved_model.preprocessing import UNKNOWN_SIZE, SavedModelTokenizer
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
