import re

import numpy as np
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from tfcmp.models.saved_model.characters import CharacterTokenizer, JoinCharacters

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
