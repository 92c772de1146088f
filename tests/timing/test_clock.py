import time

import pytest

from tfcmp.timing.clock import Clock


@pytest.fixture
def ticking(monkeypatch):
    """A clock of the system that advances by the given seconds with every look at it."""

    def tick(*looks):
        now = iter(looks)
        monkeypatch.setattr(time, "perf_counter", lambda: next(now))

    return tick


def test_a_phase_is_timed(ticking):
    clock = Clock()
    ticking(10.0, 12.5)
    with clock.phase("setup"):
        pass
    assert clock.seconds == {"setup": 2.5}


def test_repeated_phases_add_up_and_stay_apart_from_others(ticking):
    clock = Clock()
    ticking(0.0, 1.0, 5.0, 7.0, 8.0, 12.0)
    for name in ("training", "validation", "training"):
        with clock.phase(name):
            pass
    assert clock.seconds == {"training": 5.0, "validation": 2.0}


def test_a_phase_that_ends_in_an_error_counts(ticking):
    clock = Clock()
    ticking(0.0, 3.0)
    with pytest.raises(ValueError, match="stop"), clock.phase("training"):
        raise ValueError("stop")
    assert clock.seconds == {"training": 3.0}


def test_seconds_of_earlier_sessions_are_gone_on_with():
    earlier = {"training": 2.0}
    clock = Clock(earlier)
    clock.add("training", 3.0)
    assert clock.seconds == {"training": 5.0}
    assert earlier == {"training": 2.0}
