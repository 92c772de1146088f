import itertools
from dataclasses import replace
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfcmp.config.fields import Configuration, DataSettings, TransformerArchitecture
from tfcmp.errors import CallError
from tfcmp.models.building import (
    adapt_core,
    build_core,
    build_text_classifier,
    count_parameters,
    match_target,
    matched,
    ngrams_of,
    whole_weights,
)
from tfcmp.models.catalogue import CATALOGUE, default_configuration, find_model
from tfcmp.models.pretrained import build_pretrained
from tfcmp.models.word_tokenizer import FIRST_WORD_ID, UNKNOWN_ID, WordTokenizer
from tfcmp.training.step import compile_train_step

CLASSES, MAX_LENGTH = 3, 40
WORDS = [f"word{number}" for number in range(9)]
VOCABULARY = FIRST_WORD_ID + len(WORDS)
TINY: dict[str, dict[str, Any]] = {
    "linear": {"orders": 2, "features": 30},
    "recurrent": {"embedding_size": 5, "units": 4, "word_dropout": 0.1},
    "transformer": {
        "embedding_size": 6,
        "heads": 2,
        "feed_forward_size": 10,
        "layers": 2,
        "word_dropout": 0.1,
    },
}
RECURRENT = ("simple_rnn", "lstm", "gru")
DIRECTIONS = ("forward", "backward", "both")
POOLINGS = ("max", "mean", "last", "max+mean")
VARIANTS: list[tuple[str, dict[str, str]]] = [
    ("bag_of_ngrams", {}),
    *(("transformer", {"pooling": pooling}) for pooling in POOLINGS),
    *(
        (cell, {"direction": direction, "pooling": pooling})
        for cell, direction, pooling in itertools.product(RECURRENT, DIRECTIONS, POOLINGS)
    ),
]


def as_parameters(name, settings):
    """Of the recurrent cells, the simplest stands for all in every direction and pooling."""
    is_slow = name in ("lstm", "gru") and settings != {"direction": "both", "pooling": "max"}
    return pytest.param(
        name,
        settings,
        id="-".join([name, *settings.values()]),
        marks=[pytest.mark.slow] if is_slow else [],
    )


# Pretrained models have their own tests: test_pretrained.py.
every_model = pytest.mark.parametrize(
    "name", [record.name for record in CATALOGUE if not record.preset]
)
every_variant = pytest.mark.parametrize(
    ("name", "settings"), [as_parameters(*variant) for variant in VARIANTS]
)


def configure(name, **settings):
    record = find_model(name)
    architecture = replace(
        default_configuration(record).architecture, **TINY[record.family] | settings
    )
    return Configuration(name, architecture, data=DataSettings(max_length=MAX_LENGTH))


def toy_task():
    """Texts (24, 7) of which a single word, anywhere in the text, decides the class."""
    draw = np.random.default_rng(0)
    labels = np.arange(24, dtype=np.int32) % CLASSES
    ids = draw.integers(FIRST_WORD_ID + CLASSES, VOCABULARY, (24, 7)).astype(np.int32)
    ids[np.arange(24), draw.integers(0, 7, 24)] = FIRST_WORD_ID + labels
    return ids, labels


def build(name, **settings):
    """A model that has seen its n-grams, if it counts any."""
    keras.utils.set_random_seed(1)
    configuration, ngrams = ngrams_of(configure(name, **settings), CLASSES, lambda: [toy_task()])
    core = build_core(configuration, word_tokenizer(), CLASSES)
    adapt_core(core, configuration, ngrams)
    return core


def build_random(name, **settings):
    """A model of which no weight is left at a start value that hides what it does."""
    core = build(name, **settings)
    draw = np.random.default_rng(0)
    for weight in core.trainable_weights:
        weight.assign(draw.normal(scale=0.5, size=weight.shape))
    return core


@pytest.fixture(scope="module")
def tokenizer():
    return word_tokenizer()


def word_tokenizer():
    tokenizer = WordTokenizer(MAX_LENGTH, "head", name="tokenizer")
    tokenizer.set_vocabulary(WORDS)
    return tokenizer


@every_variant
def test_a_text_has_the_same_probabilities_alone_and_beside_a_longer_one(name, settings):
    core = build_random(name, **settings)
    ids = np.random.default_rng(1).integers(1, VOCABULARY, (2, MAX_LENGTH)).astype(np.int32)
    ids[0, 5:] = 0
    alone, beside = keras.ops.softmax(core(ids[:1, :5])), keras.ops.softmax(core(ids))
    np.testing.assert_allclose(alone[0], beside[0], atol=1e-5)
    assert np.abs(beside[0] - beside[1]).max() > 1e-3


@every_model
def test_the_core_gives_float32_logits_of_every_class(name):
    ids, labels = toy_task()
    logits = build(name)(ids)
    assert (logits.shape, logits.dtype) == ((len(labels), CLASSES), tf.float32)


@every_model
def test_the_loss_falls_over_30_real_gradient_steps(name):
    dropouts = ("word_dropout", "embedding_dropout", "dropout")
    core = build(name, **({} if name == "bag_of_ngrams" else dict.fromkeys(dropouts, 0.0)))
    optimizer = keras.optimizers.Adam(0.02)
    optimizer.build(core.trainable_weights)
    step = compile_train_step(core, optimizer, clip_norm=None)
    ids, labels = toy_task()
    losses = [float(step(tf.constant(ids), tf.constant(labels))[0]) for _ in range(30)]
    assert np.mean(losses[-3:]) < 0.6 * losses[0]


@every_model
def test_every_layer_has_a_name_of_its_own_choice(name):
    """Names that Keras chooses carry a counter: the second model's would differ."""
    first, second = ([layer.name for layer in build(name).layers] for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("bag_of_ngrams", {}),
        ("simple_rnn", {"direction": "backward", "pooling": "last"}),
        ("lstm", {"direction": "both", "pooling": "max"}),
        ("gru", {"direction": "both", "pooling": "last", "layers": 2}),
        ("transformer", {"pooling": "max+mean"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_saved_model_gives_identical_probabilities_from_raw_text(
    name, settings, tokenizer, tmp_path
):
    model = build_text_classifier(tokenizer, build_random(name, **settings))
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    texts = tf.constant(["Word1 word2, unheard word3!", "", "word4 " * 100])
    probabilities = np.asarray(model(texts))
    np.testing.assert_array_equal(loaded(texts), probabilities)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-6)


@every_model
def test_any_text_has_finite_probabilities(tokenizer, name):
    model = build_text_classifier(tokenizer, build(name))
    texts = ["word1 word2", "", "\x00", "\U0001f44d", "' ' '"]
    probabilities = np.concatenate([model(tf.constant([text])) for text in texts])
    assert np.isfinite(probabilities).all()


def test_raw_text_gives_the_probabilities_of_its_cached_ids(tokenizer):
    core = build_random("gru")
    ids, _, _ = tokenizer.encode_texts(["word3 word1 unheard"])
    assert ids.tolist() == [FIRST_WORD_ID + 3, FIRST_WORD_ID + 1, UNKNOWN_ID]
    np.testing.assert_allclose(
        build_text_classifier(tokenizer, core)(tf.constant(["word3 word1 unheard"])),
        keras.ops.softmax(core(ids[None])),
        rtol=1e-6,
    )


@pytest.mark.parametrize("name", [*RECURRENT, "transformer"])
def test_parameters_are_counted_with_the_embeddings_apart(name):
    core = build(name)
    counts = count_parameters(core)
    channels = core.get_layer("token_embedding").output.shape[-1]
    assert counts["embedding"] == VOCABULARY * channels
    assert counts["total"] == sum(np.prod(w.shape) for w in core.trainable_weights)
    assert counts["without_embedding"] == counts["total"] - counts["embedding"]


def test_the_ngram_weights_are_the_embedding_of_the_linear_model():
    counts = count_parameters(build("bag_of_ngrams"))
    features = TINY["linear"]["features"] + 1
    assert counts["embedding"] == features * CLASSES
    assert counts["without_embedding"] == CLASSES


@pytest.mark.parametrize("other", ["gru", "lstm"])
def test_a_matched_transformer_has_the_parameters_of_the_other_within_2_percent(
    other,
):
    configuration = Configuration("transformer", TransformerArchitecture(match=other))
    sized = matched(configuration, 2)
    target = match_target(configuration, 2)
    recurrent = build_core(default_configuration(find_model(other)), word_tokenizer(), 2)
    assert target == count_parameters(recurrent)["without_embedding"]
    reached = count_parameters(build_core(sized, word_tokenizer(), 2))["without_embedding"]
    assert abs(reached - target) <= 0.02 * target


def test_a_transformer_that_cannot_be_matched_is_a_wrong_call():
    with pytest.raises(CallError, match=r"--architecture\.match"):
        matched(configure("transformer", match="lstm"), CLASSES)


@pytest.mark.parametrize("name", ["gru", "transformer", "bag_of_ngrams"])
def test_a_configuration_without_a_match_stays_as_it_is(name):
    configuration = configure(name)
    assert matched(configuration, CLASSES) == configuration
    assert match_target(configuration, CLASSES) is None


def test_a_bag_of_ngrams_is_as_large_as_the_ngrams_of_its_texts_at_most_as_told():
    batch = np.array([[2, 3], [3, 2]], np.int32), np.array([0, 2], np.int32)
    # Two words, two pairs.
    for told, kept in ((800_000, 4), (3, 3)):
        sized, ngrams = ngrams_of(configure("bag_of_ngrams", features=told), 3, lambda: [batch])
        core = build_core(sized, word_tokenizer(), 3)
        adapt_core(core, sized, ngrams)
        assert core.get_layer("logits").ratios.shape == (kept + 1, 3)
        assert np.unique(core.get_layer("ngram_features").keys).size == kept


def test_texts_without_a_known_word_have_one_feature_that_is_never_found():
    batch = np.array([[UNKNOWN_ID, 0]], np.int32), np.array([1], np.int32)
    sized, ngrams = ngrams_of(configure("bag_of_ngrams"), 2, lambda: [batch])
    core = build_core(sized, word_tokenizer(), 2)
    adapt_core(core, sized, ngrams)
    np.testing.assert_array_equal(core(np.array([[2, 3], [1, 0]])), np.zeros((2, 2)))


IDS = np.array([[2, 5, 6, 8, 3], [2, 9, 3, 0, 0]], np.int32)


@pytest.fixture
def build_low_rank(tiny_preset):
    def make(lora_rank, **settings):
        return build_pretrained(
            tiny_preset("bert"),
            padding_id=0,
            classes=3,
            pooling="mean",
            dropout=0.0,
            freeze=False,
            lora_rank=lora_rank,
            **settings,
        )

    return make


def test_a_model_with_updates_and_its_twin_with_whole_weights_answer_the_same(build_low_rank):
    core, twin = build_low_rank(2), build_low_rank(None, with_weights=False)
    draw = np.random.default_rng(0)
    for weight in core.trainable_weights:
        weight.assign(draw.normal(scale=0.3, size=weight.shape))
    twin.set_weights(whole_weights(core))
    np.testing.assert_allclose(twin(IDS), core(IDS), atol=1e-5)


def test_the_updates_count(build_low_rank):
    core, twin = build_low_rank(2), build_low_rank(None, with_weights=False)
    layer = core.get_layer("encoder").transformer_layers[0]._self_attention_layer.query_dense
    layer.lora_kernel_b.assign(np.ones(layer.lora_kernel_b.shape))
    twin.set_weights(whole_weights(core))
    whole = twin.get_layer("encoder").transformer_layers[0]._self_attention_layer.query_dense
    assert np.abs(whole.kernel - layer._kernel).max() > 0.01


def test_without_updates_the_weights_are_those_of_the_model():
    core = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    for one, other in zip(whole_weights(core), core.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
