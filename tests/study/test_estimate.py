import pytest

from tfcmp.study.estimate import duration, remaining_seconds


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
