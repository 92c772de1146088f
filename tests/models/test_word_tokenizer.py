import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tfcmp.models.word_tokenizer import (
    FIRST_WORD_ID,
    NO_TOKEN,
    PADDING_ID,
    UNKNOWN_ID,
    WordTokenizer,
    truncate,
)

WORDS = ["the", "film", "good", "bad", ".", "don't"]
TRUNCATIONS = ("head", "tail", "head+tail")
any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
# Splitting takes milliseconds an example, whatever its size.
few = settings(max_examples=30)
known_text = st.lists(st.sampled_from([*WORDS, "unheard"]), max_size=12).map(" ".join)


def make_tokenizer(max_length=5, truncation="head"):
    tokenizer = WordTokenizer(max_length, truncation)
    tokenizer.set_vocabulary(WORDS)
    return tokenizer


@pytest.fixture(scope="module")
def tokenizer():
    return make_tokenizer()


def split(tokenizer, text):
    return [token.decode() for token in tokenizer.split_texts([text])]


def kept(tokens, max_length, truncation):
    """What truncation means, in plain Python."""
    if len(tokens) <= max_length:
        return tokens
    head = {"head": max_length, "tail": 0, "head+tail": max_length // 4}[truncation]
    return tokens[:head] + tokens[len(tokens) - (max_length - head) :]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("The Film", "the film"),
        ("Don't stop", "don't stop"),
        ("rock'n'roll", "rock'n'roll"),
        ("'fun' film", "' fun ' film"),
        ("the dogs' bowl", "the dogs ' bowl"),
        ("rock 'n' roll", "rock ' n ' roll"),
        ("it's 'so-called'.", "it's ' so - called ' ."),
        ("''quoted''", "' ' quoted ' '"),
        ("one<br />two<br/>three<BR>four<br   />five", "one two three four five"),
        ("great!Really...(no)", "great ! really . . . ( no )"),
        ("9/10, $5 & 50%", "9 / 10 , $ 5 & 50 %"),
        ("snake_case", "snake _ case"),
        ("a\tb\nc\r\nd", "a b c d"),
        ("nice\U0001f44dfilm", "nice \U0001f44d film"),
        ("\U0001f44d\U0001f3fd", "\U0001f44d \U0001f3fd"),
        ("don\u2019t \u201cgo\u201d", 'don\'t " go "'),
        ("a--b \u2014 c - - d", "a - b - c - - d"),
        ("wait\u2026", "wait . . ."),
        ("\uff26\uff29\uff2c\uff2d \ufb01lm", "film film"),
        ("\U0001f469\u200d\U0001f680", "\U0001f469 \U0001f680"),
        ("فيلم جيد!", "فيلم جيد !"),
        ("\u202eodd\u202c one", "odd one"),
        ("日本語。", "日 本 語 。"),
        ("NUL\x00Inside\x00", "nul inside"),
        ("no\u00a0break\u2003wide", "no break wide"),
        ("zero\u200bwidth soft\u00adhyphen", "zerowidth softhyphen"),
        ("ÉTÉ Straße", "e\u0301te\u0301 strasse"),
        ("ที่นี่ดี", "ท\u0e35\u0e48 น\u0e35\u0e48 ด\u0e35"),
        (
            "カガ한국어 BERTは",
            "カ カ\u3099 \u1112\u1161\u11ab\u1100\u116e\u11a8\u110b\u1165 bert は",
        ),
        ("e\u0301te\u0301", "e\u0301te\u0301"),
        ("\u0130yi \u0130Y\u0130 iyi I\u0307yi", "iyi iyi iyi iyi"),
        ("\u017b\u00f3\u0142w", "z\u0307o\u0301\u0142w"),
        ("\u0645\u064f\u0645\u0640\u0640\u062a\u0650\u0639\u0652", "\u0645\u0645\u062a\u0639"),
        ("\u05e1\u05b6\u05e8\u05b6\u05d8", "\u05e1\u05e8\u05d8"),
        ("\u0939\u093f\u0928\u094d\u200d\u0926\u0940", "\u0939\u093f\u0928\u094d\u0926\u0940"),
    ],
)
def test_a_text_is_split_into(tokenizer, text, tokens):
    assert split(tokenizer, text) == tokens.split(" ")


@few
@given(st.text("aB1'.!ж \t\u00a0", max_size=25))
def test_nothing_but_blanks_is_lost_by_splitting(tokenizer, text):
    assert "".join(split(tokenizer, text)) == "".join(text.lower().split())


@few
@given(st.text("aB1.-!ж \t\u00a0", max_size=25))
def test_words_and_marks_never_share_a_token(tokenizer, text):
    assert all(token.isalnum() or len(token) == 1 for token in split(tokenizer, text))


@pytest.mark.parametrize("text", ["", "   ", "<br />", "\x00", "\u200b\n\u00a0"])
def test_a_text_without_a_token_becomes_exactly_one_unknown_token(tokenizer, text):
    ids, lengths, _ = tokenizer.encode_texts(["film", text, "good"])
    film, good = FIRST_WORD_ID + WORDS.index("film"), FIRST_WORD_ID + WORDS.index("good")
    assert ids.tolist() == [film, UNKNOWN_ID, good]
    assert lengths.tolist() == [1, 1, 1]


def test_the_stand_in_of_an_empty_text_is_not_counted_as_a_word(tokenizer):
    assert tokenizer.split_texts(["", "film"]) == [b"film"]


@few
@given(any_text)
def test_no_text_has_the_stand_in_as_a_token(tokenizer, text):
    assert NO_TOKEN not in split(tokenizer, f"{text}a{NO_TOKEN}")


@few
@given(st.lists(any_text, min_size=1, max_size=4))
@example(["\ud800", "film"])
def test_every_text_has_a_token_and_none_is_padding(tokenizer, texts):
    ids, lengths, full_lengths = tokenizer.encode_texts(texts)
    assert (lengths >= 1).all()
    assert (full_lengths >= lengths).all()
    assert (ids != PADDING_ID).all()


@few
@given(st.lists(any_text | known_text, min_size=1, max_size=4))
def test_the_ids_of_a_text_do_not_depend_on_its_neighbours(tokenizer, texts):
    together, _, _ = tokenizer.encode_texts(texts)
    apart = [tokenizer.encode_texts([text])[0] for text in texts]
    assert together.tolist() == np.concatenate(apart).tolist()


def test_known_words_have_ids_from_2_in_their_order(tokenizer):
    ids, _, _ = tokenizer.encode_texts(["the film good bad ."])
    assert ids.tolist() == [2, 3, 4, 5, 6]


@pytest.mark.parametrize("text", ["unheard", "[UNK]", "padding"])
def test_unknown_words_have_the_id_1(tokenizer, text):
    ids, _, _ = tokenizer.encode_texts([text])
    assert set(ids.tolist()) == {UNKNOWN_ID}


@few
@given(
    st.lists(st.lists(st.integers(1, 99), min_size=1, max_size=15), min_size=1, max_size=4),
    st.integers(2, 9),
    st.sampled_from(TRUNCATIONS),
)
@example([list(range(1, 11)), [5]], 3, "head+tail")
@example([list(range(1, 11)), [5]], 9, "head+tail")
def test_truncation_keeps_the_head_the_tail_or_a_quarter_and_the_rest(rows, max_length, truncation):
    cut = truncate(tf.ragged.constant(rows), max_length, truncation)
    assert cut.to_list() == [kept(row, max_length, truncation) for row in rows]


@pytest.mark.parametrize("truncation", TRUNCATIONS)
def test_the_length_before_truncation_is_told(truncation):
    _, lengths, full = make_tokenizer(3, truncation).encode_texts(["the film . good", "bad"])
    assert lengths.tolist() == [3, 1]
    assert full.tolist() == [4, 1]


@pytest.mark.parametrize("truncation", TRUNCATIONS)
@few
@given(texts=st.lists(known_text | any_text, min_size=1, max_size=4))
def test_the_layer_gives_the_ids_of_the_token_cache_padded_on_the_right(truncation, texts):
    tokenizer = make_tokenizer(4, truncation)
    ids, lengths, _ = tokenizer.encode_texts(texts)
    padded = np.full((len(texts), lengths.max()), PADDING_ID)
    padded[np.arange(lengths.max()) < lengths[:, None]] = ids
    called = tokenizer(tf.constant([text.encode() for text in texts]))
    np.testing.assert_array_equal(called, padded)


def test_texts_may_come_in_a_column(tokenizer):
    np.testing.assert_array_equal(
        tokenizer(tf.constant([["the film"], ["good"]])),
        tokenizer(tf.constant(["the film", "good"])),
    )


def test_ids_are_32_bits_wide_inside_and_outside_of_the_model(tokenizer):
    assert tokenizer(tf.constant(["film"])).dtype == tf.int32
    assert tokenizer.encode_texts(["film"])[0].dtype == np.int32


def test_the_layer_works_in_a_graph(tokenizer):
    texts = tf.constant(["the film", ""])
    np.testing.assert_array_equal(tf.function(tokenizer)(texts), tokenizer(texts))


def test_the_vocabulary_is_restored_from_a_saved_model(tokenizer, tmp_path):
    text = keras.Input((), dtype="string")
    model = keras.Model(text, make_tokenizer(4, "tail")(text))
    model.save(tmp_path / "tokenizer.keras")
    loaded = keras.saving.load_model(tmp_path / "tokenizer.keras")
    texts = tf.constant(["the film . good bad", "don't unheard", ""])
    np.testing.assert_array_equal(loaded(texts), model(texts))


def test_a_layer_saved_without_a_version_of_its_rules_splits_by_the_first():
    config = make_tokenizer().get_config()
    del config["splitting"]
    former = WordTokenizer.from_config(config)
    tokens = "don \u2019 t zero width 日本 été - -"
    assert " ".join(split(former, "don\u2019t zero\u200bwidth 日本 ÉTÉ -- \x00")) == tokens
    former.set_vocabulary(WORDS)
    assert former.identity() != make_tokenizer().identity()
    assert WordTokenizer.from_config(former.get_config()).splitting == 1


def test_the_identity_is_the_same_for_the_same_settings(tokenizer):
    assert make_tokenizer().identity() == tokenizer.identity()


def test_the_identity_changes_with_length_truncation_and_vocabulary(
    tokenizer,
):
    other_words, other_order = make_tokenizer(), make_tokenizer()
    other_words.set_vocabulary(WORDS[:-1])
    other_order.set_vocabulary(WORDS[::-1])
    others = [make_tokenizer(6), make_tokenizer(5, "tail"), other_words, other_order]
    identities = {other.identity() for other in others} | {tokenizer.identity()}
    assert len(identities) == 5


def test_a_text_of_a_hundred_thousand_words_is_encoded(tokenizer):
    ids, lengths, full_lengths = tokenizer.encode_texts(["film " * 100_000])
    assert ids.tolist() == [FIRST_WORD_ID + WORDS.index("film")] * 5
    assert lengths.tolist() == [5]
    assert full_lengths.tolist() == [100_000]
