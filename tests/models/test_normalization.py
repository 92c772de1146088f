import importlib.util
import re
import unicodedata
from pathlib import Path

import pytest
import tensorflow as tf
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from tfcmp.models.normalization import normalized
from tfcmp.models.tokenizer import encode_utf8
from tfcmp.models.unicode_table import unicode_table
from tfcmp.models.word_tokenizer import WordTokenizer

SCRIPT = Path(__file__).parents[2] / "scripts" / "unicode_table.py"
few = settings(max_examples=15)
# Every plane, with more of what is replaced and put in order than chance would draw.
ODD = (
    "\u2019\u201c\u2014\u2026\u00ad\u200b\ufeff\u00b4\u2033\ufb01\uff21\uff5e\u1e9e\u0130\u0131"
    "\u03a3\u03c2\u0390\u1fb3\u1fbc\u1ffd\u0345\u0301\u0323\u0308\u034f\uac01\u1100\u1161\u11a8"
    "\u0e33\u0e48\u3099\uff76\uff9e\u00bd\u2122\u212b\ufdfa\U0001f469\u200d\ufe0f\U0001d400"
    "\U0002f800\U000e0041\u0f71\u0f72\u05bc\u05b7\x00 a\x7f"
)
character = st.characters(exclude_categories=["Cs", "Cn"]) | st.sampled_from(ODD)
odd_text = st.text(character, max_size=20)
word = st.text("abcXYZ\u00e9\u00c9\u00fc\u03b1\u03a9\u0439\u0416\u1ec7'", min_size=1, max_size=6)
text_of_words = st.lists(word, min_size=1, max_size=5).map(" ".join)


@pytest.fixture(scope="module")
def script():
    specification = importlib.util.spec_from_file_location("unicode_table_script", SCRIPT)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def reference(script):
    """The same normalisation of whole texts, by Python's `unicodedata`."""

    ignored = dict.fromkeys(script.IGNORED)

    def normalize(text):
        text = text.translate(ignored).replace("\0", " ")
        former, text = None, unicodedata.normalize("NFD", text)
        while text != former:
            former, text = text, unicodedata.normalize("NFKD", text.translate(script.OF_ASCII))
            text = unicodedata.normalize("NFKD", text.casefold())
            text = text.translate(ignored)
        return re.sub("([ij])\u0307", r"\1", text)

    return normalize


@pytest.fixture(scope="module")
def tokenizer():
    return WordTokenizer()


def graph(texts):
    found = tf.strings.lower(normalized(tf.constant(encode_utf8(texts)))).numpy()
    return [text.decode().replace("\0", " ") for text in found]


def split(tokenizer, text):
    return [token.decode() for token in tokenizer.split_texts([text])]


def is_newer(text):
    """Whether this Python knows a character that the table does not."""
    table = unicode_table().version
    return unicodedata.unidata_version != table and any(ord(c) > 0x7F for c in text)


@few
@given(st.lists(odd_text, min_size=1, max_size=3))
@example([ODD, "", ODD[::-1]])
@example(["a\u0345\u0301\u0323", "\u0f72\u0f71\u0345", "\u0301" * 300 + "\u0323"])
def test_the_graph_does_what_the_database_of_unicode_says(reference, texts):
    assume(not any(map(is_newer, texts)))
    assert graph(texts) == [reference(text) for text in texts]


@pytest.mark.slow
def test_every_character_is_normalised_as_the_database_says(reference):
    known = [chr(p) for p in range(0x110000) if unicodedata.category(chr(p)) not in ("Cs", "Cn")]
    texts = [f"x{c}\u0301\u0323{c}" for c in known if not is_newer(c)]
    wrong = [ascii(t) for t, g in zip(texts, graph(texts), strict=True) if g != reference(t)]
    assert wrong == []


def test_the_shipped_table_says_of_every_tenth_character_what_the_script_says(script):
    if unicodedata.unidata_version != unicode_table().version:
        pytest.skip("made with another version of Unicode")
    points = [p for p in range(0, 0x30000, 10) if p not in script.SURROGATES]
    found = [unicode_table().replacement(chr(point)) for point in points]
    assert found == [script.replacement(chr(point)) for point in points]


def test_bytes_that_are_no_utf8_harm_nothing_next_to_them(tokenizer):
    texts = tf.constant([b"caf\xe9", b"\xff\xfe\xed\xa0\x80 it\xe2\x80\x99s \xe2\x80", b"Good\x00"])
    tokens = tokenizer.split(texts).to_list()
    assert b"it's" in tokens[1]
    assert tokens[2] == [b"good"]


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
@few
@given(odd_text)
def test_a_form_of_unicode_changes_no_token(tokenizer, script, form, text):
    # These three are marks of typography to us, and to NFKC a blank or two marks.
    parts = set(unicodedata.normalize("NFD", text))
    assume(form in ("NFC", "NFD") or not parts & set("\u00b4\u2033\u2036"))
    assume(not is_newer(text))
    assert split(tokenizer, unicodedata.normalize(form, text)) == split(tokenizer, text)


@few
@given(st.text("ab'\".- <br/>", max_size=25), st.data())
def test_typographic_marks_are_those_of_ascii(tokenizer, script, text, data):
    kin = {mark: [*others, mark] for mark, others in script.TYPOGRAPHIC.items()}
    written = "".join(data.draw(st.sampled_from(kin.get(c, [c]))) for c in text)
    written = written.replace("...", "\u2026")
    assert split(tokenizer, written) == split(tokenizer, text)


@few
@given(text_of_words, st.data())
def test_characters_that_are_not_seen_change_nothing(tokenizer, text, data):
    hidden = st.sampled_from("\u00ad\u200b\u200c\u200d\u2060\ufeff\u200e\u202a\ufe0f")
    written = "".join(c + data.draw(st.just("") | hidden) for c in text)
    assert split(tokenizer, written) == split(tokenizer, text)


@few
@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=20))
def test_full_width_characters_are_those_of_ascii(tokenizer, text):
    wide = "".join(chr(ord(c) + 0xFEE0) for c in text)
    assert split(tokenizer, wide) == split(tokenizer, text)


@few
@given(text_of_words)
def test_upper_case_is_lower_case(tokenizer, text):
    assert split(tokenizer, text.upper()) == split(tokenizer, text)


@few
@given(st.text(st.characters(max_codepoint=0x7F), max_size=30))
@example("<br\x00/>a--b - -'--'")
def test_a_text_of_ascii_is_split_as_before_but_for_runs_of_hyphens(tokenizer, text):
    former = WordTokenizer(splitting=1)
    assert split(tokenizer, text) == split(former, re.sub("--+", "-", text))


@few
@given(st.text("\u0627\u0644\u0641\u064a\u0645\u05e1\u05e8\u05d8 ab", max_size=20), st.data())
def test_points_and_strokes_that_writers_leave_out_change_nothing(tokenizer, text, data):
    optional = st.sampled_from("\u0640\u064b\u0650\u0651\u0652\u0670\u05b0\u05b7\u05bc\u05c1")
    written = "".join(c + data.draw(st.just("") | optional) for c in text)
    assert split(tokenizer, written) == split(tokenizer, text)
