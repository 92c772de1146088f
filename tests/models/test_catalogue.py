from dataclasses import fields, replace

import pytest

from tfcmp.config.checks import check_configuration
from tfcmp.config.fields import RecurrentArchitecture
from tfcmp.errors import CallError
from tfcmp.models.building import size_of
from tfcmp.models.catalogue import (
    CATALOGUE,
    PRETRAINED,
    default_configuration,
    find_model,
)

every_model = pytest.mark.parametrize("record", CATALOGUE, ids=lambda record: record.name)


@pytest.mark.parametrize(
    ("misspelt", "nearest"), [("ltsm", "lstm"), ("transformers", "transformer"), ("GRU", None)]
)
def test_an_unknown_name_is_a_wrong_call_that_names_the_nearest(misspelt, nearest):
    with pytest.raises(CallError) as error:
        find_model(misspelt)
    hint = f"did you mean {nearest}?" if nearest else "Known: bag_of_ngrams"
    assert hint in str(error.value)


def test_an_unknown_name_like_no_other_lists_all_models():
    with pytest.raises(CallError) as error:
        find_model("???")
    assert "did you mean" not in str(error.value)
    assert all(record.name in str(error.value) for record in CATALOGUE)


def test_no_two_models_share_a_name():
    names = [record.name for record in CATALOGUE]
    assert len(set(names)) == len(names)


@every_model
def test_every_default_of_a_model_names_an_existing_field(record):
    configuration = default_configuration(record)
    for name in record.defaults:
        group, setting = name.split(".")
        assert setting in {field.name for field in fields(getattr(configuration, group))}


@every_model
def test_the_default_configuration_of_a_model_is_valid(record):
    check_configuration(default_configuration(record))


def test_the_defaults_of_a_model_replace_those_of_the_fields():
    defaults = {"training.learning_rate": 0.25, "architecture.units": 7}
    configuration = default_configuration(replace(find_model("gru"), defaults=defaults))
    assert configuration.training.learning_rate == 0.25
    assert configuration.architecture == RecurrentArchitecture(units=7)


def test_defaults_without_a_field_are_an_error():
    record = replace(find_model("gru"), defaults={"training.learning_rat": 1.0})
    with pytest.raises(TypeError, match="learning_rat"):
        default_configuration(record)


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
