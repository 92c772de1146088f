import json
import math
import os
from dataclasses import replace

import pytest

from tfcmp.errors import CallError, WorkError
from tfcmp.models.catalogue import default_configuration, find_model
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.layout import CONFIG, LOCK, SEARCH, SPACE
from tfcmp.search import plan as plan_module
from tfcmp.search.plan import (
    DEFAULT_TRIALS,
    LOOPBACK,
    ORACLE_IP,
    ORACLE_PORT,
    TUNER_ID,
    Budget,
    Plan,
    discard_abandoned,
    extended,
    is_abandoned,
    make_budget,
    make_plan,
    make_room,
    planned_space,
    read_plan,
    read_role,
    read_search_file,
    require_same,
    wait_for_search,
    write_plan,
)
from tfcmp.search.space import BATCH, OPTIMIZER, RATE

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
    monkeypatch.setattr(plan_module, "WORKER_PATIENCE_SECONDS", -1)
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


def test_a_search_that_would_never_end_has_a_default_budget():
    assert make_budget(None, None, "random") == Budget(DEFAULT_TRIALS)
    assert make_budget(None, None, "bayesian") == Budget(DEFAULT_TRIALS)
    assert not make_budget(None, None, "grid").is_limited()
    assert make_budget(None, 60.0, "random") == Budget(None, 60.0)


def test_progress_counts_trials_or_else_seconds():
    assert [Budget(5, 60).units(), Budget(None, 60.4).units(), Budget().units()] == [5, 60, None]


@pytest.mark.parametrize("limits", [(0, None), (-1, None), (None, 0.0), (None, math.nan)])
def test_a_budget_of_nothing_is_refused(limits):
    with pytest.raises(CallError, match=r"--search\.(trials|seconds): expected"):
        make_budget(*limits, "random")


PROXY = "no_grpc_proxy"


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    """None of the variables is set, and none stays set."""
    for name in (TUNER_ID, ORACLE_PORT, ORACLE_IP, PROXY):
        # Set first: what `read_role` sets is then taken back too.
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    return monkeypatch


def test_a_process_without_the_variables_searches_alone():
    assert read_role() == "alone"


@pytest.mark.parametrize(
    ("name", "role"), [("chief", "chief"), ("worker1", "worker"), ("b", "worker")]
)
def test_the_role_comes_from_the_name_and_the_chief_stays_on_loopback(environment, name, role):
    environment.setenv(TUNER_ID, name)
    environment.setenv(ORACLE_PORT, "8000")
    assert read_role() == role
    assert (os.environ[ORACLE_IP], os.environ[PROXY]) == (LOOPBACK, LOOPBACK)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({TUNER_ID: "chief"}, f"{ORACLE_PORT} is not set"),
        ({ORACLE_PORT: "8000"}, f"{TUNER_ID} is not set"),
        ({ORACLE_IP: LOOPBACK}, f"{TUNER_ID} is not set"),
        ({TUNER_ID: "chief", ORACLE_PORT: "0"}, "expected a port from 1 to 65535"),
        ({TUNER_ID: "chief", ORACLE_PORT: "65536"}, "expected a port from 1 to 65535"),
        ({TUNER_ID: "chief", ORACLE_PORT: "http"}, "expected a port from 1 to 65535"),
    ],
)
def test_half_a_cluster_is_refused(environment, given, told):
    for name, value in given.items():
        environment.setenv(name, value)
    with pytest.raises(CallError, match=told):
        read_role()


@pytest.fixture
def abandoned(tmp_path):
    """The directory of a search that was killed before its record was written."""
    (tmp_path / "s").mkdir()
    directory = RunDirectory(tmp_path / "s")
    write_plan(directory, PLAN, {})
    directory.file(SEARCH).unlink()
    directory.file(LOCK).touch()
    return directory


def names(abandoned):
    return sorted(file.name for file in abandoned.path.iterdir())


def test_the_space_is_written_before_the_configuration(tmp_path, monkeypatch):
    def broken(*_):
        raise OSError("no space left on device")

    monkeypatch.setattr("tfcmp.search.plan.write_configuration", broken)
    with pytest.raises(OSError, match="no space left"):
        write_plan(RunDirectory(tmp_path), PLAN, {})
    assert [file.name for file in tmp_path.iterdir()] == [SPACE]


def test_a_plan_without_a_record_goes(abandoned):
    assert is_abandoned(abandoned)
    discard_abandoned(abandoned)
    assert names(abandoned) == [LOCK]


@pytest.mark.parametrize("other", [SEARCH, "environment.json", "trials"])
def test_a_search_or_a_run_that_has_begun_stays(abandoned, other):
    abandoned.file(other).touch()
    discard_abandoned(abandoned)
    make_room(abandoned.path.parent, "s")
    assert names(abandoned) == sorted([LOCK, CONFIG, SPACE, other])


def test_the_place_of_a_killed_search_is_free_again(abandoned):
    make_room(abandoned.path.parent, "s")
    assert not abandoned.path.exists()


def test_files_that_no_killed_search_left_are_the_users(abandoned):
    abandoned.file(LOCK).unlink()
    make_room(abandoned.path.parent, "s")
    assert names(abandoned) == [CONFIG, SPACE]


@pytest.mark.parametrize("name", [None, "", ".", "..", "s/../s", "nowhere"])
def test_a_name_that_is_none_for_a_search_clears_nothing(abandoned, name):
    make_room(abandoned.path.parent, name)
    assert names(abandoned) == [LOCK, CONFIG, SPACE]


def test_a_search_that_is_just_beginning_is_left_alone(abandoned):
    abandoned.lock()
    with pytest.raises(WorkError, match="in use by another"):
        make_room(abandoned.path.parent, "s")
    abandoned.unlock()
    assert names(abandoned) == [CONFIG, SPACE]
