from dataclasses import replace

import pytest
import tensorflow as tf

from tfcmp.errors import WorkError
from tfcmp.measurement import training
from tfcmp.measurement.arms import TrainingArm
from tfcmp.measurement.training import made_up, measure_training


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
    ((key, _),) = measure_training(TrainingArm(configuration, (4,), 1, 0.01), shared_cache)
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
    ((_, cell),) = measure_training(arm, shared_cache)
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
            measure_training(TrainingArm(tiny_configuration("gru"), lengths, 1, 0.01), shared_cache)
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
        TrainingArm(tiny_configuration("gru"), (12, 4), 1, 0.01), shared_cache
    )
    _, cell = next(measured)
    assert cell["length"] == 4
    with pytest.raises(WorkError, match="16 texts of 12 tokens"):
        next(measured)
