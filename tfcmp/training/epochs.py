"""Epochs, segments and validation, and what is kept and told of them."""

import json
import math
import shlex
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from tfcmp.config.fields import Configuration
from tfcmp.data.batches import Batch
from tfcmp.errors import WorkError
from tfcmp.evaluation.metrics import (
    NAMES,
    SHARES,
    accuracy,
    macro_f1,
    negative_log_likelihood,
    selection_score,
)
from tfcmp.progress import tell_line
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.layout import CONFIG, METRICS
from tfcmp.runs.timing import Clock, add_load
from tfcmp.training.checkpoint import Checkpoint, Place
from tfcmp.training.objective import build_objective
from tfcmp.training.optimizers import learning_rate, learning_rate_shares
from tfcmp.training.replicas import Replicas
from tfcmp.training.segment import Segment, add_sums, summarise
from tfcmp.training.step import compile_forward, compile_train_step
from tfcmp.training.texts import Texts

# From the line of an epoch and the number of steps left.
TellEpoch = Callable[[dict[str, Any], int], None]

# Saturated cells keep a network that has run away finite; no text that a model has an idea of costs
# it this many nats, so a mean loss above it counts as diverged too.
LARGEST_LOSS = 1e4


class Trainer:
    """Walks through the epochs; where it stands is `place`, which a checkpoint holds."""

    def __init__(
        self,
        configuration: Configuration,
        texts: Texts,
        core: keras.Model,
        optimizer: keras.optimizers.Optimizer,
        checkpoint: Checkpoint,
        run: RunDirectory,
        clock: Clock,
        replicas: Replicas | None = None,
    ) -> None:
        self.settings = configuration.training
        self.seed = configuration.seed
        self.threads = configuration.threads
        self.texts = texts
        self.optimizer = optimizer
        self.checkpoint = checkpoint
        self.run = run
        self.clock = clock
        self.place = Place(settings=lasting_settings(configuration))
        self.step_function = compile_train_step(
            core,
            optimizer,
            self.settings.clip_norm,
            accumulate=self.settings.accumulate,
            rate_shares=learning_rate_shares(core, configuration.architecture),
            replicas=replicas,
            objective=build_objective(
                self.settings, texts.corpus.labels[texts.splits.train], texts.corpus.classes
            ),
        )
        self.forward = compile_forward(core, replicas)
        self.is_compiled = False
        self.steps_per_epoch = math.ceil(len(texts.splits.train) / self.settings.batch_size)

    def start(self) -> None:
        """Begins at the first step; lines of a run killed before its first checkpoint are deleted."""
        self.run.file(METRICS).unlink(missing_ok=True)

    def resume(self) -> None:
        """Goes back to the checkpoint; metrics written after it are taken off, to be redone.

        Raises:
            WorkError: the settings are not those that the run has been trained with.
        """
        settings = self.place.settings
        self.place = self.checkpoint.restore()
        _require_same_settings(self.place.settings, settings, self.run)
        self.place.settings = settings
        self.place.sessions += 1
        for phase, seconds in self.place.seconds.items():
            self.clock.add(phase, seconds)
        with self.run.file(METRICS).open("ab") as stream:
            stream.truncate(self.place.metrics_bytes)

    def steps_left(self) -> int:
        """Steps until the last epoch's end, if training does not stop early."""
        done = self.place.epoch * self.steps_per_epoch + self.place.step
        return self.settings.epochs * self.steps_per_epoch - done

    def has_epochs_left(self) -> bool:
        """Whether another epoch is to come: neither the last is done nor patience at its end."""
        patience = self.settings.patience
        is_patient = patience is None or self.place.stale_epochs < patience
        return is_patient and self.place.epoch < self.settings.epochs

    def adopt(self, other: "Trainer") -> None:
        """Takes over the compiled functions of a trainer of the same model and optimizer."""
        self.step_function, self.forward = other.step_function, other.forward
        self.is_compiled = other.is_compiled

    def train(self, advance: Callable[[int], None], tell: TellEpoch | None = None) -> None:
        """Epochs of steps, each followed by a look at validation, until none is left.

        Args:
            advance: takes the number of steps done since its last call.
            tell: takes the line of each epoch and the steps that are left.
        """
        while self.has_epochs_left():
            self.train_epoch(advance)
            line = self.validate()
            if tell is not None:
                tell(line, self.steps_left() if self.has_epochs_left() else 0)

    def train_epoch(self, advance: Callable[[int], None]) -> None:
        """The steps of the epoch that are not done yet, a checkpoint after every segment."""
        order = self.texts.training_order(self.settings.batch_size, self.seed, self.place.epoch)
        longest = max(1, math.ceil(self.settings.segment_share * len(order)))
        segment = Segment(self.threads)
        for batch in self.texts.batches(order[self.place.step :]):
            self._step(batch, segment)
            advance(1)
            is_long = segment.seconds() >= 60 * self.settings.segment_minutes
            if segment.steps == longest or is_long or self.place.step == len(order):
                self._end_segment(segment)
                segment = Segment(self.threads)

    def validate(self) -> dict[str, Any]:
        """Scores validation, keeps the weights if they are the best, ends the epoch; gives its line."""
        with self.clock.phase("validation"):
            scores = evaluate_split(self.forward, self.texts, "validation").scores()
        place = self.place
        place.epoch, place.step = place.epoch + 1, 0
        score = selection_score(self.settings.selection, scores)
        place.stale_epochs += 1
        if score > place.best_score:
            place.best_epoch, place.best_score, place.stale_epochs = place.epoch, score, 0
            self.checkpoint.save_best(place)
        line = {"event": "epoch", "epoch": place.epoch, **summarise(place.sums)}
        line |= {f"validation_{name}": value for name, value in scores.items()}
        self._append(line)
        place.sums = {}
        self._save()
        return line

    def restore_best(self) -> None:
        """Brings back the weights of the best epoch."""
        self.checkpoint.restore_best(self.place)

    def _step(self, batch: Batch, segment: Segment) -> None:
        start = time.perf_counter()
        place = self.place
        step = place.epoch * self.steps_per_epoch + place.step
        rate = learning_rate(self.settings, step, self.settings.epochs * self.steps_per_epoch)
        self.optimizer.learning_rate.assign(rate)
        try:
            outcome = self.step_function(batch.ids, batch.labels)
        except tf.errors.ResourceExhaustedError:
            raise WorkError(
                f"the device's memory is too small for a step of {len(batch.labels)} texts of "
                f"{batch.ids.shape[1]} tokens in {self.settings.accumulate} part(s); try "
                f"--training.accumulate {2 * self.settings.accumulate}, with the same steps, or a "
                "smaller --data.max_length"
            ) from None
        segment.add(batch, outcome, rate)
        place.step += 1
        if not self.is_compiled:
            # Compilation belongs to the first step of a process: it is kept apart from training.
            self.is_compiled = True
            self.clock.add("first_step", time.perf_counter() - start)
            segment.restart_clock()

    def _end_segment(self, segment: Segment) -> None:
        place = self.place
        sums = segment.sums()
        self.clock.add("training", sums["seconds"])
        add_load(place.load, segment.load())
        loss, norm = sums["loss"] / sums["examples"], sums["norm"] / sums["steps"]
        # Written so that a comparison with NaN, which is False, counts as diverged.
        if not (loss <= LARGEST_LOSS and math.isfinite(norm)):
            reason = (
                f"training diverged in epoch {place.epoch + 1}, step {place.step}: mean loss "
                f"{loss:.3g}, mean gradient norm {norm:.3g}"
            )
            self._append({"event": "failure", "reason": reason})
            raise WorkError(f"{reason}; lower --training.learning_rate or --training.clip_norm")
        add_sums(place.sums, sums)
        line = {"event": "segment", "epoch": place.epoch + 1, "step": place.step}
        self._append({**line, **summarise(sums), "learning_rate": segment.rate})
        self._save()

    def _append(self, line: dict[str, Any]) -> None:
        self.run.append_metrics(line)

    def _save(self) -> None:
        self.place.metrics_bytes = self.run.file(METRICS).stat().st_size
        self.place.seconds = dict(self.clock.seconds)
        with self.clock.phase("checkpoint"):
            self.checkpoint.save(self.place)


def lasting_settings(configuration: Configuration) -> dict[str, Any]:
    """The settings that have to stay the same for a whole run, by dotted name.

    Where its files lie and what it computes on may change; environment.json says whether the
    latter is still the same.
    """
    flat: dict[str, Any] = {}
    for name, value in asdict(configuration).items():
        if isinstance(value, dict):
            flat |= {f"{name}.{inner}": of for inner, of in value.items()}
        elif name not in ("device", "precision", "threads", "strategy", "replicas", "init_from"):
            flat[name] = value
    places = ("data.source", "data.validation", "data.test")
    return {name: value for name, value in flat.items() if name not in places}


def _require_same_settings(known: dict[str, Any], found: dict[str, Any], run: RunDirectory) -> None:
    # Through JSON once, as a checkpoint has them; a setting that one of the two does not know was
    # made or given up between two versions.
    found = json.loads(json.dumps(found))
    differing = [
        f"{name} {known[name]}, now {found[name]}"
        for name in known
        if name in found and known[name] != found[name]
    ]
    if differing:
        raise WorkError(
            f"{run.path} has been trained with other settings than its {CONFIG} has now "
            f"({'; '.join(differing)}): its numbers would be of neither; change them back, or fit "
            f"with --config {shlex.quote(str(run.file(CONFIG)))} under another --name"
        )


VALIDATION = "validation_"


class EpochLines:
    """Tells epochs of one training as they end.

    Args:
        epochs: of the whole training at most.
        steps_left: steps to be done from now on, if it does not stop early.
    """

    def __init__(self, epochs: int, steps_left: int) -> None:
        self._epochs = epochs
        self._steps_left = steps_left
        self._start = time.perf_counter()

    def tell(self, epoch: Mapping[str, Any], steps_left: int) -> None:
        """Shows an epoch.

        Args:
            epoch: its line of metrics.jsonl.
            steps_left: steps that are still to be done, if training does not stop early.
        """
        elapsed = time.perf_counter() - self._start
        left = elapsed * steps_left / max(1, self._steps_left - steps_left)
        tell_line(epoch_line(epoch, self._epochs, left))


def epoch_line(epoch: Mapping[str, Any], epochs: int, seconds_left: float) -> str:
    """Losses, scores, seconds of the training steps, and the time that is left at most."""
    validation = {
        name.removeprefix(VALIDATION): value
        for name, value in epoch.items()
        if name.startswith(VALIDATION)
    }
    training = {name: epoch[name] for name in ("loss", "accuracy")}
    parts = [
        f"epoch {epoch['epoch']} of {epochs}: {_shown(training)}",
        f"validation {_shown(validation)}",
        f"{epoch['seconds']:,.1f} s",
    ]
    if seconds_left > 0:
        parts.append(f"at most {timedelta(seconds=round(seconds_left))} left")
    return "; ".join(parts)


def _shown(scores: Mapping[str, float]) -> str:
    return ", ".join(
        f"{NAMES[name]} {value:.2%}" if name in SHARES else f"{name} {value:.4f}"
        for name, value in scores.items()
    )


@dataclass(frozen=True, eq=False)
class Answers:
    """A model's answers to a split: rows (n,), labels (n,), probabilities (n, classes) float32."""

    rows: np.ndarray
    labels: np.ndarray
    probabilities: np.ndarray

    def scores(self) -> dict[str, float]:
        """Accuracy, mean negative log-likelihood and macro F1, of texts that all count the same."""
        return {
            "accuracy": accuracy(self.labels, self.probabilities),
            "loss": negative_log_likelihood(self.labels, self.probabilities),
            "macro_f1": macro_f1(self.labels, self.probabilities),
        }


def evaluate_split(forward: Callable[[tf.Tensor], tf.Tensor], texts: Texts, split: str) -> Answers:
    """Answers of the model behind `forward` (ids to logits), in the order of the corpus' rows."""
    rows, labels, probabilities = [], [], []
    for batch in texts.evaluation_batches(split):
        logits = tf.cast(forward(batch.ids), tf.float32)
        rows.append(batch.rows)
        labels.append(batch.labels)
        probabilities.append(tf.nn.softmax(logits).numpy())
    all_rows = np.concatenate(rows)
    order = np.argsort(all_rows)
    return Answers(
        all_rows[order], np.concatenate(labels)[order], np.concatenate(probabilities)[order]
    )
