"""The words of a text with their places: the unit in which all families of models are explained."""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from tfcmp.models.markup import LINE_BREAK
from tfcmp.models.unicode_table import unicode_table

# Over the kinds of the characters, see `_kind`: a character of a script without blanks, a word with
# its inner apostrophes, or a run of punctuation marks. Nothing begins with what is not seen.
WORD = re.compile(r"c[ni]*|[wn][wni]*(?:'i*[wn][wni]*)*|[m'][m'i]*")
# Only what every tokenizer parts at: between two segments no token can stand.
SEGMENT = re.compile(r"[ \t\n\f\r]*[^ \t\n\f\r]+(?:[ \t\n\f\r]+$)?")
LAST_OF_ASCII = 127
# First words of the names of characters of scripts that put no blank between words.
UNSPACED = (
    "CJK", "HIRAGANA", "KATAKANA", "HALFWIDTH", "BOPOMOFO", "THAI", "LAO", "KHMER", "MYANMAR",
    "TIBETAN", "TAI", "NEW",
)  # fmt: skip


class Span(NamedTuple):
    """Characters `start` to `end` of a text, the last one left out."""

    start: int
    end: int


def find_words(text: str, markup: re.Pattern[str] = LINE_BREAK) -> list[Span]:
    """The words of a text: runs of letters, marks and digits, and runs of punctuation marks.

    An apostrophe between letters belongs to the word; what is not seen (a soft hyphen, a zero-width
    joiner) to the word around it; `markup` is blank. These are the coarsest units at whose ends the
    word tokenizer and subword tokenizers part alike, so that a token lies inside one word. In
    scripts without blanks every character is a word, as it is a token of the word tokenizer.
    """
    kinds = "".join(map(_kind, without_markup(text, markup)))
    return [Span(*found.span()) for found in WORD.finditer(kinds)]


def find_segments(text: str, markup: re.Pattern[str] = LINE_BREAK) -> list[Span]:
    """The text cut in front of its blanks; together the segments are the text, but for a blank one."""
    return [Span(*found.span()) for found in SEGMENT.finditer(without_markup(text, markup))]


def without_markup(text: str, markup: re.Pattern[str] = LINE_BREAK) -> str:
    """The text with blanks in place of what is `markup`, every character in its place."""
    return markup.sub(lambda found: " " * len(found[0]), text)


@lru_cache(maxsize=4096)
def _kind(character: str) -> str:
    """What a character is to `WORD`.

    w of a word, n a combining mark, c of a script without blanks, ' an apostrophe, m a punctuation
    mark, i not seen, a blank for what parts words.
    """
    normalized = unicode_table().replacement(character)
    if normalized in ("", "'"):
        return normalized or "i"
    category = unicodedata.category(character)
    if category[0] == "M":
        return "n"
    if category[0] in "LN" and unicodedata.name(character, "").split(" ")[0] in UNSPACED:
        return "c"
    # Symbols beyond ASCII (a trade mark, an emoji) part no word in BERT's tokenizer.
    if category[0] in "LN" or (category[0] == "S" and ord(character) > LAST_OF_ASCII):
        return "w"
    return "m" if category[0] in "PS" else " "
