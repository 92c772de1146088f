import importlib.util
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import tfcmp
from tfcmp.data.diagnostic.corpus import DiagnosticSource
from tfcmp.errors import CallError
from tfcmp.inference.engines import check_engine, importable, open_engine

OTHERS = [("onnx", "float32"), ("openvino", "float32"), ("openvino", "bf16")]


@pytest.fixture(scope="module")
def texts():
    found = [record.text for record in DiagnosticSource().records() if record.split == "test"]
    return ["", *found[:300], "word " * 500]


@pytest.fixture(scope="module")
def expected(finished_run, texts):
    return tfcmp.load(finished_run).probabilities(texts)


def needs(engine):
    libraries = {"onnx": "onnxruntime", "openvino": "openvino"}
    pytest.importorskip(libraries[engine], reason=f"needs pip install 'tfcmp[{engine}]'")


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize(("engine", "precision"), OTHERS)
def test_an_engine_answers_like_keras(engine, precision, threads, finished_run, texts, expected):
    needs(engine)
    classifier = open_engine(finished_run, engine, precision, threads)
    tolerance = 1e-5 if precision == "float32" else 2e-2
    # A few tokens a batch: several batches, side by side where there are threads.
    classifier.tokens_per_batch = 200
    np.testing.assert_allclose(classifier.probabilities(texts), expected, atol=tolerance)
    alone = np.concatenate([classifier.probabilities([text]) for text in texts[-3:]])
    np.testing.assert_allclose(alone, expected[-3:], atol=tolerance)


@pytest.mark.parametrize("engine", ["keras", "onnx", "openvino"])
def test_threads_that_ask_at_the_same_time_get_their_own_answers(
    engine, finished_run, texts, expected
):
    if engine == "keras":
        classifier = open_engine(finished_run, engine, "float32")
    else:
        needs(engine)
        classifier = open_engine(finished_run, engine, "float32", 2)
    # Several batches of some calls, one of others.
    classifier.tokens_per_batch = 500
    parts = [slice(start, start + size) for start in range(60) for size in (1, 20)]
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda part: classifier.probabilities(texts[part]), parts)
        for part, found in zip(parts, answers, strict=True):
            np.testing.assert_allclose(found, expected[part], atol=1e-5)


@pytest.mark.parametrize("engine", ["keras", "onnx", "openvino"])
def test_float32_is_what_an_engine_computes_in_unless_told(engine):
    if engine != "keras":
        needs(engine)
    assert check_engine(engine, None) == "float32"


def test_int8_is_refused_where_there_is_little_to_multiply(finished_run):
    needs("onnx")
    with pytest.raises(CallError, match="int8 is for transformers"):
        open_engine(finished_run, "onnx", "int8")


@pytest.mark.parametrize(
    ("engine", "precision", "told"),
    [
        ("onyx", None, "engine 'onyx': expected one of keras, onnx, openvino"),
        ("keras", "int8", "the keras engine has float32 and bf16; int8 is of onnx"),
        ("openvino", "int8", "the openvino engine has float32 and bf16; int8 is of"),
        ("onnx", "fp16", "precision 'fp16': the onnx engine has float32 and int8$"),
    ],
)
def test_what_no_engine_has_is_refused(engine, precision, told):
    with pytest.raises(CallError, match=told):
        check_engine(engine, precision)


@pytest.mark.parametrize(
    ("engine", "library"), [("onnx", "onnxruntime"), ("openvino", "openvino"), ("openvino", "onnx")]
)
def test_an_engine_that_is_not_installed_says_how_to_install_it(engine, library, monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == library else find("json")
    )
    with pytest.raises(CallError, match=rf"{library}, .* pip install 'tfcmp\[{engine}\]'"):
        check_engine(engine, None)


def test_threads_are_at_least_one(finished_run):
    with pytest.raises(CallError, match="expected at least 1, got 0"):
        open_engine(finished_run, "keras", threads=0)


def test_threads_that_come_after_the_first_operation_are_told(finished_run, expected):
    with pytest.raises(CallError, match="TensorFlow has started in this process"):
        open_engine(finished_run, "keras", threads=77)


@pytest.mark.slow
def test_no_engine_is_imported_unless_it_is_asked_for(finished_run):
    program = (
        "import sys, tfcmp; tfcmp.load(sys.argv[1]).predict(['a film'])\n"
        "sys.exit(str({'onnx', 'onnxruntime', 'openvino'} & set(sys.modules) or ''))"
    )
    command = [sys.executable, "-c", program, str(finished_run)]
    ended = subprocess.run(command, capture_output=True, text=True, env=os.environ)
    assert ended.stderr.splitlines()[-1:] in ([], [""])


def test_an_engine_that_is_installed_and_broken_is_told(monkeypatch):
    with (
        pytest.raises(CallError, match=r"cannot be imported \(libgomp\.so: .*take another engine"),
        importable("onnx"),
    ):
        raise ImportError("libgomp.so: cannot open\nshared object file")
