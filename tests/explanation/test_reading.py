import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tfcmp.errors import WorkError
from tfcmp.explanation.reading import NO_WORD, find_segments, find_words, read_text, without_markup
from tfcmp.models.markup import LINE_BREAK_OF_ANY_CASE
from tfcmp.models.preset_tokenizer import build_preset_tokenizer
from tfcmp.models.saved_model.tokenizers import CharacterTokenizer
from tfcmp.models.tokenizer import encode_utf8

TEXT = "The film was not good, don't go!<br /><br />Bad 'acting' (really)..."
AWKWARD = (
    "",
    " \t\n",
    "x" * 300,
    "?! ... \u2026",
    "\U0001f600\U0001f469\u200d\U0001f680 fine",
    "\u0641\u064a\u0644\u0645 \u05e1\u05e8\u05d8",
    "a\x00b\x00",
    "<p>fine<br /><br/>film &amp; more</p><script>",
    "end.<BR />new <Br>film<bR/>",
    "\ud800",
    "9 \ud83d",
    "e\u0301" * 9,
    "[MASK] <pad> [CLS] </s>",
    "tea\u00a0time  two   blanks \n\n new",
    "a<b\u00adr\u200b /\ufe0f>b a\uff1cBR\u00a0\uff0f> c<br\x00/>d<br\u0301 />",
    "\ufb01lm wait\u2026no so\u00adft \u00bd \ufe0f \u3164 don\u2019t \u2014- \u2122",
    "\u0e17\u0e35\u0e48\u0e19\u0e33 \u65e5\u672c\u8a9eBERT \uac00\uac01 \uff26\uff49\uff4c\uff4d\u200b",
)


def words_of(reading):
    return [reading.text[start:end] for start, end in reading.words]


def ids_of(tokenizer, text):
    ids, _ = tokenizer.encode(encode_utf8([text]))
    return ids[0].numpy()


def faults_of(tokenizer, text):
    """What is wrong: ids are those of the tokenizer; words own neighbouring tokens, in order."""
    reading = read_text(tokenizer, text)
    owners = reading.word_of_token[reading.word_of_token != NO_WORD]
    found = {
        "ids": not np.array_equal(reading.ids, ids_of(tokenizer, text)),
        "order": bool((np.diff(owners) < 0).any()),
        "special": bool((reading.is_special & (reading.word_of_token != NO_WORD)).any()),
    }
    return [name for name, is_wrong in found.items() if is_wrong]


def faults_by_text(tokenizer):
    found = {text: faults_of(tokenizer, text) for text in (TEXT, *AWKWARD)}
    return {text: faults for text, faults in found.items() if faults}


def read_rightly(tokenizer, text):
    assert faults_of(tokenizer, text) == []
    return read_text(tokenizer, text)


@pytest.fixture(scope="module")
def presets(tiny_preset):
    return lambda family, **options: build_preset_tokenizer(
        tiny_preset(family), **{"max_length": None, "truncation": "head", **options}
    )


def test_every_word_of_the_word_tokenizer_has_its_tokens(word_tokenizer):
    tokenizer = word_tokenizer()
    reading = read_rightly(tokenizer, "word2 word9, word4?! don't")
    assert words_of(reading) == ["word2", "word9", ",", "word4", "?!", "don't"]
    assert reading.word_of_token.tolist() == [0, 1, 2, 3, 4, 4, 5]
    assert not reading.is_special.any()


def test_pieces_of_a_word_belong_to_it_and_special_tokens_to_none(presets):
    reading = read_rightly(presets("bert"), "The cab!")
    assert words_of(reading) == ["The", "cab", "!"]
    assert reading.word_of_token.tolist() == [-1, 0, 1, 1, 1, 2, -1]
    assert reading.is_special.tolist() == [True, *[False] * 5, True]


@pytest.mark.parametrize(
    "family",
    [
        *("bert", "albert"),
        *(
            pytest.param(f, marks=pytest.mark.slow)
            for f in ("electra", "distilbert", "roberta", "deberta")
        ),
    ],
)
def test_any_text_is_read_with_the_ids_of_its_tokenizer(presets, family):
    assert faults_by_text(presets(family)) == {}


def test_any_text_is_read_word_by_word_and_as_characters(word_tokenizer):
    old = word_tokenizer()
    old.splitting = 1
    for tokenizer in (word_tokenizer(), old, CharacterTokenizer(None)):
        assert faults_by_text(tokenizer) == {}


@settings(max_examples=60)
@given(
    st.text(
        alphabet="ab'\u2019.,! <brBR/>\n\u00a0\u2122\u200d\ud83d9\u00ad\ufe0f\u0301\u00b4\u00a8\ufb01\u2026\u2014\u65e5\u0e33"
    )
)
def test_whatever_is_written_is_read(word_tokenizer, text):
    assert faults_of(word_tokenizer(), text) == []


@pytest.mark.parametrize("family", ["bert", "albert"])
def test_all_families_read_the_same_words(presets, word_tokenizer, family):
    words = words_of(read_text(word_tokenizer(), TEXT))
    assert words_of(read_text(presets(family), TEXT)) == words


@pytest.mark.parametrize(
    ("truncation", "read"),
    [("head", [0, 1, 2, 3]), ("tail", [6, 7, 8, 9]), ("head+tail", [0, 7, 8, 9])],
)
def test_words_beyond_the_length_limit_are_not_read(word_tokenizer, truncation, read):
    tokenizer = word_tokenizer()
    tokenizer.max_length, tokenizer.truncation = 4, truncation
    reading = read_rightly(tokenizer, "word2 word3 word4 word5 word6 " * 2)
    assert len(reading.words) == 10
    assert reading.read.tolist() == read
    assert np.isnan(reading.sums(np.ones(4))).sum() == 6
    assert tokenizer.max_length == 4


def test_a_limit_of_subwords_counts_the_special_ones(presets):
    reading = read_rightly(presets("bert", max_length=5), "the film was good")
    assert reading.read.tolist() == [0, 1, 2]


def test_a_word_is_taken_out_with_all_its_pieces(presets):
    tokenizer = presets("bert")
    reading = read_text(tokenizer, "the cab was good")
    np.testing.assert_array_equal(reading.without([1]), ids_of(tokenizer, "the was good"))
    np.testing.assert_array_equal(reading.only([1, 3]), ids_of(tokenizer, "cab good"))


def test_without_any_word_it_is_the_empty_text(presets, word_tokenizer):
    for tokenizer in (presets("bert"), word_tokenizer()):
        reading = read_text(tokenizer, "the film")
        np.testing.assert_array_equal(reading.without([0, 1]), ids_of(tokenizer, ""))
        np.testing.assert_array_equal(reading.only([]), ids_of(tokenizer, ""))


def test_values_of_tokens_are_summed_by_word(presets):
    reading = read_text(presets("bert"), "the cab !")
    values = np.array([100.0, 1.0, 2.0, 3.0, 4.0, 5.0, 100.0])
    assert reading.sums(values).tolist() == [1.0, 9.0, 5.0]


def test_a_tokenizer_that_does_not_read_word_by_word_is_refused(word_tokenizer, monkeypatch):
    tokenizer = word_tokenizer()
    encode = tokenizer.encode
    # Reads the number of characters: no two words side by side give their own tokens.
    monkeypatch.setattr(
        type(tokenizer),
        "encode",
        lambda self, texts: encode([f"word{len(t.decode()) % 6 + 2}" for t in texts.numpy()]),
    )
    with pytest.raises(WorkError, match="no token can be told to belong to a word"):
        read_text(tokenizer, "word2 word3 word45")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("word2\u00ad word\u200b3 \u200b word4", ["word2\u00ad", "word\u200b3", "word4"]),
        (
            "\uff57\uff4f\uff52\uff44\uff12 WORD3\u2026",
            ["\uff57\uff4f\uff52\uff44\uff12", "WORD3", "\u2026"],
        ),
        ("word2\u2014word3", ["word2", "\u2014", "word3"]),
    ],
)
def test_words_are_shown_as_they_are_written_and_have_the_tokens_of_plain_ones(
    word_tokenizer, text, words
):
    reading = read_rightly(word_tokenizer(), text)
    assert words_of(reading) == words
    owners = reading.word_of_token
    first = {
        words[owner]: token for owner, token in zip(owners[::-1], reading.ids[::-1], strict=True)
    }
    assert first[words[0]] == 2
    assert owners.max() == len(words) - 1


def test_line_breaks_in_capitals_are_blank_to_a_tokenizer_that_lowers_them(word_tokenizer):
    reading = read_rightly(word_tokenizer(), "word2<BR />word3")
    assert words_of(reading) == ["word2", "word3"]
    assert reading.word_of_token.tolist() == [0, 1]


def words(text):
    return [text[start:end] for start, end in find_words(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A fine film.", ["A", "fine", "film", "."]),
        ("don't; it\u2019s", ["don't", ";", "it\u2019s"]),
        ("'fun' dogs' ''x''", ["'", "fun", "'", "dogs", "'", "''", "x", "''"]),
        ("by-the-numbers", ["by", "-", "the", "-", "numbers"]),
        ('"What?!" ... no', ['"', "What", '?!"', "...", "no"]),
        ("end.<br /><br/>New<BR>", ["end", ".", "New", "<", "BR", ">"]),
        (
            "e\u0301te\u0301 90s \u0641\u064a\u0644\u0645",
            ["e\u0301te\u0301", "90s", "\u0641\u064a\u0644\u0645"],
        ),
        ("good\u2122 10\u20ac 5$", ["good\u2122", "10\u20ac", "5", "$"]),
        ("a\u00a0b\u200bc\x00d", ["a", "b\u200bc", "d"]),
        (
            "so\u00adft don\u00ad\u02bct \u200b!\u200b?",
            ["so\u00adft", "don\u00ad\u02bct", "!\u200b?"],
        ),
        (
            "\u0e17\u0e35\u0e48\u0e19\u0e48 \u65e5\u672cBERT",
            ["\u0e17\u0e35\u0e48", "\u0e19\u0e48", "\u65e5", "\u672c", "BERT"],
        ),
        ("snake_case", ["snake", "_", "case"]),
        ("", []),
        (" \t\n\ud800", []),
    ],
)
def test_words_are_runs_of_letters_and_runs_of_marks(text, expected):
    assert words(text) == expected


@given(st.text())
def test_words_are_in_order_and_do_not_overlap(text):
    ends = [place for span in find_words(text) for place in span]
    assert ends == sorted(ends)
    assert all(start < end for start, end in find_words(text))


@given(st.text(alphabet="ab '.<br/>\n\t\u00a0"))
def test_segments_are_the_text_and_no_word_crosses_their_ends(text):
    segments = find_segments(text)
    if segments:
        assert "".join(text[start:end] for start, end in segments) == text
    for word in find_words(text):
        assert any(start <= word.start and word.end <= end for start, end in segments)


@given(st.text(alphabet="a<br /> \n"))
def test_markup_is_blanked_in_its_place(text):
    blank = without_markup(text)
    assert len(blank) == len(text)
    assert all(new in (old, " ") for new, old in zip(blank, text, strict=True))


def test_markup_is_what_the_tokenizer_takes_for_it():
    assert words("end<BR/>New") == ["end", "<", "BR", "/>", "New"]
    found = find_words("end<BR/>New", LINE_BREAK_OF_ANY_CASE)
    assert found == [(0, 3), (8, 11)]
    assert find_segments("end<BR/>New", LINE_BREAK_OF_ANY_CASE) == [(0, 3), (3, 11)]
