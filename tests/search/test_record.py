import csv

import pytest
import yaml

from tfcmp.errors import WorkError
from tfcmp.models.catalogue import default_configuration, find_model
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.layout import BEST, BUDGET, EFFECTS, OUTCOME, SEARCH, TRIALS
from tfcmp.search.plan import Budget, make_plan, write_plan
from tfcmp.search.record import (
    COLUMNS,
    Outcome,
    Record,
    alternatives_of,
    best_of,
    read_outcome,
    read_outcomes,
    trial_folder,
    write_outcome,
    write_tables,
)
from tfcmp.search.space import BATCH, OPTIMIZER, RATE

GRU = default_configuration(find_model("gru"))
PLAN = make_plan(GRU, "grid", Budget(3), 5, None, set())
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


def outcome(trial, score=None, loss=0.5, **settings):
    status = "FAILED" if score is None else "COMPLETED"
    reason = "it diverged, twice" if score is None else ""
    return Outcome(trial, status, settings, 1, score, loss, seconds=2.0, reason=reason)


def test_an_outcome_is_read_as_it_was_written(tmp_path):
    written = outcome(3, 0.75, 0.5)
    write_outcome(tmp_path, written)
    assert read_outcome(tmp_path, 3) == written


def test_a_trial_that_has_not_ended_has_no_outcome(tmp_path):
    trial_folder(tmp_path, 0).mkdir(parents=True)
    assert read_outcome(tmp_path, 0) is None
    assert read_outcomes(tmp_path) == []


@pytest.mark.parametrize("content", [b"", b"[1]", b'{"trial": 0, "more": 1}', b"\xff"])
def test_a_damaged_outcome_says_what_helps(tmp_path, content):
    write_outcome(tmp_path, outcome(0, 0.5))
    (trial_folder(tmp_path, 0) / OUTCOME).write_bytes(content)
    with pytest.raises(WorkError, match=r"outcome\.json is damaged; remove its folder"):
        read_outcome(tmp_path, 0)


def test_outcomes_come_by_number(tmp_path):
    for number in (10, 2, 0):
        write_outcome(tmp_path, outcome(number, 0.5))
    assert [one.trial for one in read_outcomes(tmp_path)] == [0, 2, 10]


def test_the_best_has_the_highest_score_and_then_the_lowest_loss():
    trials = [outcome(0, 0.75, 0.5), outcome(1, 0.75, 0.25), outcome(2), outcome(3, 0.5, 0.1)]
    assert best_of(trials) is trials[1]
    assert best_of([outcome(0)]) is None


@pytest.fixture
def write(tmp_path):
    """The function (outcomes, is_random) that writes the tables and gives their rows by file."""

    def tables(outcomes, is_random=True):
        write_tables(tmp_path, outcomes, GRU, [BATCH, RATE], is_random=is_random)
        return {
            file.name: list(csv.DictReader(file.read_text().splitlines()))
            for file in tmp_path.glob("*.csv")
        }

    return tables


TRIED = [
    outcome(0, 0.5, **{BATCH: 8, RATE: 0.1}),
    outcome(1, None, **{BATCH: 16, RATE: 9.0}),
    outcome(2, 0.75, **{BATCH: 16}),
]


def test_a_row_a_trial_with_its_settings_and_empty_cells(write):
    rows = write(TRIED)[TRIALS]
    assert list(rows[0]) == [*COLUMNS, BATCH, RATE]
    assert [row["trial"] for row in rows] == ["0", "1", "2"]
    assert (rows[1]["score"], rows[1]["reason"]) == ("", "it diverged, twice")
    assert (rows[2][BATCH], rows[2][RATE]) == ("16", "")


def test_the_best_trial_becomes_a_configuration(write, tmp_path):
    write(TRIED)
    training = yaml.safe_load((tmp_path / BEST).read_text())["training"]
    assert (training["batch_size"], training["learning_rate"]) == (16, GRU.training.learning_rate)


def test_a_budget_curve_is_for_independent_trials_only(write):
    assert BUDGET not in write(TRIED, is_random=False)
    curve = write(TRIED)[BUDGET]
    assert [row["trials"] for row in curve] == ["1", "2", "3"]
    assert [row["seconds"] for row in curve] == ["2.0", "4.0", "6.0"]


def test_without_a_score_there_are_trials_alone(write, tmp_path):
    assert list(write([TRIED[1]])) == [TRIALS]
    assert not (tmp_path / BEST).exists()


def test_effects_name_every_level_of_a_setting(write):
    levels = [row for row in write(TRIED)[EFFECTS] if row["setting"] == BATCH]
    assert {row["level"]: row["failed"] for row in levels} == {"8": "0", "16": "1"}


def test_a_setting_has_an_effect_for_each_range_that_its_space_gives_it(tmp_path):
    space = make_plan(GRU, "random", Budget(3), 5, None, set()).space
    tried = [
        outcome(place, 0.5 + place / 20, **{OPTIMIZER: optimizer, BATCH: 16, RATE: rate})
        for place, (optimizer, rate) in enumerate([("sgd", 0.1), ("adam", 0.001), ("adamw", 0.01)])
    ]
    alternatives = alternatives_of(space)
    write_tables(tmp_path, tried, GRU, space.settings(), is_random=True, alternatives=alternatives)
    rows = list(csv.DictReader((tmp_path / EFFECTS).read_text().splitlines()))
    trials = {row["setting"]: 0 for row in rows}
    for row in rows:
        trials[row["setting"]] += int(row["trials"])
    assert trials == {
        OPTIMIZER: 3,
        BATCH: 3,
        f"{RATE} (sgd)": 1,
        f"{RATE} (rmsprop, adam, adamw)": 2,
    }
