"""Writes sentences and whole reviews of a label, from a random stream of its own."""

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from tfcmp.data.diagnostic.grammar import Template, fill
from tfcmp.explanation.behaviour.fillers import CASTS, FACTS, OPINIONS, PLOT, VERDICTS
from tfcmp.explanation.behaviour.words import FILLERS, LABELS, fillers

Value = TypeVar("Value")

_SENTENCE_START = re.compile(r"(?<=[.!?] )[a-z]")
_FILLERS = {label: fillers(label) for label in LABELS}


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
