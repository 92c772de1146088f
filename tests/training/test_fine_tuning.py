"""A pretrained encoder along the whole path: fitted, saved, loaded, asked."""

from dataclasses import replace

import keras
import numpy as np
import pyarrow.parquet
import pytest

import tfcmp
from tfcmp.config.fields import DataSettings
from tfcmp.errors import CallError, WorkError
from tfcmp.models.catalogue import default_configuration, find_model
from tfcmp.models.saved_model.trust import fingerprint, trusting_saved_models
from tfcmp.runs.directory import create_run, resume_run
from tfcmp.training.train import train

TEXTS = ["the film was good", "not bad", ""]
every_family = pytest.mark.parametrize(
    "family",
    [
        "bert",
        "albert",
        *(
            pytest.param(name, marks=pytest.mark.slow)
            for name in ("electra", "distilbert", "roberta", "deberta")
        ),
    ],
)


@pytest.fixture
def configure(tiny_preset):
    """The function family, architecture -> configuration on a few diagnostic texts."""

    def build(family="bert", **architecture):
        configuration = default_configuration(find_model(f"preset:{tiny_preset(family)}"))
        return replace(
            configuration,
            device="cpu",
            precision="float32",
            architecture=replace(configuration.architecture, **architecture),
            data=DataSettings(source="diagnostic", train_size=200, max_length=12),
            training=replace(configuration.training, epochs=1, batch_size=25, accumulate=2),
        )

    return build


@pytest.fixture
def fit(tmp_path, shared_cache):
    """The function configuration -> path of its complete run."""

    def run(configuration):
        directory = create_run(tmp_path, configuration.model, "run")
        train(configuration, directory, shared_cache)
        directory.unlock()
        return directory

    yield run
    keras.config.set_dtype_policy("float32")


def probabilities_of(run, texts):
    return tfcmp.load(run.path).probabilities(texts)


@every_family
def test_a_preset_is_fitted_saved_and_asked(configure, fit, family):
    run = fit(configure(family))
    table = pyarrow.parquet.read_table(run.file("predictions.parquet"))
    assert len(table) == 2000 + run.read_json("split.json")["splits"]["validation"]["size"]
    answers = probabilities_of(run, TEXTS)
    np.testing.assert_allclose(answers.sum(axis=1), 1, atol=1e-6)
    for text, row in zip(TEXTS, answers, strict=True):
        np.testing.assert_allclose(probabilities_of(run, [text])[0], row, atol=1e-6)


def test_the_saved_file_needs_neither_the_preset_nor_the_run(configure, fit, tiny_preset, tmp_path):
    import shutil

    folder = shutil.copytree(tiny_preset("bert"), tmp_path / "preset")
    run = fit(replace(configure(), model=f"preset:{folder}"))
    before = probabilities_of(run, TEXTS)
    shutil.rmtree(folder)
    np.testing.assert_array_equal(probabilities_of(run, TEXTS), before)


def test_the_run_says_where_the_weights_came_from(configure, fit, tiny_preset):
    told = fit(configure()).read_json("environment.json")["pretrained"]["encoder"]
    assert told["source"] == str(tiny_preset("bert"))
    assert len(told["files"]["model.weights.h5"]) == 64


def test_low_rank_updates_are_part_of_the_saved_weights(configure, fit):
    run = fit(configure(lora_rank=2))
    model = keras.saving.load_model(run.file("model.keras"), safe_mode=True)
    assert not [weight for weight in model.weights if "lora" in weight.path]
    parameters = run.read_json("result.json")["parameters"]
    assert 0 < parameters["trained"] < parameters["total"]


def test_a_fit_in_bfloat16_is_saved_in_float32(configure, fit):
    run = fit(replace(configure(), precision="mixed_bfloat16"))
    assert run.read_json("environment.json")["precision"] == "mixed_bfloat16"
    model = keras.saving.load_model(run.file("model.keras"), safe_mode=True)
    assert {layer.compute_dtype for layer in model._flatten_layers()} <= {"float32", "int32"}


def test_a_run_does_not_go_on_with_other_weights(
    configure, tiny_preset, shared_cache, tmp_path, monkeypatch
):
    import shutil

    from tfcmp.training import train as path

    folder = shutil.copytree(tiny_preset("bert"), tmp_path / "preset")
    configuration = replace(configure(), model=f"preset:{folder}")
    run = create_run(tmp_path, "bert", "run")
    with monkeypatch.context() as patch:
        patch.setattr(
            path, "prepare_texts", lambda *given: (_ for _ in ()).throw(KeyboardInterrupt)
        )
        with pytest.raises(KeyboardInterrupt):
            train(configuration, run, shared_cache)
    run.unlock()
    (folder / "metadata.json").write_text("{}")
    run = resume_run(run.path)
    with pytest.raises(WorkError, match="began with other pretrained weights"):
        train(configuration, run, shared_cache)
    run.unlock()


@pytest.fixture(scope="module")
def saved_model(tmp_path_factory):
    """Folder of a SavedModel that takes texts and gives a vector each."""
    import tensorflow as tf

    class Encoder(tf.Module):
        def __init__(self):
            super().__init__()
            self.embeddings = tf.Variable(tf.random.stateless_normal([40, 5], [1, 2]))

        @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])
        def __call__(self, texts):
            words = tf.strings.split(texts)
            rows = words.with_flat_values(tf.strings.to_hash_bucket_fast(words.flat_values, 40))
            return tf.reduce_sum(tf.gather(self.embeddings, rows), axis=1)

    folder = tmp_path_factory.mktemp("programs") / "encoder"
    tf.saved_model.save(Encoder(), str(folder))
    return folder


@pytest.fixture
def trusted_run(saved_model, fit):
    configuration = default_configuration(find_model(f"saved_model:{saved_model}"))
    configuration = replace(
        configuration,
        device="cpu",
        data=replace(configuration.data, source="diagnostic", train_size=200),
        training=replace(configuration.training, epochs=1, learning_rate=0.05),
    )
    with trusting_saved_models():
        return fit(configuration)


def test_a_saved_model_is_fitted_and_asked_where_it_is_trusted(trusted_run):
    classifier = tfcmp.load(trusted_run.path, trust=True)
    assert len(classifier.predict(TEXTS)) == len(TEXTS)
    told = trusted_run.read_json("split.json")["splits"]["test"]
    assert told["cut_token_share"] == 0


def test_its_run_is_refused_without_trust_with_source_and_checksum(trusted_run, saved_model):
    with pytest.raises(CallError) as refused:
        tfcmp.load(trusted_run.path)
    assert str(saved_model) in str(refused.value)
    assert fingerprint(saved_model) in str(refused.value)
