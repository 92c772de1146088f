"""Changes of a text that leave its meaning alone: typos, case, markup, typography."""

import re
import unicodedata
from collections.abc import Callable
from string import ascii_letters, capwords

from tfcmp.explanation.behaviour.writer import Writer

# Shorter ones become other words: "form" and "from".
_LONG_WORD = re.compile(r"[A-Za-z]{6,}")
# Not str.title, which makes "Couldn'T".
_CASES = (str.upper, str.lower, capwords)
CASE_NAMES = ("upper case", "lower case", "title case")
MARKUP_NAMES = ("line breaks", "emphasis", "paragraphs")


def with_typos(text: str, number: int, writer: Writer) -> str:
    """Swaps two neighbouring inner letters in each of `number` long words.

    First and last letter stay, so that a reader still knows the word.
    """
    words = list(_LONG_WORD.finditer(text))
    letters = list(text)
    for word in writer.pick_some(words, number):
        places = [
            place
            for place in range(word.start() + 1, word.end() - 2)
            if text[place] != text[place + 1]
        ]
        if places:
            place = writer.pick(places)
            letters[place], letters[place + 1] = letters[place + 1], letters[place]
    return "".join(letters)


def in_case(text: str, name: str) -> str:
    """The text in one of `CASE_NAMES`."""
    return _CASES[CASE_NAMES.index(name)](text)


def with_markup(sentences: list[str], name: str, writer: Writer) -> str:
    """The sentences joined as a web page has them: one of `MARKUP_NAMES`."""
    match name:
        case "line breaks":
            return "<br /><br />".join(sentences)
        case "emphasis":
            words = " ".join(sentences).split(" ")
            for place in writer.pick_some(range(len(words)), 3):
                mark = writer.pick(("b", "i", "em"))
                words[place] = f"<{mark}>{words[place]}</{mark}>"
            return " ".join(words)
        case "paragraphs":
            return "".join(f"<p>{sentence}</p>" for sentence in sentences)
    raise ValueError(f"Expected one of {MARKUP_NAMES}, got {name!r}.")


def _with_curly_marks(text: str) -> str:
    text = re.sub(r'"([^"]*)"', "\u201c\\1\u201d", text)
    return text.replace("'", "\u2019")


def _with_dashes(text: str) -> str:
    return text.replace("--", "\u2014").replace("...", "\u2026")


def _decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def _hyphenated(text: str) -> str:
    return _LONG_WORD.sub(lambda word: f"{word[0][:3]}\u00ad{word[0][3:]}\u200b", text)


def _in_full_width(text: str) -> str:
    return text.translate({ord(letter): ord(letter) + 0xFEE0 for letter in ascii_letters})


# What is written otherwise, and a neutral sentence that is sure to hold some of it.
_TYPOGRAPHY: dict[str, tuple[Callable[[str], str], str]] = {
    "curly marks": (_with_curly_marks, "It's what they'd call a \"film\"."),
    "dashes": (_with_dashes, "We saw it at home -- my brother and I..."),
    "decomposed accents": (_decomposed, "We saw it at a caf\u00e9 in S\u00e3o Paulo."),
    "zero width": (_hyphenated, ""),
    "full width": (_in_full_width, ""),
}
TYPOGRAPHY_NAMES = tuple(_TYPOGRAPHY)


def in_typography(text: str, name: str) -> tuple[str, str]:
    """The text as keyboards write it, and as typesetters do: one of `TYPOGRAPHY_NAMES`."""
    change, sentence = _TYPOGRAPHY[name]
    original = f"{sentence} {text}".strip()
    return original, change(original)
