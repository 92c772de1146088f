import json
from dataclasses import replace

import pytest

from tfcmp.errors import CallError, WorkError
from tfcmp.models.catalogue import default_configuration, find_model
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.layout import SEARCH
from tfcmp.search import plan as plan_module
from tfcmp.search.budget import Budget
from tfcmp.search.defaults import BATCH, OPTIMIZER, RATE
from tfcmp.search.plan import (
    Plan,
    extended,
    make_plan,
    planned_space,
    read_plan,
    read_search_file,
    require_same,
    wait_for_search,
    write_plan,
)

GRU = default_configuration(find_model("gru"))
PLAN = make_plan(GRU, "random", Budget(3), 5, None, set())


@pytest.fixture
def search(tmp_path):
    """The directory of a search that has begun."""
    directory = RunDirectory(tmp_path)
    write_plan(directory, PLAN, {})
    return directory


def test_a_plan_is_read_as_it_was_written(search):
    assert read_plan(search, GRU) == PLAN


def test_flags_take_settings_out_of_the_default_space():
    made = make_plan(GRU, "random", Budget(3), 5, None, {OPTIMIZER})
    assert sorted(made.space.settings()) == [BATCH, RATE]


def test_a_file_of_a_space_replaces_entries_of_the_default_one(tmp_path):
    (tmp_path / "space.yaml").write_text(f"{BATCH}: null\narchitecture.units: [4, 8]\n")
    made = make_plan(GRU, "random", Budget(3), 5, str(tmp_path / "space.yaml"), {BATCH})
    assert sorted(made.space.settings()) == ["architecture.units", RATE, OPTIMIZER]


def test_hyperband_sets_the_epochs_by_itself():
    assert make_plan(GRU, "hyperband", Budget(), 5, None, set()).settings()[-1] == "training.epochs"
    with pytest.raises(CallError, match="hyperband sets the epochs"):
        planned_space(GRU, "hyperband", {"training.epochs": [1, 2]})


@pytest.mark.parametrize("seed", [-1, 2**31])
def test_a_seed_that_no_tuner_takes_is_refused(seed):
    with pytest.raises(CallError, match=r"--search.seed: expected 0 to"):
        make_plan(GRU, "random", Budget(3), seed, None, set())


def test_a_search_takes_no_strategy():
    with pytest.raises(
        CallError, match=r"--strategy mirrored: a search .* expected --strategy none"
    ):
        make_plan(replace(GRU, strategy="mirrored"), "random", Budget(3), 5, None, set())


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "damaged: it holds no JSON"),
        ("[]", "damaged: it holds no JSON object"),
        ("{}", "damaged: it has no search_format"),
        ('{"search_format": 1}', "damaged: it has no tuner"),
    ],
)
def test_a_damaged_record_is_told(search, content, told):
    search.file(SEARCH).write_text(content)
    with pytest.raises(WorkError, match=told):
        read_search_file(search)


def test_a_record_of_a_newer_version_is_told(search):
    known = json.loads(search.file(SEARCH).read_text())
    search.file(SEARCH).write_text(json.dumps({**known, "search_format": 2}))
    with pytest.raises(WorkError, match="made by a newer tfcmp"):
        read_search_file(search)


def test_a_folder_without_a_search_is_told(tmp_path):
    with pytest.raises(WorkError, match="it is no search"):
        read_search_file(RunDirectory(tmp_path))
    with pytest.raises(CallError, match="no such directory"):
        read_search_file(RunDirectory(tmp_path / "nowhere"))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"seed": 6}, "another seed"),
        ({"tuner": "grid"}, "another tuner"),
        ({"configuration": replace(GRU, seed=7)}, "another settings"),
        ({"space": planned_space(GRU, "random", {BATCH: None})}, "another space"),
    ],
)
def test_a_worker_of_another_search_is_refused(search, change, named):
    with pytest.raises(CallError, match=named):
        require_same(search, replace(PLAN, **change), PLAN)


def test_a_worker_of_the_same_search_may_have_another_budget(search):
    assert require_same(search, replace(PLAN, budget=Budget(9)), PLAN) is None


def test_a_worker_waits_for_its_chief_for_a_while(search, tmp_path, monkeypatch):
    assert wait_for_search(search.path).path == search.path
    monkeypatch.setattr(plan_module, "SECONDS_A_WORKER_WAITS", -1)
    with pytest.raises(WorkError, match="expected a chief"):
        wait_for_search(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("trials", "seconds", "expected"),
    [(None, None, Budget(3, 60)), (5, None, Budget(5, 60)), (None, 90.0, Budget(3, 90.0))],
)
def test_a_resumed_search_keeps_the_limits_that_are_not_given_anew(trials, seconds, expected):
    assert extended(Budget(3, 60), trials, seconds, "random") == expected


def test_a_plan_of_one_tuner_names_what_its_trials_differ_in():
    assert Plan(GRU, PLAN.space, "random", Budget(1), 0).settings() == PLAN.space.settings()
