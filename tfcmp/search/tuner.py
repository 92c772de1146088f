"""KerasTuner's part: oracles, which propose the settings of the next trial, and the loop that asks."""

import json
import os
import sys
import time
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import keras_tuner
import numpy as np
from keras_tuner import oracles
from keras_tuner.engine.base_tuner import BaseTuner
from keras_tuner.engine.trial import Trial

from tfcmp.errors import WorkError
from tfcmp.runs.files import write_json
from tfcmp.search.plan import Budget
from tfcmp.search.record import Outcome

# Under which KerasTuner keeps the score of a trial; in searches of every version.
OBJECTIVE = "validation_accuracy"
# Trials that learn nothing of each other before a Bayesian search begins to.
INITIAL_TRIALS = 8
SECONDS_BETWEEN_QUESTIONS = 0.5
RunTrial = Callable[[int, Mapping[str, Any]], Outcome]


class AtomicStateMixin(keras_tuner.Oracle):
    """What all four oracles have in common: one file of state, and a budget in seconds.

    An oracle of KerasTuner writes its state and each trial into files of their own, one after the
    other and in place: a kill in between leaves them damaged, or a trial that is neither done nor
    to be done, and a grid search forgets where it stands. Here all of it is one file, written
    whole.

    Attributes:
        state_file: where the state is kept.
        is_spent: says whether the budget in seconds is used up.
        on_ended: called after each trial.
    """

    state_file: Path
    is_spent: Callable[[], bool]
    on_ended: Callable[[Trial], None]
    _is_halfway = False

    def populate_space(self, trial_id: str) -> dict[str, Any]:
        """Values of the next trial, unless the budget in seconds is spent."""
        if self.is_spent():
            return {"status": "STOPPED", "values": None}
        with warnings.catch_warnings():
            # Of the Gaussian process: a few scores alike are no reason to alarm anybody.
            warnings.simplefilter("ignore")
            values: dict[str, Any] = super().populate_space(trial_id)
            return values

    @keras_tuner.synchronized
    def end_trial(self, trial: Trial) -> None:
        """Takes note of the end of a trial."""
        # What the parents would save halfway is neither before nor after the end of the trial.
        self._is_halfway = True
        super().end_trial(trial)
        self._is_halfway = False
        self.save()
        self.on_ended(trial)

    def save(self) -> None:
        """Writes the state and all trials."""
        if self._is_halfway:
            return
        trials = [trial.get_state() for trial in self.trials.values()]
        content = {"oracle": self.get_state(), "trials": trials}
        write_json(self.state_file, content)

    def _save_trial(self, trial: Trial) -> None:
        """Nothing: trials are part of the state."""

    def reload(self) -> None:
        """Goes on where the file stands; trials that were under way come first.

        Raises:
            WorkError: the file is damaged.
        """
        try:
            content = json.loads(self.state_file.read_text(encoding="utf-8"))
            states = {state["trial_id"]: state for state in content["trials"]}
            self.trials = {name: Trial.from_state(state) for name, state in states.items()}
            self.set_state(content["oracle"])
        except (UnicodeDecodeError, json.JSONDecodeError, KeyError, TypeError):
            raise WorkError(
                f"{self.state_file} is damaged: it is not known any more which trials were drawn; "
                "bring it back, or start anew under another --name"
            ) from None
        for trial in self.ongoing_trials.values():
            if trial.trial_id not in self.end_order:
                trial.metrics = Trial(None).metrics
                self._retry_queue.append(trial.trial_id)
        self.ongoing_trials: dict[str, Trial] = {}


class RandomOracle(AtomicStateMixin, oracles.RandomSearchOracle):
    """Draws every trial anew."""


class BayesianOracle(AtomicStateMixin, oracles.BayesianOptimizationOracle):
    """Learns from the trials so far where good ones are to be expected."""

    def populate_space(self, trial_id: str) -> dict[str, Any]:
        """Values of the next trial, the same whether or not the search was broken off before."""
        # The parent's generator is not part of its state.
        self._random_state = np.random.RandomState(self.seed + len(self.trials))
        return super().populate_space(trial_id)


class HyperbandOracle(AtomicStateMixin, oracles.HyperbandOracle):
    """Gives many trials few epochs and the best of them more."""

    def trials_per_round(self) -> int:
        """Trials of one round of all brackets."""
        return sum(
            self._get_size(bracket, number)
            for bracket in range(self._get_num_brackets())
            for number in range(self._get_num_rounds(bracket))
        )


class GridOracle(AtomicStateMixin, oracles.GridSearchOracle):
    """Visits every combination."""

    def get_state(self) -> dict[str, Any]:
        """The state with the order of the combinations, which the parent leaves out."""
        ordered, names = [], self._ordered_ids
        trial_id = self.start_order[0] if self.start_order else None
        while trial_id is not None:
            ordered.append(trial_id)
            trial_id = names.next(trial_id)
        return {**super().get_state(), "ordered": ordered, "populate_next": self._populate_next}

    def set_state(self, state: dict[str, Any]) -> None:
        """Brings the order back too."""
        super().set_state(state)
        for trial_id in state["ordered"]:
            self._ordered_ids.insert(trial_id)
        self._populate_next = state["populate_next"]


def make_oracle(
    tuner: str,
    hyperparameters: keras_tuner.HyperParameters,
    budget: Budget,
    seed: int,
    epochs: int,
) -> Any:
    """The oracle of a search.

    Args:
        tuner: "random", "bayesian", "hyperband" or "grid".
        hyperparameters: the space.
        budget: largest number of trials.
        seed: of what is drawn.
        epochs: most epochs of a trial of hyperband.
    """
    common = {
        "objective": keras_tuner.Objective(OBJECTIVE, "max"),
        "hyperparameters": hyperparameters,
        "allow_new_entries": False,
        # To KerasTuner 0 is no seed.
        "seed": seed + 1,
        # A failed trial is a result, however many there are.
        "max_consecutive_failed_trials": sys.maxsize,
    }
    if tuner == "hyperband":
        # Rounds of brackets follow each other until the budget is used up; without one, once.
        rounds = sys.maxsize if budget.is_limited() else 1
        oracle: Any = HyperbandOracle(max_epochs=epochs, hyperband_iterations=rounds, **common)
        oracle.max_trials = budget.trials
    elif tuner == "bayesian":
        oracle = BayesianOracle(
            max_trials=budget.trials, num_initial_points=INITIAL_TRIALS, **common
        )
    else:
        kind = {"random": RandomOracle, "grid": GridOracle}[tuner]
        oracle = kind(max_trials=budget.trials, **common)
    oracle.verbose = 0
    return oracle


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
