"""Texts of a run's test split, to be answered."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from tfcmp.config.fields import Configuration
from tfcmp.data.sources.opening import open_source
from tfcmp.data.splits import split_source


class Example(NamedTuple):
    """A text, its id as predictions.parquet has it, and the number of its class."""

    text: str
    identity: str
    label: int


def sample_examples(configuration: Configuration, cache: Path, count: int) -> list[Example]:
    """At most `count` examples of the test split, the same ones and in the same order every time."""
    data = configuration.data
    source = open_source(data)
    corpus, splits = split_source(source, data, cache)
    rows = np.random.default_rng(0).permutation(splits.test)[:count]
    places = {int(row): place for place, row in enumerate(rows)}
    identities = corpus.example_ids(rows)
    found: list[Example | None] = [None] * len(rows)
    for row, record in enumerate(source.records()):
        place = places.get(row)
        if place is not None:
            found[place] = Example(record.text, identities[place], int(corpus.labels[row]))
    return [example for example in found if example is not None]
