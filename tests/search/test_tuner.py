import pytest

from tfcmp.models.catalogue import default_configuration, find_model
from tfcmp.runs.layout import ORACLE
from tfcmp.search.budget import Budget
from tfcmp.search.defaults import default_space
from tfcmp.search.hyperparameters import make_hyperparameters
from tfcmp.search.oracles import make_oracle
from tfcmp.search.outcome import Outcome
from tfcmp.search.space import make_space
from tfcmp.search.tuner import TrialTuner, name_of_process

GRU = default_configuration(find_model("gru"))


@pytest.fixture
def search(tmp_path):
    """The function (run) that searches with it for three trials and gives the oracle."""

    def go(run):
        hyperparameters = make_hyperparameters(make_space(default_space(GRU), GRU), "random")
        oracle = make_oracle("random", hyperparameters, Budget(3), 0, 1)
        oracle.state_file = tmp_path / ORACLE
        oracle.is_spent = lambda: False
        oracle.on_ended = lambda trial: None
        TrialTuner(oracle, run, str(tmp_path)).search()
        return oracle

    return go


def test_trials_run_in_order_and_failed_ones_end_nothing(search, capsys):
    numbers = []

    def run(number, values):
        numbers.append(number)
        score = None if number == 1 else 0.5
        return Outcome(number, "COMPLETED", dict(values), 1, score, reason="it diverged")

    trials = search(run).trials
    assert numbers == [0, 1, 2]
    statuses = [trials[name].status for name in sorted(trials)]
    assert statuses == ["COMPLETED", "FAILED", "COMPLETED"]
    assert capsys.readouterr() == ("", "")


def test_what_breaks_all_trials_ends_the_search_as_it_was_raised(search):
    broken = OSError(28, "No space left on device")

    def run(number, values):
        raise broken

    with pytest.raises(OSError, match="No space left") as ended:
        search(run)
    assert ended.value is broken


def test_a_process_alone_has_a_name_too(monkeypatch):
    monkeypatch.delenv("KERASTUNER_TUNER_ID", raising=False)
    assert name_of_process() == "tuner0"
