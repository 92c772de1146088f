"""The pretrained encoders of KerasHub, each a record of facts."""

from collections.abc import Mapping
from typing import Any

from tfcmp.config.fields import PretrainedArchitecture
from tfcmp.models.record import ModelRecord

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
