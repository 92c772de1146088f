import math
import time

import numpy as np
import pyarrow.parquet
import pytest
import tensorflow as tf

import tfcmp
from tfcmp.errors import CallError, WorkError
from tfcmp.inference.classifier import Classifier, keras_classifier
from tfcmp.inference.engines import open_engine
from tfcmp.measurement import inference
from tfcmp.measurement.cases import InferenceCase
from tfcmp.measurement.device import audit_model
from tfcmp.measurement.inference import (
    Example,
    agreement,
    audit_of,
    measure_inference,
    sample_examples,
    settled,
)
from tfcmp.models.building import build_core, build_text_classifier
from tfcmp.models.preset_tokenizer import build_preset_tokenizer
from tfcmp.models.pretrained import build_pretrained
from tfcmp.runs.directory import RunDirectory
from tfcmp.training import hardware


@pytest.fixture(scope="module")
def measured(finished_run, tiny_configuration, shared_cache):
    case = InferenceCase(
        str(finished_run), "keras", "float32", None, (8, 1000), (4,), 20, 300, 5.0, is_full=False
    )
    return measure_inference(case, tiny_configuration(), shared_cache, time.time() - 1.0)


def test_percentiles_are_in_order(measured):
    values = [measured[f"latency_{name}_ms"]["value"] for name in ("p50", "p90", "p99")]
    assert values == sorted(values)
    assert measured["single_stream"]["queries"] == 20


def test_tokenising_is_a_part_of_the_time(measured):
    stream = measured["single_stream"]
    tokenising = stream["tokenising_milliseconds"]["p50"]["value"]
    assert 0 < tokenising < stream["milliseconds"]["p50"]["value"]
    assert 0 < measured["offline"]["tokenising_share"] < 1


def test_offline_answers_as_many_texts_as_asked_for(measured):
    assert measured["offline"]["samples"] == 300
    assert measured["examples_per_second"]["value"] == pytest.approx(
        300 / measured["offline"]["seconds"]
    )


def test_a_cold_start_counts_from_the_start_of_the_process(measured):
    assert measured["cold_start"]["seconds"] > 1.0
    assert measured["cold_start"]["loading_seconds"] < measured["cold_start"]["seconds"]


def test_the_saved_labels_are_kept(measured):
    assert measured["labels"]["labels_kept"] == 1.0
    assert measured["labels"]["texts"] == 300


def test_the_accuracy_is_that_of_the_run_and_what_the_answers_gain(finished_run):
    run = RunDirectory(finished_run)
    of_run = run.read_json("result.json")["test"]["accuracy"]["value"]
    table = pyarrow.parquet.read_table(run.file("predictions.parquet")).to_pylist()
    rows = [row for row in table if row["split"] == "test"][:100]
    examples = [Example("", row["id"], row["label"]) for row in rows]
    saved = np.array([row["probabilities"] for row in rows])
    kept = agreement(examples, saved, run)
    assert (kept["accuracy"], kept["labels_kept"]) == (of_run, 1.0)
    turned = agreement(examples, 1 - saved, run)
    assert turned["labels_kept"] == 0.0
    assert turned["accuracy"] == pytest.approx(of_run + 1 - 2 * kept["accuracy_of_sample"])


def test_another_engine_has_the_size_of_its_graph(finished_run):
    pytest.importorskip("onnxruntime", reason="needs pip install 'tfcmp[onnx]'")
    pytest.importorskip("onnx", reason="needs pip install 'tfcmp[onnx]'")
    model = tfcmp.load(finished_run).model
    weights = sum(math.prod(weight.shape) for weight in model.trainable_weights)
    size = open_engine(finished_run, "onnx").graph_bytes
    assert 4 * weights < size < 8 * weights


def test_curves_have_their_points_and_say_which_are_missing(measured):
    assert measured["by_length"]["8"]["mean_tokens"] == pytest.approx(8, abs=1.5)
    assert "no text of the sample has 1000 tokens" in measured["by_length"]["1000"]["left_out"]
    assert measured["by_batch_size"]["4"]["examples_per_second"]["value"] > 0


def test_texts_that_the_run_was_not_tested_on_are_told(finished_run):
    strange = [Example("A text of another source.", "0" * 16, 0)]
    with pytest.raises(WorkError, match=r"1 of 1 texts are none that .* was tested on"):
        agreement(strange, np.array([[0.5, 0.5]]), RunDirectory(finished_run))


def test_the_kernels_that_were_timed_are_audited(measured):
    assert set(measured["audit"]["recurrent_layers"]) == {"forward_1", "backward_1"}
    assert measured["audit"]["policy"] == "float32"


@pytest.fixture
def with_gpu(monkeypatch):
    """A machine with a GPU; what TensorFlow is told there."""
    told = {}
    gpus = {"GPU": ["a GPU"]}
    monkeypatch.setattr(tf.config, "list_physical_devices", gpus.get)
    monkeypatch.setattr(
        tf.config, "set_visible_devices", lambda devices, kind: told.update({kind: devices})
    )
    monkeypatch.setattr(
        inference, "set_keras_threads", lambda threads: told.update(threads=threads)
    )
    return told


@pytest.mark.parametrize(
    ("engine", "device", "hidden", "key"),
    [
        ("keras", "auto", {}, "keras float32"),
        ("keras", "gpu", {}, "keras float32"),
        ("keras", "cpu", {"GPU": []}, "keras float32, cpu"),
        ("onnx", "auto", {"GPU": []}, "onnx float32"),
        ("openvino", "cpu", {"GPU": []}, "openvino float32"),
    ],
)
def test_a_gpu_is_left_where_it_is_not_to_compute(with_gpu, engine, device, hidden, key):
    case = settled(arm_of(engine, device=device))
    assert with_gpu == hidden
    assert case.key() == key


def test_the_threads_of_an_engine_are_those_of_its_tokenizer(with_gpu):
    settled(arm_of("onnx", threads=2))
    assert with_gpu["threads"] == 2


def test_without_a_gpu_the_processor_is_no_choice_that_a_key_tells():
    assert settled(arm_of("keras", device="cpu")).key() == "keras float32"


def test_a_gpu_that_is_not_there_is_told(monkeypatch):
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [])
    monkeypatch.setattr(hardware, "gpus_of_driver", lambda: 0)
    with pytest.raises(CallError, match="--device gpu: TensorFlow sees no GPU"):
        settled(arm_of("keras", device="gpu"))


def test_a_gpu_that_is_hidden_is_not_named(monkeypatch):
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: ["a GPU"])
    monkeypatch.setattr(tf.config, "get_visible_devices", lambda kind: [])
    assert inference.device_names() == [hardware.processor_name()]


def arm_of(engine, threads=None, device="auto"):
    return InferenceCase(
        "run", engine, None, threads, (), (), 1, 1, 1.0, is_full=False, device=device
    )


def test_a_model_that_the_memory_does_not_hold_is_told(
    finished_run, tiny_configuration, shared_cache, monkeypatch
):
    def exhausted(*_given):
        raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor")

    monkeypatch.setattr(inference, "measure_offline", exhausted)
    case = InferenceCase(str(finished_run), "keras", None, None, (), (), 1, 8, 1.0, is_full=False)
    with pytest.raises(WorkError, match="memory is too small for the model"):
        measure_inference(case, tiny_configuration(), shared_cache, time.time())


@pytest.mark.parametrize("model", ["gru", "transformer", "bag_of_ngrams"])
def test_the_model_behind_the_tokenizer_is_what_is_audited(
    tiny_configuration, word_tokenizer, model
):
    tokenizer = word_tokenizer(500)
    core = build_core(tiny_configuration(model), tokenizer, 2)
    classifier = keras_classifier(build_text_classifier(tokenizer, core), ("neg", "pos"))
    assert audit_of(classifier) == {"audit": audit_model(core)}


def test_the_encoder_of_a_preset_is_audited_too(tiny_preset):
    folder = tiny_preset()
    tokenizer = build_preset_tokenizer(folder, None, "head")
    settings = {"pooling": "first", "dropout": 0.1, "freeze": False, "lora_rank": None}
    core = build_pretrained(folder, padding_id=tokenizer.padding_id, classes=2, **settings)
    classifier = keras_classifier(build_text_classifier(tokenizer, core), ("neg", "pos"))
    assert audit_of(classifier)["audit"]["recurrent_layers"] == {}


def test_another_engine_has_no_kernels_of_tensorflow_to_audit(word_tokenizer):
    assert audit_of(Classifier(word_tokenizer(), iter, ("neg", "pos"))) == {}


def test_the_sample_is_of_the_test_split_and_the_same_every_time(
    finished_run, tiny_configuration, shared_cache
):
    found = sample_examples(tiny_configuration(), shared_cache, 50)
    assert found == sample_examples(tiny_configuration(), shared_cache, 50)
    table = pyarrow.parquet.read_table(finished_run / "predictions.parquet").to_pandas()
    labels = table[table["split"] == "test"].set_index("id")["label"]
    assert len({example.identity for example in found}) == 50
    assert all(labels[example.identity] == example.label for example in found)
