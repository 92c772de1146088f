import subprocess
import sys

import pytest
import tensorflow as tf

from tfcmp.config.fields import (
    Configuration,
    LinearArchitecture,
    PretrainedArchitecture,
    RecurrentArchitecture,
    TrainingSettings,
)
from tfcmp.errors import WorkError
from tfcmp.models.building import size_of
from tfcmp.models.pretrained import build_pretrained
from tfcmp.training import memory
from tfcmp.training.memory import (
    Need,
    container_memory,
    explain_exhaustion,
    require_memory,
    require_memory_of_ngrams,
    training_need,
)

# 2 layers, 12 channels, 2 heads; 32 texts of 64 tokens; float32 takes twice the 16-bit bytes.
KEPT_FOR_GRADIENTS = 2 * 2 * 32 * 64 * (34 * 12 + 5 * 2 * 64)
SETTINGS = TrainingSettings(optimizer="adamw", batch_size=32)


@pytest.fixture
def core(tiny_preset):
    return build_pretrained(
        tiny_preset("bert"),
        padding_id=0,
        classes=2,
        pooling="first",
        dropout=0.1,
        freeze=False,
        lora_rank=None,
    )


def trained(core):
    return sum(size_of(weight) for weight in core.trainable_weights)


def test_the_need_is_gradients_and_what_the_layers_keep(core):
    # Weights and optimizer are there by then, and no part of what is free.
    assert training_need(core, SETTINGS, 64) == Need(4 * trained(core), KEPT_FOR_GRADIENTS)


@pytest.mark.parametrize(
    ("available", "parts"), [(110, 1), (109, 2), (70, 2), (69, 3), (30, 10), (29, None)]
)
def test_the_fewest_parts_that_fit_are_found(available, parts):
    assert Need(fixed=10, batch=100).parts_that_fit(available, batch_size=10) == parts


def refuse(core, monkeypatch, available, **settings):
    monkeypatch.setattr(memory, "available_memory", lambda: available)
    settings = TrainingSettings(**{"optimizer": "adamw", "batch_size": 32, **settings})
    require_memory(core, PretrainedArchitecture(), settings, 64)


def test_a_step_that_cannot_fit_is_refused_with_the_parts_that_would(core, monkeypatch):
    available = 2 * training_need(core, SETTINGS, 64).fixed + KEPT_FOR_GRADIENTS // 4
    with pytest.raises(WorkError, match=r"--training.accumulate 4 would fit, with the same steps"):
        refuse(core, monkeypatch, available)


def test_what_fits_in_parts_is_let_through(core, monkeypatch):
    available = 2 * training_need(core, SETTINGS, 64).fixed + KEPT_FOR_GRADIENTS // 4
    refuse(core, monkeypatch, available, accumulate=4)


def test_weights_that_do_not_fit_are_refused_with_what_trains_less(core, monkeypatch):
    with pytest.raises(WorkError, match=r"--architecture.lora_rank 8 or"):
        refuse(core, monkeypatch, 1000)


def test_where_the_system_does_not_tell_nothing_is_refused(core, monkeypatch):
    refuse(core, monkeypatch, None)


@pytest.mark.parametrize(
    "architecture", [PretrainedArchitecture(freeze=True), RecurrentArchitecture()]
)
def test_models_that_keep_little_are_let_through(core, monkeypatch, architecture):
    monkeypatch.setattr(memory, "available_memory", lambda: 1)
    require_memory(core, architecture, SETTINGS, 64)


def test_a_container_has_the_room_that_its_limit_leaves_beside_cached_files(tmp_path):
    (tmp_path / "memory.max").write_text("1000\n")
    (tmp_path / "memory.current").write_text("700\n")
    (tmp_path / "memory.stat").write_text("anon 300\ninactive_file 250\nactive_file 50\n")
    assert container_memory(tmp_path) == 600


def test_a_container_without_a_limit_has_no_room_of_its_own(tmp_path):
    (tmp_path / "memory.max").write_text("max\n")
    assert container_memory(tmp_path) is None


def test_this_machine_tells_its_free_memory():
    assert memory.available_memory() > 2**20


def test_ngrams_that_cannot_fit_are_refused_with_how_many_would(monkeypatch):
    configuration = Configuration(
        "bag_of_ngrams", LinearArchitecture(features=1000), training=TrainingSettings()
    )
    # Tables of float32: ratios, weights, gradient, best weights, a copy, two of Adam.
    need = 4 * 7 * 7 * 1000
    monkeypatch.setattr(memory, "available_memory", lambda: need)
    require_memory_of_ngrams(configuration, 7)
    monkeypatch.setattr(memory, "available_memory", lambda: need - 1)
    with pytest.raises(WorkError, match=r"--architecture.features 499 would fit"):
        require_memory_of_ngrams(configuration, 7)


def test_a_limit_of_addresses_counts_as_memory():
    program = (
        "import resource; from tfcmp.training.memory import available_memory as free;"
        "resource.setrlimit(resource.RLIMIT_AS, (1 << 40, 1 << 40)); before = free();"
        "used = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize();"
        "limit = used + (64 << 20);"
        "resource.setrlimit(resource.RLIMIT_AS, (limit, limit)); print(free() <= 64 << 20)"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ended.stdout.split() == ["True"], ended.stderr


@pytest.mark.parametrize(
    "error", [MemoryError(), tf.errors.ResourceExhaustedError(None, None, "OOM when allocating")]
)
def test_memory_that_runs_out_is_told_in_a_sentence(error):
    configuration = Configuration("bag_of_ngrams", LinearArchitecture())
    told = pytest.raises(WorkError, match=r"memory ran out .* lower --architecture.features")
    with told, explain_exhaustion(configuration):
        raise error
