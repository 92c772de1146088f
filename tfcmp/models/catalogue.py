"""The models, each a record of facts. Adding one is adding one entry."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tfcmp.config.fields import (
    Architecture,
    Configuration,
    LinearArchitecture,
    PretrainedArchitecture,
    RecurrentArchitecture,
    SavedModelArchitecture,
    TransformerArchitecture,
)
from tfcmp.errors import CallError


@dataclass(frozen=True)
class ModelRecord:
    """Facts about one model.

    Attributes:
        name: what the user types.
        family: "linear", "recurrent", "transformer", "pretrained" or "saved_model".
        summary: one line.
        reference: paper that describes it.
        architecture: the settings it has.
        defaults: settings that differ from those of the fields, by dotted name.
        preset: where the pretrained weights come from: a Kaggle handle with its version, or what
            the user named.
        parameters: published number of parameters of the pretrained encoder, its pooler included.
    """

    name: str
    family: str
    summary: str
    reference: str
    architecture: type[Architecture]
    defaults: Mapping[str, Any] = field(default_factory=dict)
    preset: str = ""
    parameters: int | None = None


# The recipe of Mosbach et al. 2021, "On the Stability of Fine-tuning BERT".
FINE_TUNED = {
    "data.max_length": 256,
    "data.truncation": "head+tail",
    "training.optimizer": "adamw",
    "training.learning_rate": 3e-5,
    "training.schedule": "linear",
    "training.warmup_share": 0.1,
    "training.batch_size": 32,
    "training.epochs": 3,
}


def _pretrained(
    name: str,
    summary: str,
    reference: str,
    preset: str,
    parameters: int,
    defaults: Mapping[str, Any] | None = None,
) -> ModelRecord:
    return ModelRecord(
        name=name,
        family="pretrained",
        summary=summary,
        reference=reference,
        architecture=PretrainedArchitecture,
        defaults={**FINE_TUNED, **(defaults or {})},
        preset=preset,
        parameters=parameters,
    )


BERT = "Devlin et al. 2019, BERT"
SMALL_BERT = "Turc et al. 2019, Well-Read Students Learn Better"
ALBERT = "Lan et al. 2020, ALBERT"
ELECTRA = "Clark et al. 2020, ELECTRA"


PRETRAINED = (
    _pretrained(
        "bert_tiny_en",
        "BERT, 2 layers of 128 channels",
        SMALL_BERT,
        "keras/bert/keras/bert_tiny_en_uncased/3",
        4_385_920,
    ),
    _pretrained(
        "bert_small_en",
        "BERT, 4 layers of 512 channels",
        SMALL_BERT,
        "keras/bert/keras/bert_small_en_uncased/3",
        28_763_648,
    ),
    _pretrained(
        "bert_medium_en",
        "BERT, 8 layers of 512 channels",
        SMALL_BERT,
        "keras/bert/keras/bert_medium_en_uncased/3",
        41_373_184,
    ),
    _pretrained(
        "bert_base_en",
        "BERT, 12 layers of 768 channels",
        BERT,
        "keras/bert/keras/bert_base_en_uncased/3",
        109_482_240,
    ),
    _pretrained(
        "bert_large_en",
        "BERT, 24 layers of 1024 channels",
        BERT,
        "keras/bert/keras/bert_large_en_uncased/3",
        335_141_888,
    ),
    _pretrained(
        "albert_base_en",
        "ALBERT, 12 passes through one layer of 768 channels",
        ALBERT,
        "keras/albert/keras/albert_base_en_uncased/5",
        11_683_584,
    ),
    _pretrained(
        "albert_large_en",
        "ALBERT, 24 passes through one layer of 1024 channels",
        ALBERT,
        "keras/albert/keras/albert_large_en_uncased/3",
        17_683_968,
    ),
    _pretrained(
        "electra_small_en",
        "ELECTRA discriminator, 12 layers of 256 channels",
        ELECTRA,
        "keras/electra/keras/electra_small_discriminator_uncased_en/2",
        13_548_800,
    ),
    _pretrained(
        "electra_base_en",
        "ELECTRA discriminator, 12 layers of 768 channels",
        ELECTRA,
        "keras/electra/keras/electra_base_discriminator_uncased_en/2",
        109_482_240,
    ),
    _pretrained(
        "electra_large_en",
        "ELECTRA discriminator, 24 layers of 1024 channels",
        ELECTRA,
        "keras/electra/keras/electra_large_discriminator_uncased_en/2",
        335_141_888,
    ),
    _pretrained(
        "distilbert_base_en",
        "DistilBERT, 6 layers of 768 channels",
        "Sanh et al. 2019, DistilBERT",
        "keras/distil_bert/keras/distil_bert_base_en_uncased/3",
        66_362_880,
    ),
    _pretrained(
        "roberta_base_en",
        "RoBERTa, 12 layers of 768 channels, case kept",
        "Liu et al. 2019, RoBERTa",
        "keras/roberta/keras/roberta_base_en/3",
        124_052_736,
    ),
    _pretrained(
        "deberta_v3_xsmall_en",
        "DeBERTa V3, 12 layers of 384 channels, case kept",
        "He et al. 2023, DeBERTaV3",
        "keras/deberta_v3/keras/deberta_v3_extra_small_en/3",
        70_682_112,
    ),
    _pretrained(
        "minilm_l6_en",
        "MiniLM sentence encoder, 6 layers of 384 channels",
        "Wang et al. 2020, MiniLM",
        "keras/sentence-transformers/keras/all_minilm_l6_v2_en/1",
        22_713_216,
        # Chosen on IMDB's validation split: docs/results/choices.md.
        {"training.learning_rate": 1e-4, "training.epochs": 1},
    ),
)


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
