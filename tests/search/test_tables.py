import csv

import pytest
import yaml

from tfcmp.models.catalogue import default_configuration, find_model
from tfcmp.runs.layout import BEST, BUDGET, EFFECTS, TRIALS
from tfcmp.search.budget import Budget
from tfcmp.search.defaults import BATCH, OPTIMIZER, RATE
from tfcmp.search.outcome import Outcome
from tfcmp.search.plan import make_plan
from tfcmp.search.tables import COLUMNS, alternatives_of, write_tables

GRU = default_configuration(find_model("gru"))


def outcome(trial, score, **settings):
    status = "FAILED" if score is None else "COMPLETED"
    reason = "it diverged, twice" if score is None else ""
    return Outcome(trial, status, settings, 1, score, 0.5, seconds=2.0, reason=reason)


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
