import json
from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf
from safetensors.numpy import save_file

from tfcmp.config.fields import PretrainedArchitecture, TrainingSettings
from tfcmp.errors import WorkError
from tfcmp.models.building import build_text_classifier, count_parameters
from tfcmp.models.preset_tokenizer import build_preset_tokenizer
from tfcmp.models.pretrained import build_pretrained
from tfcmp.models.sequence_layers import ENCODER
from tfcmp.training.optimizers import build_optimizer, learning_rate_shares
from tfcmp.training.step import compile_train_step

TEXTS = ["the film was good", "bad", "not good, not bad. the film", "the film was bad ."]
LABELS = np.array([0, 1, 2, 1], np.int32)
CLASSES = 3
LOW_RANK = ("bias", "lora_kernel_a", "lora_kernel_b")
SLOW = ("electra", "distilbert", "roberta", "deberta")
every_family = pytest.mark.parametrize(
    "family", ["bert", "albert", *(pytest.param(name, marks=pytest.mark.slow) for name in SLOW)]
)


@pytest.fixture
def build(tiny_preset):
    """The function family, settings -> tokenizer, core."""

    def make(family="bert", **settings):
        keras.utils.set_random_seed(5)
        tokenizer = build_preset_tokenizer(tiny_preset(family), 12, "head")
        chosen = {
            "pooling": "first",
            "dropout": 0.1,
            "freeze": False,
            "lora_rank": None,
            **settings,
        }
        core = build_pretrained(
            tiny_preset(family), padding_id=tokenizer.padding_id, classes=CLASSES, **chosen
        )
        return tokenizer, core

    return make


def train(core, ids, steps=12, **settings):
    """Losses of real steps on one batch."""
    settings = replace(TrainingSettings(optimizer="adamw", learning_rate=5e-3), **settings)
    step = compile_train_step(core, build_optimizer(settings, core.trainable_variables), 1.0)
    return [float(step(ids, LABELS)[0]) for _ in range(steps)]


def encoder_weights(core):
    return [weight.numpy() for weight in core.get_layer(ENCODER).weights]


@every_family
@pytest.mark.parametrize("pooling", ["first", "mean"])
def test_padding_changes_no_logit(build, family, pooling):
    tokenizer, core = build(family, pooling=pooling)
    together = core(tokenizer(tf.constant(TEXTS)))
    for text, logits in zip(TEXTS, together, strict=True):
        np.testing.assert_allclose(core(tokenizer(tf.constant([text])))[0], logits, atol=2e-6)


@every_family
def test_fine_tuning_lowers_the_loss(build, family):
    tokenizer, core = build(family)
    losses = train(core, tokenizer(tf.constant(TEXTS)), steps=30, learning_rate=0.01)
    assert np.mean(losses[-5:]) < 0.7 * np.mean(losses[:5])


@every_family
def test_the_saved_model_answers_raw_text_the_same(build, tmp_path, family):
    tokenizer, core = build(family)
    train(core, tokenizer(tf.constant(TEXTS)), steps=1)
    model = build_text_classifier(tokenizer, core)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    texts = tf.constant([*TEXTS, ""])
    np.testing.assert_array_equal(loaded(texts), model(texts))


def test_the_weights_are_those_of_the_preset(build, tiny_preset):
    import keras_hub

    backbone = keras_hub.models.Backbone.from_preset(str(tiny_preset("bert")))
    for ours, theirs in zip(encoder_weights(build()[1]), backbone.weights, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_a_twin_has_the_layers_and_other_weights(build):
    core, twin = build()[1], build(with_weights=False)[1]
    twin.set_weights(core.get_weights())
    ids = np.array([[2, 5, 6, 3]], np.int32)
    np.testing.assert_array_equal(core(ids), twin(ids))


def test_a_frozen_encoder_stays_as_it_is_while_the_head_learns(build):
    tokenizer, core = build(freeze=True)
    before = encoder_weights(core)
    losses = train(core, tokenizer(tf.constant(TEXTS)), learning_rate=0.1)
    assert losses[-1] < losses[0]
    for old, new in zip(before, encoder_weights(core), strict=True):
        np.testing.assert_array_equal(old, new)


def test_a_frozen_encoder_drops_nothing_in_training(build):
    tokenizer, core = build(freeze=True, dropout=0.0)
    ids = tokenizer(tf.constant(TEXTS))
    np.testing.assert_array_equal(core(ids, training=True), core(ids, training=True))


def test_low_rank_updates_train_a_few_weights_and_leave_the_kernels(build):
    tokenizer, core = build(lora_rank=2)
    trained = {"/".join(weight.path.split("/")[-2:]) for weight in core.trainable_weights}
    updated = {f"{part}/{name}" for part in ("query", "value") for name in LOW_RANK}
    assert trained == updated | {"logits/kernel", "logits/bias"}
    losses = train(core, tokenizer(tf.constant(TEXTS)), learning_rate=0.05)
    assert losses[-1] < losses[0]


def test_frozen_weights_are_counted_and_not_as_trained(build):
    whole, frozen = (count_parameters(build(freeze=freeze)[1]) for freeze in (False, True))
    assert frozen["total"] == whole["total"]
    assert frozen["trained"] == 12 * CLASSES + CLASSES
    assert whole["embedding"] == 65 * 12


def test_low_rank_updates_are_counted_as_trained_and_not_in_the_total(build):
    whole, updated = (count_parameters(build(lora_rank=rank)[1]) for rank in (None, 2))
    assert updated["total"] == whole["total"]
    assert 0 < updated["trained"] < whole["trained"]


def test_the_rate_falls_by_a_factor_with_every_layer_below_the_head(build):
    core = build()[1]
    shares = learning_rate_shares(core, PretrainedArchitecture(layer_decay=0.5))
    by_layer = {}
    for weight, share in zip(core.trainable_weights, shares, strict=True):
        by_layer.setdefault(weight.path.split("/")[0], set()).add(share)
    assert by_layer["logits"] == {1.0}
    assert by_layer["transformer_layer_1"] == {0.5}
    assert by_layer["transformer_layer_0"] == {0.25}
    assert by_layer["token_embedding"] == {0.125}


@every_family
def test_every_family_has_rates_between_embeddings_and_head(build, family):
    shares = learning_rate_shares(build(family)[1], PretrainedArchitecture(layer_decay=0.5))
    # ALBERT passes through one layer several times.
    layers = 1 if family == "albert" else 2
    assert set(shares) == {0.5**depth for depth in range(layers + 2)}


def test_without_decay_there_are_no_shares(build):
    assert learning_rate_shares(build()[1], PretrainedArchitecture()) is None


def test_a_truncated_weight_file_is_told(build, tiny_preset, tmp_path):
    import shutil

    folder = shutil.copytree(tiny_preset("bert"), tmp_path / "preset")
    file = folder / "model.weights.h5"
    file.write_bytes(file.read_bytes()[:-2000])
    with pytest.raises(WorkError, match=r"cannot be read .*damaged"):
        build_pretrained(
            folder,
            padding_id=0,
            classes=2,
            pooling="first",
            dropout=0.0,
            freeze=False,
            lora_rank=None,
        )


def hugging_face_weights(draw):
    """A BERT of two layers, 12 channels, 20 inner ones and 9 words under Hugging Face's names."""
    wide, inner = 12, 20
    shapes = {
        "embeddings.word_embeddings.weight": (9, wide),
        "embeddings.position_embeddings.weight": (30, wide),
        "embeddings.token_type_embeddings.weight": (2, wide),
        "embeddings.LayerNorm.weight": (wide,),
        "embeddings.LayerNorm.bias": (wide,),
        "pooler.dense.weight": (wide, wide),
        "pooler.dense.bias": (wide,),
    }
    for number in range(2):
        layer = f"encoder.layer.{number}"
        dense = {
            **{f"attention.self.{part}": (wide, wide) for part in ("query", "key", "value")},
            "attention.output.dense": (wide, wide),
            "intermediate.dense": (inner, wide),
            "output.dense": (wide, inner),
        }
        for name, shape in dense.items():
            shapes |= {f"{layer}.{name}.weight": shape, f"{layer}.{name}.bias": shape[:1]}
        for norm in ("attention.output.LayerNorm", "output.LayerNorm"):
            shapes |= {f"{layer}.{norm}.weight": (wide,), f"{layer}.{norm}.bias": (wide,)}
    return {name: draw.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}


@pytest.fixture
def hugging_face_folder(tmp_path):
    config = {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "vocab_size": 9,
        "hidden_size": 12,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 20,
        "hidden_dropout_prob": 0.1,
        "max_position_embeddings": 30,
        "type_vocab_size": 2,
    }
    (tmp_path / "config.json").write_text(json.dumps(config))
    (tmp_path / "tokenizer_config.json").write_text(json.dumps({"do_lower_case": True}))
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "film", "good", "bad"]
    (tmp_path / "vocab.txt").write_text("\n".join(words) + "\n")
    weights = hugging_face_weights(np.random.default_rng(0))
    save_file(weights, tmp_path / "model.safetensors")
    return tmp_path, weights


def states(core, ids):
    inputs = core.get_layer("encoder_inputs")(ids)
    return core.get_layer(ENCODER)(inputs)["sequence_output"]


def converted(folder):
    return build_pretrained(
        folder,
        padding_id=0,
        classes=2,
        pooling="first",
        dropout=0.0,
        freeze=False,
        lora_rank=None,
    )


def test_a_folder_of_hugging_face_is_converted_with_its_weights(hugging_face_folder):
    folder, weights = hugging_face_folder
    core = converted(folder)
    ours = {weight.path: weight.numpy() for weight in core.get_layer(ENCODER).weights}
    np.testing.assert_array_equal(
        ours["token_embedding/embeddings"], weights["embeddings.word_embeddings.weight"]
    )
    inner = "transformer_layer_1/feedforward_intermediate_dense/kernel"
    expected = weights["encoder.layer.1.intermediate.dense.weight"].T
    np.testing.assert_array_equal(ours[inner], expected)
    np.testing.assert_array_equal(ours["pooled_dense/kernel"], weights["pooler.dense.weight"].T)
    assert core(np.array([[2, 5, 6, 7, 3]], np.int32)).shape == (1, 2)


@pytest.mark.parametrize("prefix", ["", "bert."])
def test_a_folder_of_hugging_face_without_pooler_has_the_same_encoder(hugging_face_folder, prefix):
    folder, weights = hugging_face_folder
    whole = converted(folder)
    kept = {f"{prefix}{name}": w for name, w in weights.items() if not name.startswith("pooler")}
    save_file(kept, folder / "model.safetensors")
    ids = np.array([[2, 5, 6, 7, 3]], np.int32)
    np.testing.assert_array_equal(states(converted(folder), ids), states(whole, ids))


def test_a_folder_of_hugging_face_without_another_weight_is_told(hugging_face_folder):
    folder, weights = hugging_face_folder
    weights.pop("encoder.layer.1.output.dense.bias")
    save_file(weights, folder / "model.safetensors")
    with pytest.raises(WorkError, match="cannot be read"):
        converted(folder)


def test_nothing_is_drawn_at_random_for_weights_that_are_read_anyway(build, monkeypatch):
    monkeypatch.setattr(
        keras.initializers.TruncatedNormal, "__call__", lambda *given: pytest.fail("drawn")
    )
    assert build()[1].get_layer(ENCODER).count_params() > 0


def test_behind_it_initializers_draw_again(build):
    build()
    assert np.std(keras.initializers.TruncatedNormal(seed=1)((50, 50))) > 0
