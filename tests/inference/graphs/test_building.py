import keras
import numpy as np
import pytest

from tfcmp.errors import CallError
from tfcmp.models.building import build_text_classifier
from tfcmp.models.linear import adapt_bag_of_ngrams, build_bag_of_ngrams, choose_ngrams
from tfcmp.models.preset_tokenizer import build_preset_tokenizer
from tfcmp.models.pretrained import build_pretrained
from tfcmp.models.recurrent import build_recurrent
from tfcmp.models.transformer import build_transformer

runtime = pytest.importorskip("onnxruntime", reason="needs pip install 'tfcmp[onnx]'")
from tfcmp.inference.graphs.building import build_graph  # noqa: E402

WORDS = 30
DROPOUT = {"word_dropout": 0.2, "embedding_dropout": 0.2, "dropout": 0.2}
# Longest first, equal, one word alone; none without a token.
LENGTHS = (13, 13, 7, 4, 1)


@pytest.fixture(scope="module")
def drawn():
    return np.random.default_rng(0)


@pytest.fixture
def tokenizer(word_tokenizer):
    return word_tokenizer(WORDS)


def padded_ids(drawn, ids=WORDS, padding_id=0, first=2):
    padded = np.full((len(LENGTHS), max(LENGTHS)), padding_id, np.int32)
    for row, length in enumerate(LENGTHS):
        padded[row, :length] = drawn.integers(first, ids, length)
    return padded


def with_random_weights(core, drawn):
    """Biases and norms start at 0 and 1, where an exchanged gate would not show."""
    weights = [
        weight + 0.3 * drawn.standard_normal(weight.shape).astype(weight.dtype)
        if weight.dtype == np.float32
        else weight
        for weight in core.get_weights()
    ]
    core.set_weights(weights)
    return core


def assert_the_graph_answers_like_keras(model, ids):
    graph = build_graph(model)
    session = runtime.InferenceSession(graph.SerializeToString())
    (answers,) = session.run(None, {"token_ids": ids})
    after_tokens = keras.Model(model.get_layer("tokenizer").output, model.output)
    np.testing.assert_allclose(answers, after_tokens(ids, training=False), atol=1e-6)
    alone = ids[-1:, : LENGTHS[-1]]
    np.testing.assert_allclose(session.run(None, {"token_ids": alone})[0], answers[-1:], atol=1e-6)


@pytest.mark.parametrize("cell", ["simple_rnn", "lstm", "gru"])
@pytest.mark.parametrize(
    ("direction", "layers", "pooling"),
    [
        ("forward", 1, "last"),
        ("backward", 2, "mean"),
        ("both", 1, "max+mean"),
        ("both", 2, "last"),
        ("both", 2, "max"),
    ],
)
def test_a_recurrent_graph_answers_like_keras(cell, direction, layers, pooling, tokenizer, drawn):
    core = build_recurrent(
        cell,
        tokenizer.vocabulary_size,
        3,
        embedding_size=6,
        units=5,
        layers=layers,
        direction=direction,
        pooling=pooling,
        **DROPOUT,
    )
    model = build_text_classifier(tokenizer, with_random_weights(core, drawn))
    assert_the_graph_answers_like_keras(model, padded_ids(drawn))


def test_recurrent_layers_are_operators_of_onnx_and_no_loops(tokenizer):
    core = build_recurrent(
        "gru",
        tokenizer.vocabulary_size,
        2,
        embedding_size=6,
        units=5,
        layers=1,
        direction="both",
        pooling="max",
        **DROPOUT,
    )
    graph = build_graph(build_text_classifier(tokenizer, core)).graph
    operators = [node.op_type for node in graph.node]
    assert operators.count("GRU") == 2
    assert "Loop" not in operators


@pytest.mark.parametrize("pooling", ["max", "mean", "last", "max+mean"])
def test_a_graph_of_the_transformer_answers_like_keras(pooling, tokenizer, drawn):
    core = build_transformer(
        tokenizer.vocabulary_size,
        3,
        embedding_size=6,
        layers=2,
        heads=2,
        feed_forward_size=10,
        pooling=pooling,
        **DROPOUT,
    )
    model = build_text_classifier(tokenizer, with_random_weights(core, drawn))
    assert_the_graph_answers_like_keras(model, padded_ids(drawn))


@pytest.mark.parametrize("orders", [1, 2, 3])
def test_a_graph_of_ngrams_answers_like_keras(orders, tokenizer, drawn):
    core = build_bag_of_ngrams(3, orders=orders, features=37)
    texts = drawn.integers(0, 6, (40, 12)).astype(np.int32)
    batches = [(texts, drawn.integers(0, 3, 40))]
    ngrams = choose_ngrams(batches, 3, orders=orders, features=37)
    adapt_bag_of_ngrams(core, ngrams, smoothing=1.0)
    logits = core.get_layer("logits")
    logits.weights_of_features.assign(drawn.standard_normal((38, 3)))
    model = build_text_classifier(tokenizer, core)
    assert_the_graph_answers_like_keras(model, padded_ids(drawn, ids=6, first=1))


@pytest.mark.parametrize("pooling", ["first", "mean"])
@pytest.mark.parametrize("family", ["bert", "electra", "distilbert", "albert", "roberta"])
def test_a_graph_of_an_encoder_answers_like_keras(family, pooling, tiny_preset, drawn):
    model = encoder_classifier(tiny_preset(family), pooling)
    with_random_weights(model, drawn)
    tokenizer = model.get_layer("tokenizer")
    ids = padded_ids(drawn, tokenizer.vocabulary_size, tokenizer.padding_id, first=5)
    assert_the_graph_answers_like_keras(model, ids)


def test_an_encoder_whose_graph_is_not_known_is_refused(tiny_preset):
    with pytest.raises(CallError, match="DebertaV3Backbone has no ONNX graph"):
        build_graph(encoder_classifier(tiny_preset("deberta"), "first"))


def encoder_classifier(folder, pooling):
    tokenizer = build_preset_tokenizer(folder, 20, "head")
    core = build_pretrained(
        folder,
        padding_id=tokenizer.padding_id,
        classes=3,
        pooling=pooling,
        dropout=0.1,
        freeze=False,
        lora_rank=None,
    )
    return build_text_classifier(tokenizer, core)


def test_a_model_of_another_kind_is_refused(tokenizer):
    ids = keras.Input((None,), dtype="int32")
    embedded = keras.layers.Embedding(WORDS, 4)(ids)
    vector = keras.layers.GlobalAveragePooling1D()(embedded)
    core = keras.Model(ids, keras.layers.Dense(2)(vector), name="saved_model")
    with pytest.raises(CallError, match="kind saved_model has no ONNX graph"):
        build_graph(build_text_classifier(tokenizer, core))
