import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfcmp.explanation.words import find_segments, find_words, without_markup
from tfcmp.models.markup import LINE_BREAK_OF_ANY_CASE


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
