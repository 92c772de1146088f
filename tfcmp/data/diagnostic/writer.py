"""Draws the plan that two reviews of opposite labels share, and writes reviews from it."""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from hashlib import blake2b
from itertools import islice
from random import Random
from typing import NamedTuple, TypeVar

from tfcmp.data.diagnostic.grammar import Fillers, Sentence, Template, fill, split_of
from tfcmp.data.diagnostic.lexicon import NAMES, TOWNS, VOCABULARY
from tfcmp.data.diagnostic.templates import CLAIMS, OPENINGS, PLOT

_MATERIALS = (
    "Paper", "Iron", "Glass", "Copper", "Wooden", "Silver", "Velvet", "Amber", "Granite", "Cotton",
    "Scarlet", "Winter", "Northern", "Second", "Seventh", "Hidden",
)  # fmt: skip
_THINGS = (
    "Harbour", "Lantern", "Orchard", "Bridge", "Ferry", "Staircase", "Compass", "Envelope",
    "Lighthouse", "Carousel", "Meadow", "Telegraph", "Quarry", "Balcony", "Windmill", "Archive",
)  # fmt: skip
_NUMBERS = ("Two", "Three", "Four", "Five", "Seven", "Nine", "Eleven", "Twelve", "Forty")
_HOURS = ("Noon", "Dawn", "Midnight", "Dusk", "Low Tide", "Harvest", "First Snow", "Nightfall")
_FIRST_NAMES = (
    "Anselm", "Birgit", "Carlos", "Dorothea", "Emeka", "Farida", "Gustav", "Hiroko", "Ilse",
    "Jerzy", "Kamala", "Leopold", "Mirela", "Nadim", "Oksana", "Pascal", "Rosalind", "Sunil",
    "Tomasz", "Ursula", "Viktor", "Wanjiru", "Yusuf", "Zofia",
)  # fmt: skip
_LAST_NAMES = (
    "Abernathy", "Bakker", "Castellan", "Dragan", "Ekwueme", "Falkner", "Grunwald", "Hollis",
    "Ibarra", "Jansson", "Kowalczyk", "Lindqvist", "Marchetti", "Nakagawa", "Okonjo", "Petrov",
    "Quennell", "Rahman", "Sorensen", "Tavares", "Ulrich", "Varga", "Whitlock", "Zeller",
)  # fmt: skip
_GENRES = (
    "drama", "comedy", "thriller", "western", "romance", "detective film", "war film",
    "heist film", "road movie", "ghost story", "period drama", "family drama",
)  # fmt: skip
# Fillings tried for a plot template before another is used: names are fixed within a review, so a
# template with few other slots may have no filling that belongs to the split.
_PLOT_TRIES = 8
# Deciding sentences of a review, all of the same phenomenon and for the same label. With one each,
# 4,000 reviews are too few for a transformer from scratch to learn the operators.
_CLAIMS_PER_REVIEW = (2, 3, 4)
_PARTS_OF_A_FILM = ("part", "parts", "scene")
_Item = TypeVar("_Item")


class Film(NamedTuple):
    """A title and its facts, which are the same in every review."""

    title: str
    director: str
    star: str
    genre: str
    place: str


@cache
def films(split: str) -> tuple[Film, ...]:
    """The films of a split; no film belongs to both."""
    return tuple(_film(title) for title in _titles() if split_of(title) == split)


def _titles() -> Iterator[str]:
    for thing in _THINGS:
        yield from (f"The {material} {thing}" for material in _MATERIALS)
        yield from (f"{number} Days at the {thing}" for number in _NUMBERS)
        yield from (f"The {thing} at {hour}" for hour in _HOURS)
        yield from (f"The {town} {thing}" for town in TOWNS[:8])


def _film(title: str) -> Film:
    seed = int.from_bytes(blake2b(title.encode(), digest_size=8).digest(), "big")
    random = Random(seed).random

    def pick(values: Sequence[str]) -> str:
        return values[int(random() * len(values))]

    director = f"{pick(_FIRST_NAMES)} {pick(_LAST_NAMES)}"
    star = f"{pick(_FIRST_NAMES)} {pick(_LAST_NAMES)}"
    return Film(title, director, star, pick(_GENRES), pick(TOWNS))


class Plan(NamedTuple):
    """What must not predict the label; `before` and `after` are the most words of plot."""

    phenomenon: str
    film: Film
    names: tuple[str, str]
    opening: Template
    claims: tuple[Template, ...]
    before: int
    after: int


class Writer:
    """Writes reviews from sentences that belong to one split.

    Args:
        split: "train" or "test".
        random: draws uniformly from [0, 1).
    """

    def __init__(self, split: str, random: Callable[[], float]) -> None:
        self._split = split
        self._random = random

    def pick(self, values: Sequence[_Item]) -> _Item:
        """One of the values, uniformly."""
        return values[int(self._random() * len(values))]

    def plan(self, phenomenon: str) -> Plan:
        """Draws a plan for a phenomenon."""
        lead = friend = self.pick(NAMES)
        while friend == lead:
            friend = self.pick(NAMES)
        before, after = self._lengths(phenomenon)
        return Plan(
            phenomenon,
            self.pick(films(self._split)),
            (lead, friend),
            self.pick(OPENINGS),
            tuple(islice(self._shuffled(CLAIMS[phenomenon]), self.pick(_CLAIMS_PER_REVIEW))),
            before,
            after,
        )

    def write(self, plan: Plan, label: str) -> Sentence:
        """Writes a review: its text, and the spans of its deciding words."""
        fillers = _fillers(plan, label)
        plot = self._shuffled(PLOT)
        opening = self._sentence(plan.opening, fillers)
        claims = self._claims(plan.claims, fillers)
        before = self._passage(plot, fillers, plan.before)
        after = self._passage(plot, fillers, plan.after)
        if plan.phenomenon == "opening_cue":
            return _joined([*claims, opening, *before, *after])
        return _joined([opening, *before, *claims, *after])

    def _lengths(self, phenomenon: str) -> tuple[int, int]:
        """Words of plot before and after the deciding sentences: mostly few, rarely many.

        Squares and cubes, because logarithms may differ in the last bit between machines.
        """
        draw = self._random()
        if phenomenon == "far_cue":
            return int(14 * self._random()), 25 + int(300 * draw * draw)
        if phenomenon == "opening_cue":
            return 0, 15 + int(150 * draw * draw * draw)
        late = self._random()
        return int(90 * draw * draw * draw), int(50 * late * late * late)

    def _shuffled(self, templates: Sequence[Template]) -> Iterator[Template]:
        """The templates in random order, drawn lazily."""
        rest = list(templates)
        while rest:
            position = int(self._random() * len(rest))
            rest[position], rest[-1] = rest[-1], rest[position]
            yield rest.pop()

    def _sentence(self, template: Template, fillers: Fillers) -> Sentence:
        """A sentence that belongs to the split, as one that names a film of the split does."""
        sentence = fill(template, fillers, self._random)
        while "film" not in template.slots and split_of(sentence.text) != self._split:
            sentence = fill(template, fillers, self._random)
        return sentence

    def _claims(self, templates: Sequence[Template], fillers: Fillers) -> list[Sentence]:
        """The deciding sentences, each about other parts of the film, to avoid contradictions."""
        claims = []
        for template in templates:
            claims.append(self._sentence(template, fillers))
            fillers = {
                **fillers,
                **{slot: _absent(fillers[slot], claims[-1].text) for slot in _PARTS_OF_A_FILM},
            }
        return claims

    def _passage(
        self, templates: Iterator[Template], fillers: Fillers, words: int
    ) -> list[Sentence]:
        """Plot of at most `words` words, no template twice."""
        passage: list[Sentence] = []
        for template in templates if words > 0 else ():
            for _ in range(_PLOT_TRIES):
                sentence = fill(template, fillers, self._random)
                if split_of(sentence.text) == self._split:
                    break
            else:
                continue
            words -= sentence.text.count(" ") + 1
            if words < 0:
                break
            passage.append(sentence)
        return passage


def _absent(values: Sequence[str], text: str) -> list[str]:
    """The values that the text does not hold."""
    return [value for value in values if value not in text]


def _fillers(plan: Plan, label: str) -> Fillers:
    """The values of a label, and those that are fixed within a review."""
    return {
        **VOCABULARY[label],
        "film": (plan.film.title,),
        "director": (plan.film.director,),
        "star": (plan.film.star,),
        "genre": (plan.film.genre,),
        "place": (plan.film.place,),
        "lead": (plan.names[0],),
        "friend": (plan.names[1],),
    }


def _joined(sentences: Sequence[Sentence]) -> Sentence:
    """The text of the sentences, and their rationales as spans of that text."""
    rationale: list[tuple[int, int]] = []
    offset = 0
    for sentence in sentences:
        rationale.extend((start + offset, end + offset) for start, end in sentence.rationale)
        offset += len(sentence.text) + 1
    return Sentence(" ".join(sentence.text for sentence in sentences), tuple(rationale))
