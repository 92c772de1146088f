import time
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf

from tfcmp.data.batches import Batch
from tfcmp.errors import WorkError
from tfcmp.measurement import training
from tfcmp.measurement.cases import TrainingCase
from tfcmp.measurement.training import made_up, measure_training, time_window, without_siblings
from tfcmp.runs.timing import Load


def test_made_up_batches_have_the_length_and_no_padding(tiny_configuration):
    batches = list(made_up(tiny_configuration("gru"), 7)(20))
    assert len(batches) == 20
    assert all(batch.ids.shape == (16, 7) and batch.ids.min() > 1 for batch in batches)
    assert batches[0].tokens == 16 * 7


@pytest.fixture(scope="module")
def cells(tiny_configuration, shared_cache):
    """Of the tiny gru at two lengths and on the real texts."""
    cases = [TrainingCase(tiny_configuration("gru"), lengths, 2, 0.01) for lengths in ((12, 4), ())]
    found = {}
    for case in cases:
        found.update(measure_training(case, shared_cache))
    return found


def test_a_cell_is_measured_for_every_length_the_shortest_first(cells):
    assert [cell["length"] for cell in cells.values()] == [4, 12, "real"]


def test_the_key_tells_the_precision_that_auto_became(tiny_configuration, shared_cache):
    configuration = replace(tiny_configuration("gru"), precision="auto")
    ((key, _),) = measure_training(TrainingCase(configuration, (4,), 1, 0.01), shared_cache)
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
    case = TrainingCase(replace(configuration, architecture=sized), (4,), 1, 0.01)
    ((_, cell),) = measure_training(case, shared_cache)
    assert cell["label"].endswith("match=simple_rnn")


def test_a_cell_of_real_texts_tells_which_texts_and_how_much_of_each(cells):
    *made, real = cells
    assert ", diagnostic, 200 texts, head 40" in real
    assert not any("diagnostic" in key for key in made)
    conditions = cells[real]["conditions"]
    names = ("data", "train_size", "max_length", "truncation", "pad_multiple")
    assert [conditions[name] for name in names] == ["diagnostic", 200, 40, "head", 8]
    assert "max_length" not in cells[made[0]]["conditions"]


def test_what_a_step_is_made_of_is_told(cells):
    for cell in cells.values():
        of = cell["conditions"]
        assert (of["batch_size"], of["optimizer"], of["accumulate"]) == (16, "adam", 1)


@pytest.mark.parametrize(
    ("lengths", "told"),
    [
        ((4,), r"a step of 16 texts of 4 tokens in 1 part\(s\); .*--training.accumulate 2"),
        ((), r"a step of 16 real texts in 1 part\(s\); .*--data.max_length"),
    ],
)
def test_a_step_that_the_memory_does_not_hold_says_what_may(
    tiny_configuration, shared_cache, monkeypatch, lengths, told
):
    def exhausted(*_given):
        raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor")

    monkeypatch.setattr(training, "measure", exhausted)
    with pytest.raises(WorkError, match=told):
        next(
            measure_training(
                TrainingCase(tiny_configuration("gru"), lengths, 1, 0.01), shared_cache
            )
        )


def test_lengths_that_fit_are_measured_before_the_one_that_does_not(
    tiny_configuration, shared_cache, monkeypatch
):
    def measure(_step, source, *_rest):
        if next(source(1)).ids.shape[1] > 4:
            raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor")
        return {}

    monkeypatch.setattr(training, "measure", measure)
    measured = measure_training(
        TrainingCase(tiny_configuration("gru"), (12, 4), 1, 0.01), shared_cache
    )
    _, cell = next(measured)
    assert cell["length"] == 4
    with pytest.raises(WorkError, match="16 texts of 12 tokens"):
        next(measured)


def test_waiting_for_data_is_timed_apart_from_the_steps():
    batch = Batch(np.zeros((2, 3), np.int32), np.zeros(2, np.int32), np.arange(2), 5)

    def slow_batches():
        while True:
            time.sleep(0.02)
            yield batch

    def step(_ids, _labels):
        time.sleep(0.01)
        return (0.0,)

    window = time_window(step, slow_batches(), 4)
    assert (window.steps, window.examples, window.tokens, window.padded_tokens) == (4, 8, 20, 24)
    assert 0.08 <= window.waiting < window.seconds - 0.03


@pytest.fixture
def workers():
    """The function (seconds of each worker, replicas of each) -> what the replicas know of them."""

    def build(seconds, replicas=1):
        asked = []

        def add(number):
            asked.append(number)
            # Each replica gives the number of its process.
            return round(1e6 * sum(seconds)) * replicas

        return SimpleNamespace(
            workers=len(seconds),
            total=len(seconds) * replicas,
            sum_over_workers=add,
            asked=asked,
        )

    return build


@pytest.mark.parametrize("replicas", [1, 3])
def test_the_other_workers_of_a_training_are_no_others(workers, replicas):
    # Of ten core-seconds beside this worker's two, the other worker took seven.
    together = workers([2.0, 7.0], replicas)
    load = without_siblings(Load(10.0, 40.0, 20.0), 2.0, together)
    assert load == Load(pytest.approx(3.0), 40.0, 20.0)
    assert together.asked == [2_000_000]


def test_one_process_has_no_siblings_to_ask(workers):
    alone = workers([2.0])
    load = Load(10.0, 40.0, 20.0)
    assert without_siblings(load, 2.0, alone) == load
    assert alone.asked == []


def test_a_worker_that_knows_no_load_is_asked_all_the_same(workers):
    together = workers([2.0, 7.0])
    assert without_siblings(None, 2.0, together) is None
    assert together.asked == [2_000_000]
