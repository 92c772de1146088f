"""Sentence templates: how they are written, parsed and filled; and the split of a sentence.

In a template, `{slot}` is filled with one of the values of the slot, `{a}` becomes "a" or "an"
according to the value that follows, and square brackets enclose words that decide the label:

    {film} is [not] {a} [{other.adjective}] {whole}.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from typing import NamedTuple

_TOKEN = re.compile(r"\[|\]|\{[a-z_.]+\}|[^\[\]{}]+")
_VOWELS = "aeiou"

Fillers = Mapping[str, Sequence[str]]


class Template(NamedTuple):
    """A parsed template: its tokens, and the names of its slots from left to right."""

    tokens: tuple[str, ...]
    slots: tuple[str, ...]


class Sentence(NamedTuple):
    """A text and the character spans (start, end) of its deciding words, from left to right."""

    text: str
    rationale: tuple[tuple[int, int], ...] = ()


def parse(source: str) -> Template:
    """Parses one template."""
    tokens = tuple(_TOKEN.findall(source))
    slots = tuple(token[1:-1] for token in tokens if token[0] == "{" and token != "{a}")
    return Template(tokens, slots)


def fill(template: Template, fillers: Fillers, random: Callable[[], float]) -> Sentence:
    """Writes a sentence from a template.

    Args:
        template: the parsed template.
        fillers: values by slot.
        random: draws uniformly from [0, 1). `random.Random` guarantees only for this method that it
            gives the same numbers under every version of Python.
    """
    values = _draw(template.slots, fillers, random)
    pieces: list[str] = []
    rationale = []
    length = start = position = 0
    for token in template.tokens:
        if token == "[":
            start = length
            continue
        if token == "]":
            rationale.append((start, length))
            continue
        piece = token
        if token == "{a}":
            piece = "an" if values[position][0] in _VOWELS else "a"
        elif token[0] == "{":
            piece = values[position]
            position += 1
        pieces.append(piece)
        length += len(piece)
    text = "".join(pieces)
    return Sentence(text[0].upper() + text[1:], tuple(rationale))


def _draw(slots: Sequence[str], fillers: Fillers, random: Callable[[], float]) -> list[str]:
    """One value for each slot; no value occurs twice in a sentence, unless it is the only one."""
    drawn: list[str] = []
    for slot in slots:
        values = fillers[slot]
        value = values[int(random() * len(values))]
        while len(values) > 1 and value in drawn:
            value = values[int(random() * len(values))]
        drawn.append(value)
    return drawn


def split_of(text: str) -> str:
    """The one split that may use this text: a quarter of all texts are test.

    It depends on the text alone, not on a seed, so that the train split of one corpus and the test
    split of another never share a sentence.
    """
    return "test" if blake2b(text.encode(), digest_size=1).digest()[0] < 64 else "train"
