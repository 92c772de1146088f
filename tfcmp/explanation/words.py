"""The words of a text with their places: the unit in which all families of models are explained."""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from tfcmp.models.markup import LINE_BREAK

# Over the kinds of the characters, see `_kind`: a word with its inner apostrophes, or a run of marks.
WORD = re.compile(r"w+(?:'w+)*|[m']+")
# Only what every tokenizer parts at: between two segments no token can stand.
SEGMENT = re.compile(r"[ \t\n\f\r]*[^ \t\n\f\r]+(?:[ \t\n\f\r]+$)?")
LAST_OF_ASCII = 127


class Span(NamedTuple):
    """Characters `start` to `end` of a text, the last one left out."""

    start: int
    end: int


def find_words(text: str, markup: re.Pattern[str] = LINE_BREAK) -> list[Span]:
    """The words of a text: runs of letters, marks and digits, and runs of punctuation marks.

    An apostrophe between letters belongs to the word; `markup` is blank. These are the coarsest
    units at whose ends the word tokenizer and subword tokenizers part alike, so that a token lies
    inside one word.
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
    """w of a word, ' for an apostrophe, m for a punctuation mark, a blank for what parts words."""
    if character in "'\u2019":
        return "'"
    major = unicodedata.category(character)[0]
    # Symbols beyond ASCII (a trade mark, an emoji) part no word in BERT's tokenizer.
    if major in "LMN" or (major == "S" and ord(character) > LAST_OF_ASCII):
        return "w"
    return "m" if major in "PS" else " "
