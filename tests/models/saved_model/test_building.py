import shutil
from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfcmp.config.fields import TrainingSettings
from tfcmp.errors import CallError
from tfcmp.models.building import build_text_classifier
from tfcmp.models.saved_model.building import build_saved_model_core, build_saved_model_tokenizer
from tfcmp.models.saved_model.trust import trusting_saved_models
from tfcmp.training.checkpoint import Checkpoint, Place
from tfcmp.training.optimizers import build_optimizer
from tfcmp.training.step import compile_train_step

TEXTS = ["the film was good", "bad", "not good not bad", "the the film"]
LABELS = np.array([0, 1, 2, 1], np.int32)
# Encoder and preprocessor.
PAIRS = {
    "bert": ("bert", "tokenizing"),
    "signature": ("signature", "preprocessor"),
    "texts": ("texts", None),
}
every_form = pytest.mark.parametrize("form", PAIRS)


@pytest.fixture
def build(program):
    """The function form, settings -> tokenizer, core; from copies that lie in `folder`, if given."""

    def make(form="bert", folder=None, **settings):
        encoder, preprocessor = (kind and program(kind) for kind in PAIRS[form])
        if folder is not None:
            encoder = shutil.copytree(encoder, folder / "encoder")
            preprocessor = preprocessor and shutil.copytree(preprocessor, folder / "preprocessor")
        keras.utils.set_random_seed(2)
        with trusting_saved_models():
            tokenizer = build_saved_model_tokenizer(preprocessor, None, "head", "preprocessor")
            core = build_saved_model_core(
                encoder,
                tokenizer,
                3,
                source="encoder",
                **{"pooling": "mean", "dropout": 0.0, "freeze": False, **settings},
            )
        return tokenizer, core

    return make


def step_of(core, rate=0.05):
    settings = replace(TrainingSettings(optimizer="adamw"), learning_rate=rate)
    return compile_train_step(core, build_optimizer(settings, core.trainable_variables), 1.0)


def values(core):
    return [weight.numpy() for weight in core.get_layer("encoder").weights]


@every_form
def test_fine_tuning_lowers_the_loss_and_moves_the_encoder(build, form):
    tokenizer, core = build(form)
    before, step, ids = values(core), step_of(core), tokenizer(tf.constant(TEXTS))
    losses = [float(step(ids, LABELS)[0]) for _ in range(25)]
    assert losses[-1] < 0.7 * losses[0]
    assert any(
        np.abs(new - old).max() > 0.01 for old, new in zip(before, values(core), strict=True)
    )


@every_form
def test_a_frozen_encoder_stays_while_the_head_learns(build, form):
    tokenizer, core = build(form, freeze=True)
    before, step, ids = values(core), step_of(core), tokenizer(tf.constant(TEXTS))
    losses = [float(step(ids, LABELS)[0]) for _ in range(25)]
    assert losses[-1] < losses[0]
    for old, new in zip(before, values(core), strict=True):
        np.testing.assert_array_equal(old, new)


@every_form
def test_padding_changes_no_logit(build, form):
    tokenizer, core = build(form)
    together = core(tokenizer(tf.constant(TEXTS)))
    for text, logits in zip(TEXTS, together, strict=True):
        np.testing.assert_allclose(core(tokenizer(tf.constant([text])))[0], logits, atol=1e-6)


def test_the_encoder_drops_in_training_only(build):
    tokenizer, core = build("bert")
    ids = tokenizer(tf.constant(TEXTS))
    assert not np.array_equal(core(ids, training=True), core(ids, training=True))
    np.testing.assert_array_equal(core(ids), core(ids))


def test_a_frozen_encoder_drops_nothing(build):
    tokenizer, core = build("bert", freeze=True)
    ids = tokenizer(tf.constant(TEXTS))
    np.testing.assert_array_equal(core(ids, training=True), core(ids, training=True))


def test_only_weights_that_train_and_are_used_are_trained(build):
    names = [weight.name for weight in build("bert")[1].trainable_weights]
    assert sorted(names) == ["bias", "bias", "embeddings", "kernel", "kernel"]


@every_form
def test_one_portable_file_answers_and_trains_after_the_originals_are_gone(build, tmp_path, form):
    tokenizer, core = build(form, folder=tmp_path / "originals")
    step, ids = step_of(core), tokenizer(tf.constant(TEXTS))
    step(ids, LABELS)
    model = build_text_classifier(tokenizer, core)
    texts = tf.constant([*TEXTS, ""])
    before = model(texts).numpy()
    model.save(tmp_path / "model.keras")
    shutil.rmtree(tmp_path / "originals")
    with trusting_saved_models():
        loaded = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    np.testing.assert_array_equal(loaded(texts), before)
    again = loaded.get_layer("saved_model")
    step = step_of(again)
    losses = [float(step(ids, LABELS)[0]) for _ in range(15)]
    assert losses[-1] < losses[0]
    # And it can be saved once more.
    loaded.save(tmp_path / "second.keras")
    after = loaded(texts).numpy()
    with trusting_saved_models():
        second = keras.saving.load_model(tmp_path / "second.keras", safe_mode=True)
    np.testing.assert_array_equal(second(texts), after)


@every_form
def test_a_saved_file_is_refused_where_saved_models_are_not_trusted(
    build, tmp_path, monkeypatch, form
):
    tokenizer, core = build(form)
    build_text_classifier(tokenizer, core).save(tmp_path / "model.keras")
    monkeypatch.setattr(tf.saved_model, "load", lambda *given: pytest.fail("the program ran"))
    with pytest.raises(CallError, match=r"--trust-saved-model"):
        keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)


def test_a_checkpoint_brings_the_encoder_back(build, tmp_path):
    tokenizer, core = build("bert")
    optimizer = build_optimizer(TrainingSettings(), core.trainable_variables)
    step, ids = compile_train_step(core, optimizer, 1.0), tokenizer(tf.constant(TEXTS))
    step(ids, LABELS)
    checkpoint = Checkpoint(tmp_path / "checkpoint", core, optimizer)
    checkpoint.save(Place(step=1))
    saved = values(core)
    step(ids, LABELS)
    checkpoint.restore()
    for old, new in zip(saved, values(core), strict=True):
        np.testing.assert_array_equal(old, new)


@pytest.mark.parametrize(
    ("encoder", "preprocessor", "told"),
    [
        ("bert", None, "--architecture.preprocessor"),
        ("texts", "tokenizing", "leave --architecture.preprocessor out"),
        ("preprocessor", None, "expected numbers|expected one of the outputs"),
        ("bert", "bert", "expected a preprocessor"),
    ],
)
def test_what_does_not_go_together_is_refused(build, program, encoder, preprocessor, told):
    with trusting_saved_models(), pytest.raises(CallError, match=told):
        put_together(program(encoder), preprocessor and program(preprocessor))


def put_together(encoder, preprocessor):
    tokenizer = build_saved_model_tokenizer(preprocessor, None, "head", "p")
    settings = {"pooling": "mean", "dropout": 0.0, "freeze": False, "source": "e"}
    build_saved_model_core(encoder, tokenizer, 3, **settings)
