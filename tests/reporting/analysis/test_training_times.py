from dataclasses import replace

import pytest

from tfcmp.reporting.analysis.training_times import (
    SearchCost,
    modal_conditions,
    search_costs,
    usual_of_searches,
    why_not_timed,
)
from tfcmp.reporting.load.models import make_models
from tfcmp.reporting.load.runs import read_run
from tfcmp.reporting.load.searches import read_search


def reasons(*runs):
    usual = modal_conditions(make_models(runs))
    return [why_not_timed(run, usual) for run in runs]


def test_runs_under_the_same_conditions_are_timed(write_run):
    assert reasons(read_run(write_run("gru")), read_run(write_run("lstm"))) == [None, None]


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        ({"precision": "mixed_bfloat16"}, "precision mixed_bfloat16, of most float32"),
        ({"threads": 8}, "threads 8, of most 2"),
        ({"device_names": ["GPU"]}, "hardware GPU, of most Test CPU"),
        ({"device": "gpu"}, "device gpu, of most cpu"),
    ],
)
def test_a_run_under_other_conditions_than_most_is_not(write_run, environment, reason):
    other = read_run(write_run("transformer", environment=environment))
    others = [read_run(write_run(model)) for model in ("gru", "lstm")]
    assert reasons(other, *others) == [reason, None, None]


def test_a_contended_run_is_never_timed(write_run):
    run = read_run(write_run(), contention="fitted elsewhere")
    assert reasons(run) == ["fitted elsewhere"]


def test_a_run_on_a_quiet_machine_is_timed(write_run):
    run = read_run(write_run(timing={"others_share": 0.05}))
    assert (run.is_contended, reasons(run)) == (False, [None])


@pytest.mark.parametrize(("share", "reason"), [(None, "not known"), (0.0501, "other processes")])
def test_a_run_on_a_busy_machine_or_one_of_unknown_load_is_not_timed(write_run, share, reason):
    run = read_run(write_run(timing={"others_share": share}))
    assert run.is_contended
    assert reason in reasons(run)[0]


def test_a_run_that_was_resumed_elsewhere_is_not_timed(write_run):
    session = {"device": "cpu", "device_names": ["Other CPU"], "threads": 2, "precision": "float32"}
    run = read_run(write_run(environment={"resumed": [session]}))
    assert reasons(run) == ["its sessions ran under different conditions"]


@pytest.fixture
def search(write_search, tmp_path):
    """Four trials of 46 seconds together, in a folder called gru."""
    return read_search(write_search(tmp_path / "searches" / "gru", trials=4))


def costs(runs, *searches):
    models = make_models(runs)
    return search_costs(models, searches, usual_of_searches(searches, modal_conditions(models)))


def test_a_model_has_the_cost_of_the_search_of_its_name(write_run, search):
    runs = [read_run(write_run(model)) for model in ("gru", "lstm")]
    assert costs(runs, search) == {"gru": SearchCost(4, 46.0), "lstm": SearchCost()}


def test_models_that_were_told_apart_keep_the_cost_of_their_search(write_run, search):
    runs = [read_run(write_run("gru", 1))]
    runs.append(read_run(write_run("gru", 1, name="fast", training={"optimizer": "sgd"})))
    found = costs(runs, search)
    assert set(found) == {"gru (optimizer adam)", "gru (optimizer sgd)"}
    assert set(found.values()) == {SearchCost(4, 46.0)}


def test_a_search_that_was_told_apart_is_still_that_of_its_model(write_run, search):
    told_apart = replace(search, label="gru (searches)")
    assert costs([read_run(write_run())], told_apart)["gru"] == SearchCost(4, 46.0)


def test_which_of_two_searches_of_one_name_a_model_took_is_not_guessed(write_run, search):
    both = [replace(search, label=f"gru ({of})") for of in ("searches", "runs")]
    assert costs([read_run(write_run())], *both)["gru"] == SearchCost(
        left_out="search: 2 are called gru (gru (searches), gru (runs))"
    )


def test_a_search_whose_seconds_do_not_count_says_why(write_run, search):
    found = costs([read_run(write_run())], replace(search, contention="beside other work"))
    assert found["gru"] == SearchCost(4, None, "search: beside other work")
