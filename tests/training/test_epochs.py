import json
from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfcmp.data.batches import Batch
from tfcmp.errors import WorkError
from tfcmp.models.building import build_core
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.timing import Clock
from tfcmp.training import epochs
from tfcmp.training.checkpoint import Checkpoint
from tfcmp.training.epochs import (
    Answers,
    EpochLines,
    Trainer,
    epoch_line,
    evaluate_split,
    lasting_settings,
)
from tfcmp.training.optimizers import build_optimizer
from tfcmp.training.texts import prepare_texts


@pytest.fixture
def make(tmp_path, tiny_configuration, shared_cache):
    """Makes a trainer of the linear model, which compiles fastest, with settings changed."""

    def build(**training):
        configuration = tiny_configuration("bag_of_ngrams", **training)
        keras.utils.set_random_seed(configuration.seed)
        texts = prepare_texts(configuration, shared_cache)
        core = build_core(configuration, texts.tokenizer, 2)
        features = core.get_layer("ngram_features")
        features.keys.assign(np.r_[2:502])
        ratios = np.random.default_rng(0).normal(size=(501, 2))
        core.get_layer("logits").ratios.assign(ratios)
        optimizer = build_optimizer(configuration.training, core.trainable_variables)
        run = RunDirectory(tmp_path)
        checkpoint = Checkpoint(run.file("checkpoint"), core, optimizer)
        return Trainer(configuration, texts, core, optimizer, checkpoint, run, Clock())

    return build


def lines(trainer):
    return [json.loads(line) for line in trainer.run.file("metrics.jsonl").read_text().splitlines()]


def train(trainer):
    """All epochs; the weights at the end of each."""
    weights = []
    while trainer.has_epochs_left():
        trainer.train_epoch(lambda steps: None)
        weights.append(trainer.checkpoint.core.get_weights())
        trainer.validate()
    return weights


class Scores:
    def __init__(self, accuracy, loss, macro_f1=0.0):
        self.pair = {"accuracy": accuracy, "loss": loss, "macro_f1": macro_f1}

    def scores(self):
        return self.pair


@pytest.fixture
def scored(monkeypatch):
    """Validation scores by epoch instead of those of the model."""

    def give(*pairs):
        scores = iter(pairs)
        monkeypatch.setattr(epochs, "evaluate_split", lambda *given: Scores(*next(scores)))

    return give


def test_training_stops_when_patience_ends(make, scored):
    scored((0.6, 1.0), (0.9, 1.0), (0.9, 1.0), (0.7, 1.0), (1.0, 1.0))
    trainer = make(epochs=5, patience=2)
    assert len(train(trainer)) == 4
    assert (trainer.place.best_epoch, trainer.place.best_score) == (2, 0.9)


def test_macro_f1_chooses_the_epoch_and_stops_training_where_it_is_asked_to(make, scored):
    scored((0.9, 0.1, 0.5), (0.8, 0.2, 0.7), (0.99, 0.0, 0.6), (1.0, 0.0, 0.7), (1.0, 0.0, 1.0))
    trainer = make(epochs=5, patience=2, selection="macro_f1")
    assert len(train(trainer)) == 4
    assert (trainer.place.best_epoch, trainer.place.best_score) == (2, 0.7)


def test_without_patience_every_epoch_is_trained(make, scored):
    scored((0.9, 1.0), (0.1, 1.0), (0.1, 1.0))
    assert len(train(make(epochs=3, patience=None))) == 3


def test_the_weights_of_the_best_epoch_are_brought_back(make, scored):
    scored((0.6, 1.0), (0.9, 1.0), (0.7, 1.0))
    trainer = make(epochs=3, learning_rate=0.1)
    weights = train(trainer)
    trainer.restore_best()
    found = trainer.checkpoint.core.get_weights()
    assert all(map(np.array_equal, found, weights[1]))
    assert not all(map(np.array_equal, found, weights[2]))


def test_selection_by_loss_keeps_the_epoch_of_the_lowest_loss(make, scored):
    scored((0.6, 0.5), (0.9, 0.8), (0.9, 0.9))
    trainer = make(epochs=3, selection="loss", patience=None)
    train(trainer)
    assert (trainer.place.best_epoch, trainer.place.best_score) == (1, -0.5)


def test_a_line_is_written_per_segment_and_per_epoch(make):
    trainer = make(epochs=2, segment_share=0.5)
    train(trainer)
    steps = trainer.steps_per_epoch
    half = -(-steps // 2)
    found = [(line["event"], line["epoch"], line.get("step")) for line in lines(trainer)]
    assert found == [
        (event, epoch, step)
        for epoch in (1, 2)
        for event, step in (("segment", half), ("segment", steps), ("epoch", None))
    ]


SHARED = {
    "event",
    "epoch",
    "loss",
    "accuracy",
    "largest_step_loss",
    "gradient_norm",
    "largest_gradient_norm",
    "seconds",
    "examples",
    "examples_per_second",
    "tokens_per_second",
    "padding_share",
}


def test_the_lines_hold_what_is_promised(make):
    trainer = make(epochs=1)
    train(trainer)
    segment, *_, epoch = lines(trainer)
    assert set(segment) == SHARED | {"step", "learning_rate"}
    assert set(epoch) == SHARED | {
        "validation_accuracy",
        "validation_loss",
        "validation_macro_f1",
    }


def test_the_line_of_an_epoch_adds_its_segments_up(make):
    trainer = make(epochs=1)
    train(trainer)
    *segments, epoch = lines(trainer)
    assert epoch["examples"] == len(trainer.texts.splits.train)
    weighted = sum(line["loss"] * line["examples"] for line in segments)
    assert epoch["loss"] == pytest.approx(weighted / epoch["examples"])
    assert epoch["seconds"] == pytest.approx(sum(line["seconds"] for line in segments))


def test_the_learning_rate_of_the_schedule_is_applied(make):
    trainer = make(epochs=1, schedule="linear", learning_rate=0.1, segment_share=1.0)
    train(trainer)
    last = 0.1 * (1 - (trainer.steps_per_epoch - 1) / trainer.steps_per_epoch)
    assert lines(trainer)[0]["learning_rate"] == pytest.approx(last)
    assert float(trainer.optimizer.learning_rate.numpy()) == pytest.approx(last)


def test_a_checkpoint_follows_every_segment(make, monkeypatch):
    trainer = make(epochs=1, segment_share=0.5)
    saved = []
    monkeypatch.setattr(trainer.checkpoint, "save", lambda place: saved.append(place.step))
    trainer.train_epoch(lambda steps: None)
    assert saved == [-(-trainer.steps_per_epoch // 2), trainer.steps_per_epoch]


def test_a_slow_segment_is_cut_short(make):
    trainer = make(epochs=1, segment_share=1.0, segment_minutes=1e-9)
    trainer.train_epoch(lambda steps: None)
    assert len(lines(trainer)) == trainer.steps_per_epoch


def test_progress_counts_every_step(make):
    trainer = make(epochs=2)
    assert trainer.steps_left() == 2 * trainer.steps_per_epoch
    advanced = []
    trainer.train_epoch(advanced.append)
    assert sum(advanced) == trainer.steps_per_epoch
    assert trainer.steps_left() == trainer.steps_per_epoch


@pytest.mark.parametrize("learning_rate", [1e9, 1e39])
def test_a_divergence_ends_training_with_the_reason(make, learning_rate):
    trainer = make(optimizer="sgd", learning_rate=learning_rate, epochs=2)
    with pytest.raises(WorkError, match=r"diverged in epoch \d, step \d+.*learning_rate"):
        train(trainer)
    last = lines(trainer)[-1]
    assert last["event"] == "failure"
    assert "training diverged in epoch" in last["reason"]


def test_the_first_step_is_timed_apart(make):
    trainer = make(epochs=1)
    train(trainer)
    assert set(trainer.clock.seconds) == {"first_step", "training", "validation", "checkpoint"}


def test_starting_anew_takes_off_what_a_killed_run_noted_down(make):
    trainer = make(epochs=1)
    trainer.run.append_metrics({"event": "segment", "epoch": 1, "step": 3})
    trainer.start()
    assert not trainer.run.file("metrics.jsonl").exists()


def test_resuming_takes_off_the_lines_behind_the_checkpoint(make):
    trainer = make(epochs=2)
    trainer.train_epoch(lambda steps: None)
    kept = lines(trainer)
    trainer.run.append_metrics({"event": "epoch", "epoch": 1})
    resumed = make(epochs=2)
    resumed.resume()
    assert lines(resumed) == kept
    assert resumed.place.sessions == 2


def test_a_step_that_does_not_fit_into_the_device_says_what_may(make, monkeypatch):
    trainer = make()

    def exhausted(*given):
        raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor")

    trainer.step_function = exhausted
    with pytest.raises(WorkError, match=r"--training.accumulate 2, with the same steps"):
        train(trainer)


@pytest.fixture
def begun(make):
    """What has trained an epoch and is to be gone on with."""
    trainer = make(epochs=2, learning_rate=0.01)
    trainer.start()
    trainer.train_epoch(lambda steps: None)
    trainer.validate()
    return trainer


def test_settings_that_were_edited_meanwhile_are_refused_by_name(begun, make):
    with pytest.raises(WorkError, match=r"\(training\.learning_rate 0\.01, now 0\.1\)"):
        make(epochs=2, learning_rate=0.1).resume()


def test_texts_and_threads_may_have_another_place_and_number(begun, make, tiny_configuration):
    place = begun.place
    configuration = tiny_configuration("bag_of_ngrams", epochs=2, learning_rate=0.01)
    moved = replace(configuration.data, source="/there.csv")
    place.settings = lasting_settings(replace(configuration, threads=7, data=moved))
    begun.checkpoint.save(place)
    make(epochs=2, learning_rate=0.01).resume()


def test_a_checkpoint_that_says_nothing_of_settings_is_gone_on_with(begun, make):
    begun.place.settings = {}
    begun.checkpoint.save(begun.place)
    resumed = make(epochs=2, learning_rate=0.1)
    resumed.resume()
    assert resumed.place.epoch == 1


EPOCH = {
    "event": "epoch",
    "epoch": 2,
    "loss": 0.51234,
    "accuracy": 0.75,
    "gradient_norm": 3.0,
    "seconds": 12.34,
    "validation_accuracy": 0.8,
    "validation_macro_f1": 0.7,
    "validation_loss": 0.4,
}


def test_a_line_tells_losses_scores_and_times():
    assert epoch_line(EPOCH, 5, 3723.4) == (
        "epoch 2 of 5: loss 0.5123, accuracy 75.00%; validation accuracy 80.00%, macro F1 70.00%, "
        "loss 0.4000; 12.3 s; at most 1:02:03 left"
    )


def test_the_last_epoch_promises_no_more_time():
    assert "left" not in epoch_line(EPOCH, 2, 0.0)


@pytest.mark.parametrize(("terminal", "lines"), [(False, 1), (True, 0)])
def test_lines_are_told_where_no_bar_is_drawn(capsys, monkeypatch, terminal, lines):
    monkeypatch.setattr("tfcmp.progress.draws_bars", lambda: terminal)
    EpochLines(5, 100).tell(EPOCH, 60)
    assert capsys.readouterr().err.count("\n") == lines


class TwoBatches:
    """Texts whose batches come in another order than their rows."""

    def evaluation_batches(self, split):
        assert split == "test"
        yield Batch(np.array([[7], [3]], np.int32), np.array([1, 0]), np.array([9, 4]), 2)
        yield Batch(np.array([[5]], np.int32), np.array([1]), np.array([6]), 1)


def forward(ids):
    """Logits in low precision that tell which text they belong to."""
    return tf.cast(tf.concat([tf.zeros_like(ids), ids], axis=1), tf.bfloat16)


@pytest.fixture
def answers():
    return evaluate_split(forward, TwoBatches(), "test")


def test_answers_come_in_the_order_of_the_rows(answers):
    assert answers.rows.tolist() == [4, 6, 9]
    assert answers.labels.tolist() == [0, 1, 1]
    np.testing.assert_allclose(answers.probabilities[:, 1], 1 / (1 + np.exp([-3.0, -5, -7])))


def test_probabilities_are_distributions_in_float32(answers):
    assert answers.probabilities.dtype == np.float32
    np.testing.assert_allclose(answers.probabilities.sum(axis=1), 1, rtol=1e-6)


def test_scores_are_accuracy_mean_negative_log_likelihood_and_macro_f1():
    answers = Answers(
        np.arange(2), np.array([0, 1]), np.array([[0.5, 0.5], [0.75, 0.25]], np.float32)
    )
    assert answers.scores() == {
        "accuracy": 0.5,
        "loss": pytest.approx(-(np.log(0.5) + np.log(0.25)) / 2),
        # Class 0 has an F1 of 2/3, class 1 of 0.
        "macro_f1": pytest.approx(1 / 3),
    }
