import pytest

from tfcmp.reporting.analysis.comparability import modal_conditions, why_not_timed
from tfcmp.reporting.load.models import make_entrants
from tfcmp.reporting.load.runs import read_run


def reasons(*runs):
    entrants = make_entrants(runs)
    return [why_not_timed(run, modal_conditions(entrants)) for run in runs]


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
