import time
from dataclasses import replace

import numpy as np
import pytest

from tfcmp.data.batches import Batch
from tfcmp.measurement.arms import TrainingArm
from tfcmp.measurement.training import made_up, measure_training, timed_stretch


def test_waiting_for_data_is_timed_apart_from_the_steps():
    batch = Batch(np.zeros((2, 3), np.int32), np.zeros(2, np.int32), np.arange(2), 5)

    def slow_batches():
        while True:
            time.sleep(0.02)
            yield batch

    def step(_ids, _labels):
        time.sleep(0.01)
        return (0.0,)

    stretch = timed_stretch(step, slow_batches(), 4)
    assert (stretch.steps, stretch.examples, stretch.tokens, stretch.places) == (4, 8, 20, 24)
    assert 0.08 <= stretch.waiting < stretch.seconds - 0.03


def test_made_up_batches_have_the_length_and_no_padding(tiny_configuration):
    batches = list(made_up(tiny_configuration("gru"), 7)(20))
    assert len(batches) == 20
    assert all(batch.ids.shape == (16, 7) and batch.ids.min() > 1 for batch in batches)
    assert batches[0].tokens == 16 * 7


@pytest.fixture(scope="module")
def cells(tiny_configuration, shared_cache):
    """Of the tiny gru at two lengths and on the real texts."""
    arms = [TrainingArm(tiny_configuration("gru"), lengths, 2, 0.01) for lengths in ((12, 4), ())]
    found = {}
    for arm in arms:
        found.update(measure_training(arm, shared_cache))
    return found


def test_a_cell_is_measured_for_every_length_the_shortest_first(cells):
    assert [cell["length"] for cell in cells.values()] == [4, 12, "real"]


def test_the_key_tells_the_precision_that_auto_became(tiny_configuration, shared_cache):
    configuration = replace(tiny_configuration("gru"), precision="auto")
    (key,) = measure_training(TrainingArm(configuration, (4,), 1, 0.01), shared_cache)
    assert ", length 4, float32" in key


def test_tokens_and_examples_are_counted_from_the_same_steps(cells):
    short, _, real = cells.values()
    assert short["tokens_per_second"]["value"] == pytest.approx(
        4 * short["examples_per_second"]["value"]
    )
    assert short["padding_share"] == 0
    assert 0 <= real["padding_share"] < 0.5
    assert real["padded_lengths"] >= 1


def test_the_first_step_is_apart(cells):
    first = next(iter(cells.values()))
    assert first["first_step_seconds"] > first["seconds_per_step"]["value"]


def test_a_matched_model_is_measured_at_its_size(tiny_configuration, shared_cache):
    configuration = tiny_configuration("transformer")
    sized = replace(configuration.architecture, embedding_size=64, match="simple_rnn")
    arm = TrainingArm(replace(configuration, architecture=sized), (4,), 1, 0.01)
    (cell,) = measure_training(arm, shared_cache).values()
    assert cell["label"].endswith("match=simple_rnn")
