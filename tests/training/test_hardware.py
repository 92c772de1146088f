import os
import subprocess
from dataclasses import replace
from pathlib import Path

import keras
import pytest
import tensorflow as tf

from tfcmp.errors import CallError, WorkError
from tfcmp.models.catalogue import default_configuration, find_model
from tfcmp.training import hardware
from tfcmp.training.hardware import (
    choose_precision,
    gpus_of_driver,
    processor_has_bfloat16,
    set_up_hardware,
)


@pytest.fixture(autouse=True)
def float32_again():
    yield
    keras.config.set_dtype_policy("float32")


@pytest.fixture
def configuration(tiny_configuration):
    return replace(tiny_configuration(), device="auto")


@pytest.fixture
def without_gpu(monkeypatch):
    """TensorFlow sees no GPU, nor does the driver, and no variable hides one."""
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [])
    monkeypatch.setattr(hardware, "gpus_of_driver", lambda: 0)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)


@pytest.fixture
def with_unused_gpu(without_gpu, monkeypatch):
    monkeypatch.setattr(hardware, "gpus_of_driver", lambda: 2)


@pytest.mark.parametrize("visible", [None, "0", "0,1"])
def test_a_gpu_that_tensorflow_does_not_use_is_an_error(
    configuration, with_unused_gpu, monkeypatch, visible
):
    if visible is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    with pytest.raises(WorkError, match=r"the driver shows 2 GPU\(s\).*--device cpu"):
        set_up_hardware(configuration)


@pytest.mark.parametrize("visible", ["", "-1"])
def test_the_processor_is_used_where_the_user_has_hidden_the_gpus(
    configuration, with_unused_gpu, monkeypatch, visible
):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert set_up_hardware(configuration)["device"] == "cpu"


def test_the_processor_is_used_where_it_is_asked_for(configuration, with_unused_gpu):
    assert set_up_hardware(replace(configuration, device="cpu"))["device"] == "cpu"


def test_processors_are_counted_where_the_system_tells_no_affinity(monkeypatch):
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 7)
    assert hardware.processors() == 7


def test_without_a_gpu_auto_is_the_processor(configuration, without_gpu):
    found = set_up_hardware(configuration)
    assert (found["device"], found["precision"]) == ("cpu", "float32")
    assert found["threads"] >= 1
    assert all(found["device_names"])


def test_a_gpu_that_is_asked_for_and_not_there_is_a_wrong_call(configuration, without_gpu):
    with pytest.raises(CallError, match="--device gpu: TensorFlow sees no GPU here"):
        set_up_hardware(replace(configuration, device="gpu"))


def test_the_seed_decides_the_first_weights(configuration, without_gpu):
    drawn = []
    for seed in (1, 1, 2):
        set_up_hardware(replace(configuration, seed=seed))
        drawn.append(keras.random.uniform((4,)).numpy().tolist())
    assert drawn[0] == drawn[1] != drawn[2]


def test_the_precision_is_applied(configuration, without_gpu):
    found = set_up_hardware(replace(configuration, precision="mixed_bfloat16"))
    assert found["precision"] == keras.config.dtype_policy().name == "mixed_bfloat16"


@pytest.mark.parametrize(
    ("model", "device", "capability", "expected"),
    [
        ("transformer", "gpu", (8, 0), "mixed_bfloat16"),
        ("transformer", "gpu", (9, 0), "mixed_bfloat16"),
        ("transformer", "gpu", (7, 5), "float32"),
        ("transformer", "gpu", (0, 0), "float32"),
        ("transformer", "cpu", (0, 0), "float32"),
        ("gru", "gpu", (9, 0), "float32"),
        ("bag_of_ngrams", "gpu", (9, 0), "float32"),
        ("minilm_l6_en", "gpu", (8, 0), "mixed_bfloat16"),
        ("minilm_l6_en", "gpu", (7, 5), "float32"),
        ("minilm_l6_en", "cpu", (0, 0), "mixed_bfloat16"),
        ("saved_model:a/b", "gpu", (9, 0), "float32"),
        ("saved_model:a/b", "cpu", (0, 0), "float32"),
    ],
)
def test_auto_precision_is_a_fixed_table(monkeypatch, model, device, capability, expected):
    monkeypatch.setattr(hardware, "processor_has_bfloat16", lambda: True)
    configuration = default_configuration(find_model(model))
    assert choose_precision(configuration, device, capability) == expected


@pytest.mark.parametrize(
    ("flags", "has"), [("fpu avx512_bf16 sse", True), ("amx_bf16", True), ("fpu avx512f", False)]
)
def test_a_processor_tells_by_its_flags_whether_it_has_bfloat16(monkeypatch, flags, has):
    monkeypatch.setattr(Path, "read_text", lambda path: f"flags\t\t: {flags}\n")
    assert processor_has_bfloat16() is has


def test_a_processor_that_tells_nothing_has_no_bfloat16(monkeypatch):
    monkeypatch.setattr(Path, "read_text", lambda path: (_ for _ in ()).throw(OSError))
    assert processor_has_bfloat16() is False


def test_a_precision_that_is_asked_for_is_taken_anywhere(tiny_configuration):
    asked = replace(tiny_configuration("gru"), precision="mixed_bfloat16")
    assert choose_precision(asked, "cpu", (0, 0)) == "mixed_bfloat16"


@pytest.fixture
def without_driver_folder(monkeypatch):
    monkeypatch.setattr(Path, "is_dir", lambda path: False)


def test_gpus_are_counted_from_the_listing_of_the_driver(monkeypatch, without_driver_folder):
    listing = "GPU 0: A (UUID: GPU-1)\nGPU 1: B (UUID: GPU-2)\n"
    monkeypatch.setattr(
        subprocess, "run", lambda *given, **named: subprocess.CompletedProcess(given, 0, listing)
    )
    assert gpus_of_driver() == 2


def test_without_a_driver_there_is_no_gpu(monkeypatch, without_driver_folder):
    def missing(*given, **named):
        raise FileNotFoundError

    monkeypatch.setattr(subprocess, "run", missing)
    assert gpus_of_driver() == 0
