import json

import keras
import numpy as np
import pyarrow.parquet
import pytest
import tensorflow as tf

from tfcmp.data.diagnostic.corpus import DiagnosticSource
from tfcmp.models.building import build_core
from tfcmp.runs.files import sha256_of
from tfcmp.runs.layout import LISTED
from tfcmp.runs.timing import Clock
from tfcmp.training.checkpoint import Place
from tfcmp.training.finish import describe_times, in_float32
from tfcmp.training.texts import prepare_texts


@pytest.fixture(scope="module")
def result(finished_run):
    return json.loads((finished_run / "result.json").read_text())


@pytest.fixture(scope="module")
def predictions(finished_run):
    return pyarrow.parquet.read_table(finished_run / "predictions.parquet").to_pandas()


def test_a_complete_run_holds_the_promised_files_and_no_others(finished_run):
    assert {file.name for file in finished_run.iterdir()} == {*LISTED, "result.json"}


def test_the_result_lists_the_checksums_of_all_files(finished_run, result):
    assert result["files"] == {name: sha256_of(finished_run / name) for name in LISTED}


def test_the_result_is_written_last(finished_run):
    written = {file.name: file.stat().st_mtime_ns for file in finished_run.iterdir()}
    assert max(written, key=written.__getitem__) == "result.json"


def test_the_result_holds_what_is_promised(result):
    assert (result["model"], result["seed"], result["data"]) == ("gru", 1, "diagnostic")
    assert result["classes"] == ["neg", "pos"]
    assert set(result["test"]["accuracy"]) == {"value", "low", "high"}
    assert result["parameters"]["total"] == sum(
        result["parameters"][part] for part in ("embedding", "without_embedding")
    )
    assert (result["epochs"], result["best_epoch"]) == (1, 1)


def test_predictions_hold_every_text_of_validation_and_test(predictions):
    assert predictions["split"].value_counts().to_dict() == {"test": 2000, "validation": 1200}
    assert not predictions.duplicated(["split", "id"]).any()


def test_predictions_hold_what_intervals_and_slices_need(predictions):
    test = predictions[predictions["split"] == "test"]
    source = [record for record in DiagnosticSource().records() if record.split == "test"]
    assert test["phenomenon"].tolist() == [record.phenomenon for record in source]
    assert test["cue_distance"].tolist() == [record.cue_distance for record in source]
    assert test["group"].nunique() == len({record.group for record in source})
    assert (test["tokens"] > 40).any()


def test_the_accuracy_follows_from_the_predictions(predictions, result):
    test = predictions[predictions["split"] == "test"]
    best = np.stack(test["probabilities"]).argmax(axis=1)
    assert result["test"]["accuracy"]["value"] == np.mean(best == test["label"])


def test_times_tell_phases_sum_sessions_and_what_is_left_out():
    told = describe_times(Clock({"setup": 1.0, "training": 2.5}), Place(sessions=3))
    assert told["seconds"] == {"setup": 1.0, "training": 2.5}
    assert (told["total_seconds"], told["sessions"]) == (3.5, 3)
    assert any("validation" in left_out for left_out in told["training_excludes"])


def test_every_phase_of_a_run_is_timed(finished_run):
    told = json.loads((finished_run / "timing.json").read_text())
    assert set(told["seconds"]) == {
        "setup",
        "first_step",
        "training",
        "validation",
        "checkpoint",
        "saving",
        "evaluation",
    }
    assert all(seconds > 0 for seconds in told["seconds"].values())


def test_a_model_of_low_precision_becomes_one_of_float32(tiny_configuration, shared_cache):
    configuration = tiny_configuration()
    texts = prepare_texts(configuration, shared_cache)
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        core = build_core(configuration, texts.tokenizer, 2)
        twin = in_float32(configuration, texts, core)
        assert keras.config.dtype_policy().name == "float32"
    finally:
        keras.config.set_dtype_policy("float32")
    assert twin.get_layer("forward_1").compute_dtype == "float32"
    for one, other in zip(core.get_weights(), twin.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16"])
def test_what_is_answered_in_float32_is_not_rounded_to_less(
    tiny_configuration, shared_cache, policy
):
    configuration = tiny_configuration()
    texts = prepare_texts(configuration, shared_cache)
    keras.config.set_dtype_policy(policy)
    # As training in bfloat16 leaves it.
    tf.config.experimental.enable_tensor_float_32_execution(True)
    try:
        in_float32(configuration, texts, build_core(configuration, texts.tokenizer, 2))
        assert not tf.config.experimental.tensor_float_32_execution_enabled()
    finally:
        tf.config.experimental.enable_tensor_float_32_execution(False)
        keras.config.set_dtype_policy("float32")


def test_a_model_of_float32_is_left_as_it_is(tiny_configuration, word_tokenizer):
    core = build_core(tiny_configuration(), word_tokenizer(), 2)
    assert in_float32(tiny_configuration(), None, core) is core


def test_what_others_took_of_the_machine_adds_up_over_sessions():
    place = Place(sessions=2, load={"others": 3.0, "capacity": 60.0, "seconds": 30.0})
    assert describe_times(Clock({"training": 30.0}), place)["others_share"] == 0.05
    assert describe_times(Clock({"training": 90.0}), place)["others_share"] is None


def test_a_run_measures_what_others_took_of_the_machine(finished_run):
    share = json.loads((finished_run / "timing.json").read_text())["others_share"]
    assert share is None or 0 <= share <= 1
