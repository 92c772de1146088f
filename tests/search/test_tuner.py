import json
import math

import pytest

from tfcmp.errors import WorkError
from tfcmp.models.catalogue import default_configuration, find_model
from tfcmp.runs.layout import ORACLE
from tfcmp.search.hyperparameters import make_hyperparameters, settings_of
from tfcmp.search.plan import Budget
from tfcmp.search.record import Outcome
from tfcmp.search.space import OPTIMIZER, RATE, default_space, make_space
from tfcmp.search.tuner import AtomicStateMixin, TrialTuner, make_oracle, name_of_process

GRU = default_configuration(find_model("gru"))
SPACE = make_space(default_space(GRU), GRU)
TUNERS = ["random", "grid", "hyperband", pytest.param("bayesian", marks=pytest.mark.slow)]
# Enough for the Bayesian oracle to have learned something; hyperband with 9 epochs has brackets.
TRIALS, EPOCHS = 10, 9


class Search:
    """A search in a folder, whose trials are scored by their settings alone."""

    def __init__(self, folder, tuner, budget=None):
        self.folder, self.done = folder, {}
        hyperparameters = make_hyperparameters(SPACE, tuner)
        self.oracle = make_oracle(tuner, hyperparameters, budget or Budget(TRIALS), 0, EPOCHS)
        self.oracle.state_file = folder / ORACLE
        self.oracle.is_spent = lambda: False
        self.oracle.on_ended = lambda trial: None

    def run(self, number, values):
        settings = settings_of(values, SPACE)
        self.done[number] = settings
        if number % 5 == 3:
            return Outcome(number, "FAILED", settings, 1, reason="it is one of these")
        score = 0.9 - abs(math.log10(settings[RATE]) + 2.5) / 10
        return Outcome(number, "COMPLETED", settings, 1, score)

    def go(self):
        if self.oracle.state_file.exists():
            self.oracle.reload()
        TrialTuner(self.oracle, self.run, str(self.folder)).search()
        return self.done


@pytest.fixture(scope="module", params=TUNERS)
def unbroken(request, tmp_path_factory):
    """Tuner, its trials, and its state as it was on disk each time it was written."""
    states, save = [], AtomicStateMixin.save

    def save_and_keep(oracle):
        save(oracle)
        states.append(oracle.state_file.read_text())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(AtomicStateMixin, "save", save_and_keep)
        trials = Search(tmp_path_factory.mktemp("unbroken"), request.param).go()
    return request.param, trials, states


def test_all_trials_are_run_in_turn_though_some_fail(unbroken):
    tuner, trials, _ = unbroken
    assert list(trials) == list(range(TRIALS))
    different = {json.dumps(settings) for settings in trials.values()}
    assert len(different) == TRIALS, tuner


def test_a_search_killed_after_any_write_goes_on_to_the_same_trials(unbroken, tmp_path):
    tuner, trials, states = unbroken
    for state in states[:: 15 if tuner == "bayesian" else 4]:
        (tmp_path / ORACLE).write_text(state)
        ended = json.loads(state)["oracle"]["end_order"]
        resumed = Search(tmp_path, tuner).go()
        left = {number: settings for number, settings in trials.items() if number >= len(ended)}
        assert resumed == left


def test_what_is_on_disk_holds_every_trial(unbroken):
    _, _, states = unbroken
    trials = json.loads(states[-1])["trials"]
    assert len(trials) == TRIALS
    assert {trial["status"] for trial in trials} == {"COMPLETED", "FAILED"}


def test_a_search_says_nothing_of_its_own(tmp_path, capsys):
    Search(tmp_path, "random").go()
    assert capsys.readouterr() == ("", "")


def test_any_number_of_failures_in_a_row_is_borne(tmp_path):
    search = Search(tmp_path, "random", Budget(8))
    search.run = lambda number, values: Outcome(number, "FAILED", {}, 1, reason="always")
    search.go()
    assert len(search.oracle.trials) == 8


def test_what_would_break_every_trial_ends_the_search_as_it_was_raised(tmp_path):
    broken = OSError(28, "no space left")

    def run(number, values):
        raise broken

    search = Search(tmp_path, "random")
    search.run = run
    with pytest.raises(OSError, match="no space left") as ended:
        search.go()
    assert ended.value is broken


def test_a_process_alone_has_a_name_too(monkeypatch):
    monkeypatch.delenv("KERASTUNER_TUNER_ID", raising=False)
    assert name_of_process() == "tuner0"


def test_no_trial_begins_once_the_seconds_are_spent(tmp_path):
    search = Search(tmp_path, "random", Budget(None, 60.0))
    search.oracle.is_spent = lambda: len(search.done) >= 4
    assert len(search.go()) == 4


def test_a_grid_without_a_limit_visits_every_combination_once(tmp_path):
    trials = Search(tmp_path, "grid", Budget()).go()
    assert len({json.dumps(settings) for settings in trials.values()}) == 64


def test_hyperband_without_a_limit_ends_after_one_round_and_raises_the_epochs(tmp_path):
    search = Search(tmp_path, "hyperband", Budget())
    trials = search.go()
    assert len(trials) <= search.oracle.trials_per_round()
    assert {settings["training.epochs"] for settings in trials.values()} == {1, 3, 9}


def test_hyperband_with_a_limit_goes_round_again_until_it_is_reached(tmp_path):
    assert len(Search(tmp_path, "hyperband", Budget(60)).go()) == 60


def test_seed_0_is_a_seed(tmp_path):
    first, second = (Search(tmp_path / name, "random") for name in ("a", "b"))
    for search in (first, second):
        search.folder.mkdir()
    assert first.go() == second.go()
    assert {settings[OPTIMIZER] for settings in first.done.values()} > {"sgd"}


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"trials": [], "oracle": {}}', "\\"])
def test_a_damaged_state_is_told(tmp_path, content):
    search = Search(tmp_path, "random")
    search.oracle.state_file.write_text(content)
    with pytest.raises(WorkError, match=r"oracle\.json is damaged"):
        search.go()
