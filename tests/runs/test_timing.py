import os
import subprocess
import sys
import time
from collections import namedtuple

import pytest

from tfcmp.runs import timing
from tfcmp.runs.timing import (
    Clock,
    ContentionMeter,
    Load,
    LoadRecorder,
    add_load,
    busy_seconds,
    is_busy,
    is_slowed,
    other_gpu_processes,
    others_share,
)


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


CpuTimes = namedtuple("CpuTimes", "user nice system idle iowait irq softirq steal guest guest_nice")


@pytest.fixture
def counters(monkeypatch):
    """The function that sets what the system has counted, in core-seconds."""

    def count(*seconds):
        times = CpuTimes(*seconds, *[0.0] * (10 - len(seconds)))
        monkeypatch.setattr(timing.psutil, "cpu_times", lambda: times)

    return count


def test_idle_time_and_guests_are_not_counted(counters):
    counters(1.0, 0.2, 0.3, 90.0, 40.0, 0.01, 0.02, 0.47, 1.0, 0.2)
    assert busy_seconds() == pytest.approx(2.0)


def test_a_system_that_counts_nothing_gives_none(counters):
    counters(0.0)
    assert busy_seconds() is None
    assert ContentionMeter().read() is None


def test_a_system_without_counters_gives_none(monkeypatch):
    monkeypatch.setattr(timing.psutil, "cpu_times", raising(OSError("no /proc")))
    assert ContentionMeter().read() is None


def raising(error):
    def call(*_arguments):
        raise error

    return call


def test_own_work_is_not_that_of_others(counters, monkeypatch):
    own, now = iter([5.0, 8.0]), iter([0.0, 10.0])
    monkeypatch.setattr(timing, "own_seconds", lambda: next(own))
    monkeypatch.setattr(timing.time, "perf_counter", lambda: next(now))
    monkeypatch.setattr(timing, "processors", lambda: 64)
    counters(10.0)
    meter = ContentionMeter(cores=2)
    counters(15.0)
    # 5 core-seconds of work, 3 of them own, of the 2 cores in use in 10 seconds.
    assert meter.read() == Load(pytest.approx(2.0), pytest.approx(20.0), 10.0)


def test_children_that_have_ended_are_own_work():
    before = timing.own_seconds()
    program = "import time\nwhile time.process_time() < 0.2: pass"
    subprocess.run([sys.executable, "-c", program], check=True)
    assert timing.own_seconds() - before >= 0.2


@pytest.mark.skipif(busy_seconds() is None, reason="the system does not count")
def test_another_process_shows():
    program = "import time\nwhile time.process_time() < 30: pass"
    with subprocess.Popen([sys.executable, "-c", program]) as other:
        meter = ContentionMeter()
        time.sleep(0.5)
        load = meter.read()
        other.kill()
    assert load.others > 0.1


def test_the_largest_span_counts_and_not_the_mean():
    total = {}
    add_load(total, Load(0.0, 20.0, 10.0))
    add_load(total, None)
    add_load(total, Load(2.0, 4.0, 2.0))
    assert total["seconds"] == 12.0
    assert others_share(total, 12.0) == pytest.approx(0.5)


def test_a_span_too_short_for_the_counters_is_judged_by_the_mean_alone():
    total = {}
    add_load(total, Load(0.0, 20.0, 10.0))
    add_load(total, Load(0.1, 0.2, 0.1))
    assert others_share(total, 10.1) == pytest.approx(0.1 / 20.2)


def test_a_recorder_splits_a_measurement_into_spans(counters, monkeypatch):
    now = {"seconds": 0.0, "busy": 10.0}
    monkeypatch.setattr(timing.time, "perf_counter", lambda: now["seconds"])
    monkeypatch.setattr(timing, "own_seconds", lambda: 0.0)
    monkeypatch.setattr(timing, "processors", lambda: 2)
    counters(now["busy"])
    recorder = LoadRecorder()
    for busy in (0.0, 3.0, 0.0, 0.0):
        now["seconds"] += 2.0
        now["busy"] += busy
        counters(now["busy"])
        recorder.observe()
    assert recorder.others_share() == pytest.approx(0.75)


def test_a_clock_that_falls_by_more_than_a_tenth_is_slowed():
    assert is_slowed(3000.0, 2600.0)
    assert not is_slowed(3000.0, 2800.0)
    assert not is_slowed(None, 2000.0)


def test_other_processes_on_a_gpu_are_counted_without_this_one(monkeypatch):
    told = f"{os.getpid()}\n17\n18\n"
    monkeypatch.setattr(timing.shutil, "which", lambda name: "/bin/true")
    answer = subprocess.CompletedProcess([], 0, stdout=told)
    monkeypatch.setattr(timing.subprocess, "run", lambda *_, **__: answer)
    assert other_gpu_processes() == 2
    monkeypatch.setattr(timing.shutil, "which", lambda name: None)
    assert other_gpu_processes() is None


def test_an_unknown_load_is_not_quiet():
    assert is_busy(None)
    assert is_busy(0.06)
    assert not is_busy(0.05)


@pytest.mark.parametrize(("others", "share"), [(-1.0, 0.0), (25.0, 1.0)])
def test_a_share_is_a_share(others, share):
    assert others_share({"others": others, "capacity": 20.0, "seconds": 10.0}, 10.0) == share


def test_without_a_measurement_there_is_no_share():
    assert others_share({}, 0.0) is None


def test_half_a_measurement_is_none():
    assert others_share({"others": 1.0, "capacity": 20.0, "seconds": 10.0}, 20.0) is None
