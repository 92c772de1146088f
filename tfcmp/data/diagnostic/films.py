"""The films under review: titles from parts, and the facts that belong to a title."""

from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import blake2b
from random import Random
from typing import NamedTuple

from tfcmp.data.diagnostic.fillers import TOWNS
from tfcmp.data.diagnostic.partition import split_of

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


class Film(NamedTuple):
    """A title and what is true of it in every review."""

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
