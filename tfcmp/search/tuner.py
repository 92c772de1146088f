"""KerasTuner's loop: ask the oracle, run the trial, tell the oracle; alone, as chief or worker."""

import os
import time
from collections.abc import Callable, Mapping
from typing import Any

import keras_tuner
from keras_tuner.engine.base_tuner import BaseTuner
from keras_tuner.engine.trial import Trial

from tfcmp.search.oracles import OBJECTIVE
from tfcmp.search.outcome import Outcome

SECONDS_BETWEEN_QUESTIONS = 0.5

RunTrial = Callable[[int, Mapping[str, Any]], Outcome]


class TrialTuner(BaseTuner):
    """Runs the trials that an oracle proposes.

    Not one of KerasTuner's own tuners: those build, fit and save models themselves. This one calls
    a function that trains as `fit` does.

    Args:
        oracle: proposes; holds the state of the search.
        run: number of a trial and values of its hyperparameters to its outcome.
        folder: where KerasTuner would write; it is given nothing to write.
    """

    def __init__(self, oracle: Any, run: RunTrial, folder: str) -> None:
        self._run = run
        self._is_waiting = False
        super().__init__(oracle, directory=folder, project_name=".")

    def run_trial(self, trial: Trial, *_arguments: Any, **_options: Any) -> dict[str, float]:
        """Score of a trial.

        Raises:
            FailedTrialError: it has none; the search goes on.
            FatalError: something broke that would break every other trial too.
        """
        try:
            outcome = self._run(int(trial.trial_id), trial.hyperparameters.values)
        except Exception as error:
            raise keras_tuner.errors.FatalError(str(error)) from error
        if outcome.score is None:
            raise keras_tuner.errors.FailedTrialError(outcome.reason)
        return {OBJECTIVE: outcome.score}

    def _try_run_and_update_trial(self, trial: Trial, *_arguments: Any, **_options: Any) -> None:
        """As the parent, which prints the traceback of a failed trial: its reason is on record."""
        try:
            self._run_and_update_trial(trial)
            trial.status = "COMPLETED"
        except keras_tuner.errors.FailedTrialError as error:
            trial.status, trial.message = "FAILED", str(error)

    def search(self) -> None:
        """Runs trials until the oracle has no more; as chief, serves until workers are done.

        Raises:
            Exception: what `run` raised.
        """
        try:
            super().search()
        except keras_tuner.errors.FatalError as error:
            raise error.__cause__ or error from None

    def pre_create_trial(self) -> None:
        """Waits a little where the last answer of the oracle was to ask again."""
        if self._is_waiting:
            time.sleep(SECONDS_BETWEEN_QUESTIONS)
        self._is_waiting = True

    def on_trial_begin(self, _trial: Trial) -> None:
        """There is a trial: the next question is asked at once."""
        self._is_waiting = False

    def save(self) -> None:
        """Writes nothing: the oracle keeps its own state."""


def name_of_process() -> str:
    """Name by which a chief knows this process."""
    return os.environ.get("KERASTUNER_TUNER_ID", "tuner0")
