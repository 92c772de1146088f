import io
import sys

import pytest

from tfcmp.study.display import Display, duration, remaining_seconds, showing
from tfcmp.study.scheduler import Event, Task


@pytest.fixture
def shown(study, plan_of, write_study, write_result):
    """A display of a study with one run done, what its bar was told, and its plan."""
    plan = plan_of(write_study({"model": "gru"}))
    write_result(study, plan.runs[0], timing={"total_seconds": 100.0})
    told = {}
    return Display(study, plan, 1, told.update), told, plan


def test_the_bar_tells_what_is_left(shown):
    display, told, _ = shown
    display.tell(None, [])
    assert told == {"description": "study", "completed": 1, "left": "about 2 min left"}


def test_a_finished_run_is_a_line_of_the_result(shown, study, write_result, capsys):
    display, told, plan = shown
    write_result(study, plan.runs[1], timing={"total_seconds": 50.0})
    display.tell(Event("done", Task("gru-seed2", run=plan.runs[1]), seconds=60.0), [])
    assert capsys.readouterr().out == "gru-seed2: test accuracy 87.50%, done in 60 s\n"
    assert (told["completed"], told["left"]) == (2, "about 0 s left")


def test_a_failure_is_a_line_too(shown, capsys):
    display, told, plan = shown
    display.tell(Event("failed", Task("gru-seed2", run=plan.runs[1]), "no memory"), [])
    assert capsys.readouterr().out == "gru-seed2: failed, no memory\n"
    assert told["completed"] == 2


def test_no_terminal_no_bar(study, plan_of, write_study, monkeypatch):
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    with showing(study, plan_of(write_study({"model": "gru"})), 1) as display:
        display.tell(None, [])
    assert stream.getvalue() == ""


def test_nothing_is_known_before_a_run_has_ended():
    assert remaining_seconds({}, ["gru"], [("gru", 5.0)], 1) is None


def test_runs_take_as_long_as_their_label_did():
    done = {"gru": [10.0, 12.0, 20.0], "lstm": [30.0]}
    assert remaining_seconds(done, ["gru", "lstm", "lstm"], [], 1) == 12 + 30 + 30


def test_an_unknown_label_takes_what_the_others_took_on_average():
    assert remaining_seconds({"gru": [10.0, 10.0], "lstm": [30.0]}, ["bert"], [], 1) == 20


def test_what_a_run_at_work_has_done_is_taken_off():
    assert remaining_seconds({"gru": [10.0]}, ["gru"], [("gru", 4.0)], 1) == 16
    assert remaining_seconds({"gru": [10.0]}, [], [("gru", 40.0)], 1) == 0


def test_several_jobs_share_the_work_but_not_a_run():
    done = {"gru": [10.0], "bert": [100.0]}
    assert remaining_seconds(done, ["gru"] * 4, [], 2) == 20
    assert remaining_seconds(done, ["gru"], [("bert", 0.0)], 2) == 100


@pytest.mark.parametrize(
    ("seconds", "words"), [(4.4, "4 s"), (89, "89 s"), (150, "2 min"), (5400, "1.5 h")]
)
def test_durations_are_rounded(seconds, words):
    assert duration(seconds) == words
