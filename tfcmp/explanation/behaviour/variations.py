"""Pairs of an original and a changed text, and reviews of a given length.

Every function writes the texts of the `turn`-th case of a label, and names the variation it shows.
"""

from tfcmp.data.diagnostic.grammar import parse
from tfcmp.explanation.behaviour.changes import (
    CASE_NAMES,
    MARKUP_NAMES,
    TYPOGRAPHY_NAMES,
    in_case,
    in_typography,
    with_markup,
    with_typos,
)
from tfcmp.explanation.behaviour.fillers import CASTS
from tfcmp.explanation.behaviour.words import FILLERS, GRADABLE
from tfcmp.explanation.behaviour.writer import Writer

Written = tuple[tuple[str, ...], str]

LENGTHS = (50, 100, 200, 300)
PLACES = ("first", "last")
PADDINGS = (2, 5, 10)
TYPOS = (1, 2, 3)
# Stands for what the two texts of a pair do not share.
_GAP = "@"
_DEGREES = tuple(
    parse(source)
    for source in (
        "The {part} is {same.gradable}.",
        "This {film} is {same.gradable}.",
        "I found the {part} {same.gradable}.",
        "The {parts} are {same.gradable}.",
    )
)
_FEELINGS = tuple(
    parse(source) for source in ("I {same.verb} this {film}.", "I {same.verb} the {part}.")
)
_PLAIN_VERBS = {"pos": ("enjoyed", "liked", "loved"), "neg": ("disliked", "hated")}


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
