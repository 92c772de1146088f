import pytest

from tfcmp.search.record import Outcome
from tfcmp.search.searching import _Progress


@pytest.fixture
def shown():
    """Units that the bar was advanced by."""
    return []


def outcome(seconds):
    return Outcome(0, "COMPLETED", {}, 1, 0.5, seconds=seconds)


def test_a_trial_is_one_unit_whether_it_stopped_early_or_not(shown):
    progress = _Progress(shown.append, in_seconds=False)
    for share in (0.25, 0.25):
        progress.advance(share)
    progress.end(outcome(9.0))
    progress.end(outcome(1.0))
    assert shown == [0.25, 0.25, 0.5, 1.0]


def test_a_budget_in_seconds_is_shown_in_seconds(shown):
    progress = _Progress(shown.append, in_seconds=True)
    progress.advance(0.5)
    progress.end(outcome(9.0))
    assert shown == [9.0]
