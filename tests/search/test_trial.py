import json

import pytest
import tensorflow as tf

from tfcmp.search import trial as trials
from tfcmp.search.record import best_of, read_outcomes, trial_folder
from tfcmp.search.trial import MOST_STARTS, STARTS, TrialRunner
from tfcmp.training import epochs
from tfcmp.training.epochs import Trainer
from tfcmp.training.texts import Texts


@pytest.fixture
def runner(tmp_path, tiny_configuration, shared_cache):
    configuration = tiny_configuration("bag_of_ngrams")
    return TrialRunner(configuration, tmp_path, shared_cache, None, "cpu", "tuner0")


def ignored(share):
    """Progress that nobody looks at."""


def broken_by(error, monkeypatch):
    def train(self, advance):
        raise error

    monkeypatch.setattr(Trainer, "train", train)


def test_the_test_split_is_not_read(runner, monkeypatch):
    read, batches = [], Texts.evaluation_batches
    monkeypatch.setattr(
        Texts, "evaluation_batches", lambda self, split: read.append(split) or batches(self, split)
    )
    assert runner.run(0, {}, ignored).status == "COMPLETED"
    assert set(read) == {"validation"}


def test_shares_of_a_trial_add_up_to_one(runner):
    shares = []
    runner.run(0, {}, shares.append)
    assert sum(shares) == pytest.approx(1)


def test_a_diverged_trial_has_its_reason(runner, monkeypatch):
    monkeypatch.setattr(epochs, "LARGEST_LOSS", 0.0)
    outcome = runner.run(0, {}, ignored)
    assert (outcome.status, outcome.score) == ("FAILED", None)
    assert "training diverged in epoch 1" in outcome.reason


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (tf.errors.ResourceExhaustedError(None, None, "OOM"), "memory of the device is too small"),
        (MemoryError(), "memory of the device is too small"),
        (ZeroDivisionError("a defect\nof ours"), "ZeroDivisionError: a defect of ours"),
    ],
)
def test_whatever_breaks_is_recorded_and_the_next_trial_runs(runner, monkeypatch, error, told):
    with monkeypatch.context() as patch:
        broken_by(error, patch)
        outcome = runner.run(0, {}, ignored)
    assert outcome.status == "FAILED"
    assert told in outcome.reason
    assert runner.run(1, {}, ignored).status == "COMPLETED"


def test_settings_that_contradict_each_other_are_invalid(runner):
    settings = {"training.optimizer": "sgd", "training.momentum": 0.0, "training.nesterov": True}
    outcome = runner.run(0, settings, ignored)
    assert outcome.status == "INVALID"
    assert "contradict" in outcome.reason


def test_a_full_disk_is_no_failure_of_the_trial(runner, monkeypatch):
    broken_by(OSError(28, "no space left"), monkeypatch)
    with pytest.raises(OSError, match="no space left"):
        runner.run(0, {}, ignored)
    assert read_outcomes(runner._search) == []


def test_a_trial_that_has_ended_is_not_done_again(runner, monkeypatch):
    first = runner.run(0, {}, ignored)
    broken_by(AssertionError("done again"), monkeypatch)
    assert runner.run(0, {}, ignored) == first


def test_a_trial_that_ends_the_process_again_and_again_is_given_up(runner):
    folder = trial_folder(runner._search, 0)
    folder.mkdir(parents=True)
    (folder / STARTS).write_text("started\n" * MOST_STARTS)
    outcome = runner.run(0, {}, ignored)
    assert outcome.status == "FAILED"
    assert "3 times" in outcome.reason


def test_a_trial_interrupted_by_its_user_leaves_no_trace(runner, monkeypatch):
    broken_by(KeyboardInterrupt(), monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        runner.run(0, {}, ignored)
    assert not trial_folder(runner._search, 0).exists()


def test_of_equal_accuracies_the_lower_loss_is_the_best():
    common = {"status": "COMPLETED", "settings": {}, "seed": 1, "score": 0.8}
    outcomes = [
        trials.Outcome(number, loss=loss, **common) for number, loss in enumerate((3, 1, 2))
    ]
    assert best_of(outcomes).trial == 1


def test_trials_are_compared_by_what_chooses_their_epochs(
    tmp_path, tiny_configuration, shared_cache
):
    configuration = tiny_configuration("gru", selection="macro_f1")
    runner = TrialRunner(configuration, tmp_path, shared_cache, None, "cpu", "one")
    outcome = runner.run(0, {}, ignored)
    lines = (tmp_path / "trials" / "0000" / "metrics.jsonl").read_text().splitlines()
    (epoch,) = (line for line in map(json.loads, lines) if line["event"] == "epoch")
    assert outcome.score == epoch["validation_macro_f1"] != epoch["validation_accuracy"]
