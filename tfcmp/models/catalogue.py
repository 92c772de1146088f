"""The models, each a record of facts. Adding one is adding one entry."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tfcmp.config.fields import (
    Architecture,
    Configuration,
    LinearArchitecture,
    RecurrentArchitecture,
    TransformerArchitecture,
)
from tfcmp.errors import CallError


@dataclass(frozen=True)
class ModelRecord:
    """Facts about one model.

    Attributes:
        name: what the user types.
        family: "linear", "recurrent" or "transformer".
        summary: one line.
        reference: paper that describes it.
        architecture: the settings it has.
        defaults: settings that differ from those of the fields, by dotted name.
    """

    name: str
    family: str
    summary: str
    reference: str
    architecture: type[Architecture]
    defaults: Mapping[str, Any] = field(default_factory=dict)


# Chosen on IMDB's validation split; what was tried stands in docs/results/choices.md.
REGULARISED = {
    "architecture.vocabulary_size": 30_000,
    "architecture.word_dropout": 0.2,
    "architecture.embedding_dropout": 0.5,
    "architecture.dropout": 0.5,
    "training.learning_rate": 2e-3,
    "training.schedule": "cosine",
    "training.warmup_share": 0.05,
    "training.epochs": 4,
}

CATALOGUE = (
    ModelRecord(
        name="bag_of_ngrams",
        family="linear",
        summary="n-gram log-count ratios under a linear layer: the row every network has to beat",
        reference="Wang & Manning 2012, Baselines and Bigrams",
        architecture=LinearArchitecture,
        defaults={"data.max_length": 2000, "training.epochs": 4},
    ),
    ModelRecord(
        name="simple_rnn",
        family="recurrent",
        summary="vanilla recurrent network",
        reference="Elman 1990, Finding Structure in Time",
        architecture=RecurrentArchitecture,
        defaults={**REGULARISED, "training.learning_rate": 5e-4},
    ),
    ModelRecord(
        name="lstm",
        family="recurrent",
        summary="long short-term memory",
        reference="Hochreiter & Schmidhuber 1997, Long Short-Term Memory",
        architecture=RecurrentArchitecture,
        defaults=REGULARISED,
    ),
    ModelRecord(
        name="gru",
        family="recurrent",
        summary="gated recurrent unit",
        reference="Cho et al. 2014, Learning Phrase Representations using RNN Encoder-Decoder",
        architecture=RecurrentArchitecture,
        defaults=REGULARISED,
    ),
    ModelRecord(
        name="transformer",
        family="transformer",
        summary="transformer encoder trained from scratch, on the recurrent models' tokens",
        reference="Vaswani et al. 2017, Attention Is All You Need",
        architecture=TransformerArchitecture,
        defaults={
            **REGULARISED,
            "data.truncation": "head+tail",
            "data.max_length": 304,
            "architecture.heads": 2,
            "architecture.pooling": "max+mean",
            "architecture.word_dropout": 0.3,
            "architecture.dropout": 0.4,
            "training.learning_rate": 1e-3,
            "training.warmup_share": 0.1,
        },
    ),
)


def find_model(name: str) -> ModelRecord:
    """The record of `name`.

    Raises:
        CallError: no model has that name; the nearest is named.
    """
    records = {record.name: record for record in CATALOGUE}
    if name in records:
        return records[name]
    near = difflib.get_close_matches(name, records, n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise CallError(f"unknown model {name!r}{hint} Known: {', '.join(records)}")


def default_configuration(record: ModelRecord) -> Configuration:
    """What `--model NAME` alone stands for: the fields' defaults under the model's own."""
    configuration = Configuration(model=record.name, architecture=record.architecture())
    for name, value in record.defaults.items():
        group, setting = name.split(".")
        part = replace(getattr(configuration, group), **{setting: value})
        configuration = replace(configuration, **{group: part})
    return configuration
