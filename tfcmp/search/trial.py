"""One trial: the configuration with other values of the searched settings, trained as fit does."""

import json
import math
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import tensorflow as tf

from tfcmp.config.checks import check_configuration
from tfcmp.config.fields import Configuration
from tfcmp.errors import TfcmpError, WorkError
from tfcmp.evaluation.metrics import search_score
from tfcmp.models.encoder_files import EncoderFiles
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.layout import METRICS
from tfcmp.runs.timing import Clock
from tfcmp.search.kept_models import KeptModels
from tfcmp.search.record import Outcome, Status, read_outcome, trial_folder, write_outcome
from tfcmp.search.settings import with_settings
from tfcmp.training.epochs import Trainer
from tfcmp.training.texts import Texts, prepare_texts

# A trial in which the process was killed as often as this is not tried again: a system whose memory
# runs out ends a process without a word.
MOST_STARTS = 3
STARTS = "starts"
LONGEST_REASON = 500

Advance = Callable[[float], None]


class TrialRunner:
    """Runs trials in this process; texts, model and compiled steps are made once for all of them.

    The test split is not read: a trial sees training and validation texts.

    Args:
        configuration: what all trials have in common.
        search: folder of the search.
        cache: folder of indexes, vocabularies and token ids.
        files: of a pretrained model.
        device: "cpu" or "gpu".
        worker: name of the process.
    """

    def __init__(
        self,
        configuration: Configuration,
        search: Path,
        cache: Path,
        files: EncoderFiles | None,
        device: str,
        worker: str,
    ) -> None:
        self._configuration = configuration
        self._search = search
        self._cache = cache
        self._files = files
        self._worker = worker
        self._models = KeptModels(device)
        self._texts: dict[str, Texts] = {}

    def texts(self, configuration: Configuration) -> Texts:
        """The texts as `configuration` reads them; prepared once for all that read them alike."""
        parts = (
            asdict(configuration.data),
            getattr(configuration.architecture, "vocabulary_size", None),
            configuration.training.pad_multiple,
        )
        key = json.dumps(parts)
        if key not in self._texts:
            self._texts[key] = prepare_texts(configuration, self._cache, self._files)
        return self._texts[key]

    def run(self, trial: int, settings: Mapping[str, Any], advance: Advance) -> Outcome:
        """Trains and validates; a trial that has ended before is not done again.

        Args:
            trial: its number.
            settings: values of the searched settings.
            advance: takes shares of the trial as they are done; 1 is the whole.

        Returns:
            The outcome, which is in the folder of the trial by then.
        """
        known = read_outcome(self._search, trial)
        if known is not None:
            return known
        folder = trial_folder(self._search, trial)
        outcome = self._attempt(trial, dict(settings), folder, advance)
        write_outcome(self._search, outcome)
        (folder / STARTS).unlink(missing_ok=True)
        return outcome

    def _attempt(
        self, trial: int, settings: dict[str, Any], folder: Path, advance: Advance
    ) -> Outcome:
        start, clock = time.perf_counter(), Clock()
        status: Status = "COMPLETED"
        result: dict[str, Any] = {}
        try:
            _count_start(folder)
            configuration = with_settings(self._configuration, settings)
            check_configuration(configuration)
            trainer = self._train(configuration, folder, clock, advance)
            selection = self._configuration.training.selection
            result = _validation_of(trainer, search_score(selection))
        except KeyboardInterrupt:
            # Ended on purpose: not one of the starts that are counted.
            shutil.rmtree(folder, ignore_errors=True)
            raise
        except Exception as error:
            if _is_of_the_disk(error):
                raise
            status = "INVALID" if getattr(error, "exit_code", 1) == 2 else "FAILED"
            result = {"reason": _reason(error)}
            if not isinstance(error, TfcmpError):
                # Whatever broke may have left its memory or a half-made model behind.
                self._models.clear()
        facts: dict[str, Any] = {
            "seed": self._configuration.seed,
            "seconds": round(time.perf_counter() - start, 4),
            "phases": {name: round(value, 4) for name, value in clock.seconds.items()},
            "worker": self._worker,
        }
        return Outcome(trial, status, settings, **facts, **result)

    def _train(
        self, configuration: Configuration, folder: Path, clock: Clock, advance: Advance
    ) -> Trainer:
        with clock.phase("building"):
            texts = self.texts(configuration)
            run = RunDirectory(folder)
            trainer = self._models.trainer(configuration, texts, self._files, run, clock)
            trainer.start()
        steps = trainer.steps_left()
        trainer.train(lambda done: advance(done / steps))
        return trainer


def _count_start(folder: Path) -> None:
    """Notes down that the trial is begun.

    Raises:
        WorkError: it was begun often enough, and the process ended in it each time.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / STARTS
    starts = file.read_text().count("\n") if file.exists() else 0
    if starts >= MOST_STARTS:
        raise WorkError(
            f"the process was ended {starts} times in this trial, as a system does whose memory "
            "runs out"
        )
    with file.open("a") as stream:
        stream.write("started\n")


def _validation_of(trainer: Trainer, score: str) -> dict[str, Any]:
    """Scores of the best epoch, from the log of the trainer; `score` names the one that counts."""
    lines = trainer.run.file(METRICS).read_text(encoding="utf-8").splitlines()
    epochs = [line for line in map(json.loads, lines) if line["event"] == "epoch"]
    place = trainer.place
    best = next((line for line in epochs if line["epoch"] == place.best_epoch), None)
    if best is None or not math.isfinite(best["validation_loss"]):
        raise WorkError("no epoch had a finite loss on validation")
    return {
        "score": best[f"validation_{score}"],
        "loss": best["validation_loss"],
        "best_epoch": place.best_epoch,
        "epochs": place.epoch,
    }


def _is_of_the_disk(error: Exception) -> bool:
    """Whether no other trial would fare better: nothing can be read or written."""
    return isinstance(error, OSError) and error.errno is not None


def _reason(error: Exception) -> str:
    if isinstance(error, TfcmpError):
        reason = str(error)
    elif isinstance(error, tf.errors.ResourceExhaustedError | MemoryError):
        reason = "the memory of the device is too small for this trial"
    else:
        reason = f"{type(error).__name__}: {error}"
    return " ".join(reason.split())[:LONGEST_REASON]
