"""The models, each a record of facts. Adding one is adding one entry."""

import difflib
from dataclasses import replace

from tfcmp.config.fields import (
    Configuration,
    LinearArchitecture,
    PretrainedArchitecture,
    RecurrentArchitecture,
    SavedModelArchitecture,
    TransformerArchitecture,
)
from tfcmp.errors import CallError
from tfcmp.models.pretrained_records import FINE_TUNED, PRETRAINED
from tfcmp.models.record import ModelRecord

# Only a SavedModel itself knows how much of a text it takes.
WHOLE_TEXTS = {"data.max_length": None, "data.truncation": "head"}

PRESET = "preset:"
SAVED_MODEL = "saved_model:"

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
    *PRETRAINED,
)


def find_model(name: str) -> ModelRecord:
    """The record of `name`, which may also be `preset:` or `saved_model:` and a place.

    Raises:
        CallError: no model has that name; the nearest is named.
    """
    if name.startswith((PRESET, SAVED_MODEL)):
        return _named_by_place(name)
    records = {record.name: record for record in CATALOGUE}
    if name in records:
        return records[name]
    near = difflib.get_close_matches(name, records, n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise CallError(
        f"unknown model {name!r}{hint} Known: {', '.join(records)}, {PRESET}PLACE, "
        f"{SAVED_MODEL}PLACE"
    )


def _named_by_place(name: str) -> ModelRecord:
    prefix, place = name.split(":", 1)
    if not place:
        raise CallError(f"--model {name}: expected a folder or a handle behind the colon")
    is_saved_model = f"{prefix}:" == SAVED_MODEL
    return ModelRecord(
        name=name,
        family="saved_model" if is_saved_model else "pretrained",
        summary=f"{'SavedModel' if is_saved_model else 'preset'} of {place}",
        reference="",
        architecture=SavedModelArchitecture if is_saved_model else PretrainedArchitecture,
        defaults={**FINE_TUNED, **(WHOLE_TEXTS if is_saved_model else {})},
        preset=place,
    )


def default_configuration(record: ModelRecord) -> Configuration:
    """What `--model NAME` alone stands for: the fields' defaults under the model's own."""
    configuration = Configuration(model=record.name, architecture=record.architecture())
    for name, value in record.defaults.items():
        group, setting = name.split(".")
        part = replace(getattr(configuration, group), **{setting: value})
        configuration = replace(configuration, **{group: part})
    return configuration
