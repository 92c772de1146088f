"""Places in a text, and what tokenizers blank of its markup: for readers without TensorFlow."""

import re
from functools import cache
from typing import NamedTuple

from tfcmp.models.unicode_table import unicode_table

# Line breaks of HTML, as `<br\s*/?>` finds them in RE2, whose \s is less than Python's.
LINE_BREAK = re.compile(r"<br[\t\n\f\r ]*/?>")
# The same for a tokenizer that lowers a text before.
LINE_BREAK_OF_ANY_CASE = re.compile(LINE_BREAK.pattern, re.IGNORECASE)


class Span(NamedTuple):
    """Characters `start` to `end` of a text, the last one left out."""

    start: int
    end: int


@cache
def line_break_of_normalized() -> re.Pattern[str]:
    """The same for a tokenizer that normalises a text before, in the text as it was written.

    Each character stands for all that are replaced by it, and what is deleted may stand between.
    """
    kin: dict[str, list[str]] = {"": []} | {character: [character] for character in "<br/> >"}
    table = unicode_table()
    for character in map(chr, table.points):
        if (plain := table.replacement(character)) in kin:
            kin[plain].append(character)
    kin[" "] += "\0\t\n\f\r"
    hidden, less, b, r, slash, more, blank = (
        "[" + "".join(kin[plain]) + "]" for plain in ("", *"<br/> ")
    )
    end = f"(?:{slash}{hidden}*)?{more}"
    return re.compile(f"{less}{hidden}*{b}{hidden}*{r}(?:{blank}|{hidden})*{end}", re.IGNORECASE)
