"""A loaded classifier in other processes: forked ones refuse, pickled ones are loaded again."""

import copy
import os
import pickle
import shutil
import signal
import subprocess
import sys

import numpy as np
import pytest

import tfcmp
from tfcmp.errors import CallError, WorkError
from tfcmp.inference.answering import CalibratedClassifier
from tfcmp.inference.classifier import keras_classifier
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.files import sealed, write_json
from tfcmp.runs.layout import MODEL, RESULT

TEXTS = ["A fine film.", "bad", ""]
FORKED_IN = """
import os, signal, sys, tfcmp
classifier = tfcmp.load(sys.argv[1], engine=sys.argv[2])
if sys.argv[3] == "warm":
    classifier.predict(["a film"])
child = os.fork()
if child:
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
signal.alarm(20)
try:
    classifier.predict(["a film"])
except tfcmp.errors.CallError as error:
    assert "spawn" in str(error)
    sys.exit(7)
"""


@pytest.fixture(scope="module")
def classifier(finished_run):
    return tfcmp.load(finished_run)


def answer_of_fork(work):
    """The message of the CallError that `work` ends with in a forked child, within ten seconds."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        signal.alarm(10)
        try:
            work()
        except CallError as error:
            os.write(writing, str(error).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        told = stream.read().decode()
    assert os.waitpid(child, 0)[1] == 0
    return told


def test_a_fork_is_refused_for_answers_and_for_loading(classifier, finished_run):
    classifier.predict(TEXTS)
    calibrated = CalibratedClassifier(classifier, 2.0)
    for work in (
        lambda: classifier.predict(TEXTS),
        lambda: classifier.probabilities(TEXTS),
        lambda: classifier.probabilities_of([np.array([1], np.int32)]),
        lambda: calibrated.predict(TEXTS),
        lambda: tfcmp.load(finished_run),
        lambda: pickle.loads(pickle.dumps(classifier)),
    ):
        assert 'get_context("spawn")' in answer_of_fork(work)


@pytest.mark.slow
@pytest.mark.parametrize("state", ["cold", "warm"])
@pytest.mark.parametrize("engine", ["keras", "onnx", "openvino"])
def test_a_fork_of_any_engine_ends(engine, state, finished_run):
    if engine != "keras":
        pytest.importorskip({"onnx": "onnxruntime"}.get(engine, engine))
    command = [sys.executable, "-c", FORKED_IN, str(finished_run), engine, state]
    assert subprocess.run(command, timeout=300).returncode == 7


def test_a_pickled_classifier_answers_as_before(classifier):
    again = pickle.loads(pickle.dumps(classifier))
    assert again.classes == classifier.classes
    np.testing.assert_array_equal(again.probabilities(TEXTS), classifier.probabilities(TEXTS))


def test_a_deep_copy_answers_as_before(classifier):
    again = copy.deepcopy({"model": classifier})["model"]
    np.testing.assert_array_equal(again.probabilities(TEXTS), classifier.probabilities(TEXTS))


def test_a_calibrated_classifier_can_be_pickled(classifier):
    calibrated = CalibratedClassifier(classifier, 2.0)
    again = pickle.loads(pickle.dumps(calibrated))
    np.testing.assert_array_equal(again.probabilities(TEXTS), calibrated.probabilities(TEXTS))


def test_a_pickle_holds_a_path_and_no_weights(classifier, finished_run):
    pickled = pickle.dumps(classifier)
    assert len(pickled) < 1000
    assert str(finished_run).encode() in pickled


def test_engine_precision_threads_and_trust_come_along(finished_run):
    pytest.importorskip("onnxruntime")
    asked = {"engine": "onnx", "precision": "float32", "threads": 1, "trust": True}
    again = copy.deepcopy(tfcmp.load(finished_run, **asked))
    assert {name: getattr(again.loading, name) for name in asked} == asked


def test_a_pickle_does_not_depend_on_the_working_directory(finished_run, monkeypatch, tmp_path):
    monkeypatch.chdir(finished_run.parent)
    pickled = pickle.dumps(tfcmp.load(finished_run.name))
    monkeypatch.chdir(tmp_path)
    assert pickle.loads(pickled).classes == ("neg", "pos")


def test_trust_is_not_given_by_a_pickle_that_was_made_without(classifier):
    assert classifier.loading.trust is False


def test_a_run_that_is_gone_is_told_when_a_pickle_is_loaded(finished_run, tmp_path):
    run = shutil.copytree(finished_run, tmp_path / "run")
    pickled = pickle.dumps(tfcmp.load(run))
    shutil.rmtree(run)
    with pytest.raises(WorkError, match="is not there; put the run at the same path"):
        pickle.loads(pickled)


def test_another_model_at_the_same_path_is_told_when_a_pickle_is_loaded(finished_run, tmp_path):
    run = shutil.copytree(finished_run, tmp_path / "run")
    loaded = tfcmp.load(run)
    result = RunDirectory(run).read_json(RESULT)
    result["files"][MODEL] = "0" * 64
    write_json(run / RESULT, sealed(result))
    with pytest.raises(WorkError, match="another model"):
        copy.deepcopy(loaded)


def test_a_damaged_model_is_told_when_a_pickle_is_loaded(finished_run, tmp_path):
    run = shutil.copytree(finished_run, tmp_path / "run")
    loaded = tfcmp.load(run)
    with (run / MODEL).open("ab") as stream:
        stream.write(b"more")
    with pytest.raises(WorkError, match="damaged"):
        copy.deepcopy(loaded)


def test_a_classifier_that_no_run_holds_says_why_it_cannot_be_pickled(classifier):
    made = keras_classifier(classifier.model, classifier.classes)
    for copying in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError, match="not loaded from a run"):
            copying(made)


@pytest.mark.slow
def test_workers_of_joblib_load_it_from_its_path(classifier):
    joblib = pytest.importorskip("joblib")
    parts = joblib.Parallel(n_jobs=2, backend="loky")(
        joblib.delayed(classifier.predict)([text]) for text in TEXTS
    )
    expected = classifier.predict(TEXTS)
    for (found,), kept in zip(parts, expected, strict=True):
        assert found[:2] == kept[:2]
        assert found.probability == pytest.approx(kept.probability, abs=1e-6)
