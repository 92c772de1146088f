"""The facts of the catalogue against KerasHub's own, and the encoders at their full size."""

import pytest

from tfcmp.models.building import size_of
from tfcmp.models.pretrained_records import PRETRAINED

every_record = pytest.mark.parametrize("record", PRETRAINED, ids=lambda record: record.name)

# Layers, heads, channels, inner channels and tokens, as the papers give them.
BERT_WORDS, DEBERTA_PIECES = 30_522, 128_100
SIZES = {
    "bert_tiny_en": ("Bert", 2, 2, 128, 512, BERT_WORDS),
    "bert_small_en": ("Bert", 4, 8, 512, 2048, BERT_WORDS),
    "bert_medium_en": ("Bert", 8, 8, 512, 2048, BERT_WORDS),
    "bert_base_en": ("Bert", 12, 12, 768, 3072, BERT_WORDS),
    "bert_large_en": ("Bert", 24, 16, 1024, 4096, BERT_WORDS),
    "albert_base_en": ("Albert", 12, 12, 768, 3072, 30_000),
    "albert_large_en": ("Albert", 24, 16, 1024, 4096, 30_000),
    "electra_small_en": ("Electra", 12, 4, 256, 1024, BERT_WORDS),
    "electra_base_en": ("Electra", 12, 12, 768, 3072, BERT_WORDS),
    "electra_large_en": ("Electra", 24, 16, 1024, 4096, BERT_WORDS),
    "distilbert_base_en": ("DistilBert", 6, 12, 768, 3072, BERT_WORDS),
    "roberta_base_en": ("Roberta", 12, 12, 768, 3072, 50_265),
    "deberta_v3_xsmall_en": ("DebertaV3", 12, 6, 384, 1536, DEBERTA_PIECES),
    "minilm_l6_en": ("Bert", 6, 12, 384, 1536, BERT_WORDS),
}
# Channels of word vectors where they are not those of the layers.
EMBEDDING = {
    "albert_base_en": 128,
    "albert_large_en": 128,
    "electra_small_en": 128,
    "electra_base_en": 768,
    "electra_large_en": 1024,
}


def test_every_pretrained_model_has_its_size_here():
    assert set(SIZES) == {record.name for record in PRETRAINED}


@every_record
def test_handle_and_parameters_are_those_that_kerashub_publishes(record):
    from keras_hub.models import Backbone

    published = {preset["kaggle_handle"]: preset for preset in Backbone.presets.values()}
    facts = published[f"kaggle://{record.preset}"]["metadata"]
    assert facts["params"] == record.parameters


@every_record
@pytest.mark.slow
def test_the_encoder_at_full_size_has_the_published_parameters(record):
    import keras
    import keras_hub

    family, layers, heads, channels, inner, words = SIZES[record.name]
    more = {"embedding_dim": EMBEDDING[record.name]} if record.name in EMBEDDING else {}
    vocabulary = "vocab_size" if family == "Electra" else "vocabulary_size"
    # Shapes alone: 335 million weights need not be drawn to be counted.
    with keras.StatelessScope():
        backbone = getattr(keras_hub.models, f"{family}Backbone")(
            num_layers=layers,
            num_heads=heads,
            hidden_dim=channels,
            intermediate_dim=inner,
            **{vocabulary: words},
            **more,
        )
    assert sum(size_of(weight) for weight in backbone.weights) == record.parameters
