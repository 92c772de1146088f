import shutil
import zipfile
from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfcmp.config.fields import TrainingSettings
from tfcmp.errors import CallError, WorkError
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


def build_from(encoder, preprocessor, max_length=None, **settings):
    with trusting_saved_models():
        tokenizer = build_saved_model_tokenizer(preprocessor, max_length, "head", "p")
        return build_saved_model_core(
            encoder,
            tokenizer,
            3,
            **{"pooling": "mean", "dropout": 0.0, "freeze": False, "source": "e", **settings},
        )


@pytest.mark.parametrize("name", ["saved_model.pb", "variables/variables.index"])
@pytest.mark.parametrize("part", ["encoder", "preprocessor"])
def test_a_damaged_file_is_told(program, tmp_path, part, name):
    folders = {"encoder": program("bert"), "preprocessor": program("tokenizing")}
    folders[part] = shutil.copytree(folders[part], tmp_path / "copy")
    file = folders[part] / name
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2] + b"?")
    with pytest.raises(WorkError, match=r"cannot be read .* damaged or missing"):
        build_from(**folders)


def test_without_the_form_that_trains_only_the_head_is_trained(program):
    folders = {"encoder": program("untrained"), "preprocessor": program("tokenizing")}
    with pytest.raises(CallError, match=r"or --architecture.freeze: e has no answer"):
        build_from(**folders)
    assert len(build_from(**folders, freeze=True).trainable_weights) == 2


def test_without_the_form_that_answers_it_is_refused(program):
    with pytest.raises(CallError, match="one short text: e has no answer"):
        build_from(program("training"), program("tokenizing"))


def test_a_text_longer_than_the_positions_is_refused_before_training(program):
    folders = {"encoder": program("positioned"), "preprocessor": program("tokenizing")}
    build_from(**folders, max_length=9)
    with pytest.raises(CallError, match=r"--data.max_length 10: e has no answer"):
        build_from(**folders, max_length=10)


def test_a_program_that_was_exchanged_inside_the_file_does_not_run(build, tmp_path, monkeypatch):
    tokenizer, core = build("texts")
    build_text_classifier(tokenizer, core).save(tmp_path / "model.keras")
    with (
        zipfile.ZipFile(tmp_path / "model.keras") as whole,
        zipfile.ZipFile(tmp_path / "changed.keras", "w") as other,
    ):
        for name in whole.namelist():
            content = whole.read(name)
            other.writestr(name, content + b"\x00" if name.endswith("model.pb") else content)
    monkeypatch.setattr(tf.saved_model, "load", lambda *given: pytest.fail("the program ran"))
    with (
        trusting_saved_models(),
        pytest.warns(UserWarning, match="Skipping"),
        pytest.raises(ValueError, match="was exchanged"),
    ):
        keras.saving.load_model(tmp_path / "changed.keras", safe_mode=True)
