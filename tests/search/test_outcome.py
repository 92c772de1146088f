import pytest

from tfcmp.errors import WorkError
from tfcmp.runs.layout import OUTCOME
from tfcmp.search.outcome import (
    Outcome,
    best_of,
    read_outcome,
    read_outcomes,
    trial_folder,
    write_outcome,
)


def outcome(trial, score=None, loss=None):
    return Outcome(
        trial, "COMPLETED" if score else "FAILED", {"training.epochs": 2}, 1, score, loss
    )


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
