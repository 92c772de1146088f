"""The cases of every capability: texts, and what a right answer is.

The three kinds are those of CheckList (Ribeiro et al. 2020): a minimum functionality test has one
text and its label; an invariance test an original and a changed text that must get the same label;
a directional test a changed text whose probability must not move against the change.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count, islice
from random import Random
from typing import Literal, NamedTuple

from tfcmp.diagnostics.behaviour import variations
from tfcmp.diagnostics.behaviour.statements import STATEMENTS
from tfcmp.diagnostics.behaviour.variations import Writer
from tfcmp.diagnostics.behaviour.vocabulary import LABELS
from tfcmp.errors import CallError

# To be raised with every change to words, templates, changes or capabilities: failure rates depend
# on it, and tables have the same rows for all runs.
TEST_SET_VERSION = 2
# Seeds the draws. It stays where a capability is added, so that the others keep their cases.
_DRAWS = 1
_TRIES_A_CASE = 200

Kind = Literal["MFT", "INV", "DIR"]
# Writes the texts of the n-th case of a label, and names the variation they show.
Make = Callable[[Writer, str, int], tuple[tuple[str, ...], str]]


class Case(NamedTuple):
    """A test case.

    Attributes:
        texts: of an MFT the text; else the original and the changed one.
        label: "neg" or "pos": what an MFT expects; of a DIR the direction of the change; of an INV
            what the original says, which its test does not look at.
        part: variation of the capability, so that failures can be told apart.
    """

    texts: tuple[str, ...]
    label: str
    part: str


@dataclass(frozen=True)
class Capability:
    """What is tested, by which kind of test.

    Attributes:
        name: unique.
        kind: MFT, INV or DIR.
        summary: one line for tables.
        make: writes the texts of a case.
    """

    name: str
    kind: Kind
    summary: str
    make: Make


def generate(capability: Capability, size: int, seed: int) -> list[Case]:
    """The cases of a capability, half of each label, none twice; fewer are the beginning of more.

    Args:
        capability: one of `CAPABILITIES`.
        size: number of cases, at least 1.
        seed: seed of the draws.

    Raises:
        CallError: the grammar has not so many different texts.
    """
    random = Random(f"{_DRAWS}/{seed}/{capability.name}").random
    cases = list(islice(_different(capability, Writer(random)), size))
    if len(cases) < size:
        raise CallError(
            f"expected up to {len(cases)} cases, which is how many different ones of "
            f"{capability.name!r} were found, got --cases {size}; ask for fewer"
        )
    return cases


def _different(capability: Capability, writer: Writer) -> Iterator[Case]:
    seen: set[tuple[str, ...]] = set()
    turns = {label: count() for label in LABELS}
    for number in count():
        label = LABELS[number % 2]
        for _ in range(_TRIES_A_CASE):
            texts, part = capability.make(writer, label, next(turns[label]))
            if texts not in seen:
                break
        else:
            return
        seen.add(texts)
        yield Case(texts, label, part)


def _statements(name: str) -> Make:
    def make(writer: Writer, label: str, turn: int) -> tuple[tuple[str, ...], str]:
        templates = STATEMENTS[name][label]
        template = templates[turn % len(templates)]
        return (writer.sentence(template, label),), f"expected {label}"

    return make


CAPABILITIES = (
    Capability("vocabulary", "MFT", "plain praise or blame", _statements("vocabulary")),
    Capability("negation", "MFT", "not good; never boring", _statements("negation")),
    Capability(
        "double negation", "MFT", "nobody can say it is not good", _statements("double negation")
    ),
    Capability("not bad", "MFT", "far from dull; anything but good", _statements("not bad")),
    Capability("but contrast", "MFT", "weak script, but a great film", _statements("but contrast")),
    Capability("comparison", "MFT", "better or worse than the book", _statements("comparison")),
    Capability(
        "sarcasm markers", "MFT", "ironic, and the same words meant", _statements("sarcasm markers")
    ),
    Capability("length", "MFT", "opinion first or last in 50 to 300 words", variations.length),
    Capability("intensifiers", "DIR", "good -> very good", variations.intensifiers),
    Capability("added verdict", "DIR", "a review -> with one more verdict", variations.added),
    Capability("names", "INV", "other people", variations.names),
    Capability("typos", "INV", "one to three swapped letters", variations.typos),
    Capability("case", "INV", "upper, lower, title case", variations.case),
    Capability("markup", "INV", "line breaks, tags", variations.markup),
    Capability(
        "typographic characters", "INV", "curly quotes, dashes, full width", variations.typography
    ),
    Capability("padding before", "INV", "neutral plot before", variations.padding_before),
    Capability("padding after", "INV", "neutral plot behind", variations.padding_after),
)
