import pytest

from tfcmp.models.catalogue import default_configuration, find_model
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.layout import SEARCH
from tfcmp.search.budget import Budget
from tfcmp.search.outcome import Outcome, write_outcome
from tfcmp.search.plan import make_plan, write_plan
from tfcmp.search.record import Record

PLAN = make_plan(default_configuration(find_model("gru")), "grid", Budget(3), 5, None, set())
SESSION = {"started": "now", "imports": 1.0, "texts": 2.0}
PHASES = {"building": 0.5, "first_step": 0.5, "training": 4.0, "validation": 1.0}


@pytest.fixture
def record_of(tmp_path):
    """The function (role) -> the record of a search with two trials, ten seconds after its start."""
    search = RunDirectory(tmp_path)
    write_plan(search, PLAN, {})
    trial = {"seed": 1, "seconds": 6.0, "phases": PHASES}
    write_outcome(tmp_path, Outcome(0, "COMPLETED", {}, score=0.75, loss=0.5, **trial))
    failed = {"seed": 1, "seconds": 0.5, "reason": "it diverged"}
    write_outcome(tmp_path, Outcome(1, "FAILED", {}, **failed))
    return lambda role="alone": Record(search, PLAN, role, SESSION, lambda: 10.0)


def test_the_record_counts_trials_and_names_the_best(record_of, tmp_path):
    found = record_of().write()
    assert found == RunDirectory(tmp_path).read_json(SEARCH)
    assert found["status"] == "interrupted"
    assert found["trials"] == {"done": 2, "completed": 1, "failed": 1, "invalid": 0}
    assert found["best"] == {"trial": 0, "score": 0.75, "loss": 0.5}
    assert record_of().write("complete")["status"] == "complete"


def test_all_seconds_are_accounted_for(record_of):
    found = record_of().write()
    seconds = found["seconds"]
    parts = ("imports", "texts", *PHASES, "other")
    assert seconds["trials"] == 6.5
    assert sum(seconds[part] for part in parts) == seconds["total"] == 10.0
    assert found["share_in_steps"] == 0.5


def test_seconds_of_an_earlier_session_are_added(record_of):
    record_of().write()
    found = record_of().write()
    assert len(found["sessions"]) == 2
    assert (found["seconds"]["total"], found["seconds"]["imports"]) == (20.0, 2.0)


def test_trials_of_several_processes_have_no_share_of_one_time(record_of):
    found = record_of("chief").write()
    assert found["share_in_steps"] is None
    assert "other" not in found["seconds"]
