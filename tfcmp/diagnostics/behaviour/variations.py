"""Reviews of a label, and changes of them: names, typos, case, markup, typography, padding, length.

Every function of a capability writes the texts of the `turn`-th case of a label, and names the
variation it shows.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from string import ascii_letters, capwords
from typing import TypeVar

from tfcmp.data.diagnostic.grammar import Template, fill
from tfcmp.diagnostics.behaviour.vocabulary import (
    CASTS,
    FACTS,
    FILLERS,
    GRADABLE,
    LABELS,
    OPINIONS,
    PLOT,
    VERDICTS,
    fillers,
    templates,
)

Value = TypeVar("Value")
_SENTENCE_START = re.compile(r"(?<=[.!?] )[a-z]")
_FILLERS = {label: fillers(label) for label in LABELS}

# Shorter ones become other words: "form" and "from".
_LONG_WORD = re.compile(r"[A-Za-z]{6,}")
# Not str.title, which makes "Couldn'T".
_CASES = (str.upper, str.lower, capwords)
CASE_NAMES = ("upper case", "lower case", "title case")
MARKUP_NAMES = ("line breaks", "emphasis", "paragraphs")
Written = tuple[tuple[str, ...], str]

LENGTHS = (50, 100, 200, 300)
PLACES = ("first", "last")
PADDINGS = (2, 5, 10)
TYPOS = (1, 2, 3)
# Stands for what the two texts of a pair do not share.
_GAP = "@"
_DEGREES = templates(
    "The {part} is {same.gradable}.",
    "This {film} is {same.gradable}.",
    "I found the {part} {same.gradable}.",
    "The {parts} are {same.gradable}.",
)
_FEELINGS = templates("I {same.verb} this {film}.", "I {same.verb} the {part}.")
_PLAIN_VERBS = {"pos": ("enjoyed", "liked", "loved"), "neg": ("disliked", "hated")}


class Writer:
    """Draws words and templates.

    Args:
        random: draws uniformly from [0, 1); see `tfcmp.data.diagnostic.grammar.fill`.
    """

    def __init__(self, random: Callable[[], float]) -> None:
        self._random = random

    def pick(self, values: Sequence[Value]) -> Value:
        """One of the values."""
        return values[int(self._random() * len(values))]

    def pick_some(self, values: Sequence[Value], number: int) -> list[Value]:
        """That many different ones of the values, in the order drawn."""
        left = list(values)
        return [left.pop(int(self._random() * len(left))) for _ in range(min(number, len(left)))]

    def sentence(self, template: Template, label: str, **fixed: str) -> str:
        """The filled template; `fixed` gives slots a value (`same_adjective` for "same.adjective")."""
        given = {slot.replace("_", ".", 1): (value,) for slot, value in fixed.items()}
        text = fill(template, {**_FILLERS[label], **given}, self._random).text
        return _SENTENCE_START.sub(lambda found: found[0].upper(), text)

    def opinions(self, label: str, number: int) -> list[str]:
        """Different sentences that speak for the label."""
        return [self.sentence(one, label) for one in self.pick_some(OPINIONS, number)]

    def verdict(self, label: str) -> str:
        """A sentence that sums the label up."""
        return self.sentence(self.pick(VERDICTS[label]), label)

    def neutral(self, number: int) -> list[str]:
        """Sentences that speak for no label: facts once, plot again and again."""
        templates = self.pick_some((*FACTS, *PLOT), number)
        while len(templates) < number:
            templates += self.pick_some(PLOT, number - len(templates))
        return [self.sentence(template, LABELS[0]) for template in templates]

    def names(self, number: int) -> list[str]:
        """Different names of people."""
        return self.pick_some(FILLERS["name"], number)

    def review(self, label: str) -> list[str]:
        """Sentences of a short review: people, two opinions, a verdict."""
        people = self.sentence(self.pick(CASTS), label)
        return [people, *self.opinions(label, 2), self.verdict(label)]


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
    return "".join(f"<p>{sentence}</p>" for sentence in sentences)


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


def intensifiers(writer: Writer, label: str, turn: int) -> Written:
    """A sentence, and the same with an intensifier."""
    if turn % 4 == 3:
        adverb, word = "really", writer.pick(_PLAIN_VERBS[label])
        sentence = writer.sentence(writer.pick(_FEELINGS), label, same_verb=_GAP)
    else:
        adverb, word = writer.pick(FILLERS["strongly"]), writer.pick(GRADABLE[label])
        sentence = writer.sentence(writer.pick(_DEGREES), label, same_gradable=_GAP)
    return (sentence.replace(_GAP, word), sentence.replace(_GAP, f"{adverb} {word}")), adverb


def added(writer: Writer, label: str, turn: int) -> Written:
    """A review, neutral or of the label, and the same with a verdict of the label behind it."""
    is_neutral = turn % 2 == 0
    sentences = writer.neutral(3) if is_neutral else writer.opinions(label, 2)
    original = " ".join(sentences)
    changed = f"{original} {writer.verdict(label)}"
    return (original, changed), f"{'neutral text' if is_neutral else 'opinion'} and {label} verdict"


def names(writer: Writer, label: str, turn: int) -> Written:
    """A review, and the same with other people in it."""
    template = CASTS[turn % len(CASTS)]
    people = writer.sentence(template, label, name=_GAP)
    rest = [*writer.opinions(label, 2), writer.verdict(label)]
    others = writer.names(2 * people.count(_GAP))
    texts = []
    for chosen in (others[::2], others[1::2]):
        named = people
        for name in chosen:
            named = named.replace(_GAP, name, 1)
        texts.append(" ".join([named, *rest]))
    return tuple(texts), f"names, {label} review"


def typos(writer: Writer, label: str, turn: int) -> Written:
    """A review, and the same with letters swapped in one to three words."""
    number = TYPOS[turn % len(TYPOS)]
    original = " ".join(writer.review(label))
    return (original, with_typos(original, number, writer)), f"typos: {number}"


def case(writer: Writer, label: str, turn: int) -> Written:
    """A review, and the same in another case."""
    name = CASE_NAMES[turn % len(CASE_NAMES)]
    original = " ".join(writer.review(label))
    return (original, in_case(original, name)), name


def markup(writer: Writer, label: str, turn: int) -> Written:
    """A review, and the same with tags."""
    name = MARKUP_NAMES[turn % len(MARKUP_NAMES)]
    sentences = writer.review(label)
    return (" ".join(sentences), with_markup(sentences, name, writer)), name


def typography(writer: Writer, label: str, turn: int) -> Written:
    """A review, and the same with the characters of typesetters."""
    name = TYPOGRAPHY_NAMES[turn % len(TYPOGRAPHY_NAMES)]
    return in_typography(" ".join(writer.review(label)), name), name


def padding_before(writer: Writer, label: str, turn: int) -> Written:
    """A review, and the same behind neutral plot."""
    number = PADDINGS[turn % len(PADDINGS)]
    review = writer.review(label)
    texts = " ".join(review), " ".join([*writer.neutral(number), *review])
    return texts, f"{number} sentences before"


def padding_after(writer: Writer, label: str, turn: int) -> Written:
    """A review, and the same before neutral plot."""
    number = PADDINGS[turn % len(PADDINGS)]
    review = writer.review(label)
    texts = " ".join(review), " ".join([*review, *writer.neutral(number)])
    return texts, f"{number} sentences after"


def length(writer: Writer, label: str, turn: int) -> Written:
    """A review of a given length whose opinion stands at one end, all else being plot."""
    words = LENGTHS[turn % len(LENGTHS)]
    place = PLACES[turn // len(LENGTHS) % len(PLACES)]
    opinion = " ".join([*writer.opinions(label, 2), writer.verdict(label)])
    # Sentences of plot have five words or more.
    plot, written = writer.neutral(words // 5), len(opinion.split())
    needed = 0
    while written < words:
        written += len(plot[needed].split())
        needed += 1
    plot = plot[:needed]
    parts = [opinion, *plot] if place == "first" else [*plot, opinion]
    return (" ".join(parts),), f"{words} words, opinion {place}"
