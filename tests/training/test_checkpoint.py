from dataclasses import asdict

import keras
import numpy as np
import pytest

from tfcmp.config.fields import TrainingSettings
from tfcmp.errors import WorkError
from tfcmp.models.building import build_core
from tfcmp.training.checkpoint import Checkpoint, Place, save_variables, training_state
from tfcmp.training.optimizers import build_optimizer
from tfcmp.training.step import compile_train_step

IDS = np.array([[2, 3, 4, 0], [5, 6, 0, 0]], np.int32)
LABELS = np.array([0, 1], np.int32)


@pytest.fixture
def build(tmp_path, tiny_configuration, word_tokenizer):
    """Makes a gru under dropout, its optimizer and a checkpoint, with fresh random weights."""

    def make(units_of="gru", optimizer="adam"):
        core = build_core(tiny_configuration(units_of), word_tokenizer(), 2)
        optimizer = build_optimizer(TrainingSettings(optimizer=optimizer), core.trainable_variables)
        return Checkpoint(tmp_path / "checkpoint", core, optimizer), core, optimizer

    return make


def arrays(state):
    return [variable.numpy() for variable in state.values()]


def test_the_state_holds_weights_optimizer_and_random_states(build):
    _, core, optimizer = build()
    names = list(training_state(core, optimizer))
    assert len(names) == len(set(names)) == len(core.variables) + len(optimizer.variables)
    assert any("seed_generator_state" in name for name in names)
    assert any("iteration" in name for name in names)


def test_everything_is_brought_back_bit_for_bit(build):
    checkpoint, core, optimizer = build()
    step = compile_train_step(core, optimizer, 1.0)
    step(IDS, LABELS)
    checkpoint.save(Place())
    saved = arrays(checkpoint.state)
    twin, _, _ = build()
    twin.restore()
    for one, other in zip(saved, arrays(twin.state), strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_place_is_brought_back(build):
    checkpoint, _, _ = build()
    place = Place(3, 2, 1, 0.75, 2, {"loss": 0.1}, {"training": 1.25}, 77, 4)
    checkpoint.save(place)
    assert asdict(checkpoint.restore()) == asdict(place)


def test_a_place_before_the_first_score_is_brought_back(build):
    checkpoint, _, _ = build()
    checkpoint.save(Place())
    assert checkpoint.restore().best_score == float("-inf")


def test_no_checkpoint_exists_before_the_first_is_saved(build):
    checkpoint, _, _ = build()
    assert not checkpoint.exists()
    checkpoint.save(Place())
    assert checkpoint.exists()


def test_a_save_that_fails_leaves_the_last_state(build, monkeypatch):
    checkpoint, _, _ = build()
    checkpoint.save(Place(epoch=1))
    monkeypatch.setattr("safetensors.numpy.save_file", fail_half_way)
    with pytest.raises(OSError, match="full"):
        checkpoint.save(Place(epoch=2))
    assert checkpoint.restore().epoch == 1
    assert [file.name for file in checkpoint.folder.iterdir()] == ["state.safetensors"]


def fail_half_way(arrays, file, metadata):
    file.write_bytes(b"half")
    raise OSError("full")


@pytest.mark.parametrize("content", [b"", b"half", b"\xff" * 100])
def test_a_damaged_file_is_told(build, content):
    checkpoint, _, _ = build()
    checkpoint.save(Place())
    (checkpoint.folder / "state.safetensors").write_bytes(content)
    with pytest.raises(WorkError, match="missing or damaged"):
        checkpoint.restore()


def test_a_truncated_file_is_told(build):
    checkpoint, _, _ = build()
    checkpoint.save(Place())
    file = checkpoint.folder / "state.safetensors"
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(WorkError, match="missing or damaged"):
        checkpoint.restore()


def test_a_missing_file_is_told(build):
    checkpoint, _, _ = build()
    with pytest.raises(WorkError, match="missing or damaged"):
        checkpoint.restore()


@pytest.mark.parametrize("change", [{"units_of": "transformer"}, {"optimizer": "sgd"}])
def test_the_state_of_another_model_or_optimizer_is_refused(build, change):
    build()[0].save(Place())
    with pytest.raises(WorkError, match="holds other variables than this model has"):
        build(**change)[0].restore()


def test_weights_of_another_size_are_refused(tmp_path):
    file = tmp_path / "checkpoint" / "state.safetensors"
    core = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)])
    optimizer = build_optimizer(TrainingSettings(optimizer="sgd"), core.trainable_variables)
    checkpoint = Checkpoint(file.parent, core, optimizer)
    name = next(iter(checkpoint.state))
    save_variables(file, {**checkpoint.state, name: keras.Variable(np.zeros((2, 4)))}, {})
    with pytest.raises(WorkError, match="holds other variables than this model has"):
        checkpoint.restore()


def test_the_best_weights_are_brought_back(build):
    checkpoint, core, _ = build()
    best = core.get_weights()
    checkpoint.save_best(Place(best_epoch=2))
    core.set_weights([weight + 1 for weight in best])
    checkpoint.restore_best(Place(best_epoch=2))
    for one, other in zip(core.get_weights(), best, strict=True):
        np.testing.assert_array_equal(one, other)


def test_best_weights_that_were_overtaken_are_removed_only_once_the_state_names_others(build):
    checkpoint, _, _ = build()
    checkpoint.save_best(Place(best_epoch=1))
    checkpoint.save_best(Place(best_epoch=2))
    assert len(list(checkpoint.folder.glob("best-*"))) == 2
    checkpoint.save(Place(best_epoch=2))
    assert [file.name for file in checkpoint.folder.glob("best-*")] == ["best-2.safetensors"]
