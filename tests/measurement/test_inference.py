import math
import time

import numpy as np
import pyarrow.parquet
import pytest

import tfcmp
from tfcmp.errors import WorkError
from tfcmp.inference.engines import open_engine
from tfcmp.measurement.arms import InferenceArm
from tfcmp.measurement.inference import agreement, measure_inference
from tfcmp.measurement.sample import Example
from tfcmp.runs.directory import RunDirectory


@pytest.fixture(scope="module")
def measured(finished_run, tiny_configuration, shared_cache):
    arm = InferenceArm(
        str(finished_run), "keras", "float32", None, (8, 1000), (4,), 20, 300, 5.0, is_full=False
    )
    return measure_inference(arm, tiny_configuration(), shared_cache, time.time() - 1.0)


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
