import subprocess
import sys
import time

import pytest

from tfcmp.timing import contention
from tfcmp.timing.contention import ContentionMeter, Load, add_load, busy_seconds, others_share


@pytest.fixture
def counters(tmp_path, monkeypatch):
    """The function that sets what the kernel has counted, in ticks of a hundredth of a second."""
    file = tmp_path / "stat"
    monkeypatch.setattr(contention, "STATISTICS", file)
    monkeypatch.setattr(contention.os, "sysconf", lambda name: 100)

    def count(*ticks):
        file.write_text(f"cpu  {' '.join(map(str, ticks))}\ncpu0 1 2 3\n")

    return count


def test_idle_time_and_guests_are_not_counted(counters):
    counters(100, 20, 30, 9000, 4000, 1, 2, 47, 100, 20)
    assert busy_seconds() == pytest.approx(2.0)


@pytest.mark.parametrize("text", ["", "cpu  0 0 0 0 0 0 0 0 0 0\n", "nothing here\n", "cpu a b\n"])
def test_a_system_that_tells_nothing_gives_none(tmp_path, monkeypatch, text):
    (tmp_path / "stat").write_text(text)
    monkeypatch.setattr(contention, "STATISTICS", tmp_path / "stat")
    assert busy_seconds() is None
    assert ContentionMeter().read() is None


def test_a_system_without_the_file_gives_none(tmp_path, monkeypatch):
    monkeypatch.setattr(contention, "STATISTICS", tmp_path / "none")
    assert ContentionMeter().read() is None


def test_own_work_is_not_that_of_others(counters, monkeypatch):
    own, now = iter([5.0, 8.0]), iter([0.0, 10.0])
    monkeypatch.setattr(contention, "own_seconds", lambda: next(own))
    monkeypatch.setattr(contention.time, "perf_counter", lambda: next(now))
    monkeypatch.setattr(contention.os, "cpu_count", lambda: 2)
    counters(1000, 0, 0, 0, 0, 0, 0, 0)
    meter = ContentionMeter()
    counters(1500, 0, 0, 0, 0, 0, 0, 0)
    # 5 core-seconds of work, 3 of them own, of 2 cores in 10 seconds.
    assert meter.read() == Load(pytest.approx(2.0), pytest.approx(20.0), 10.0)


def test_children_that_have_ended_are_own_work():
    before = contention.own_seconds()
    program = "import time\nwhile time.process_time() < 0.2: pass"
    subprocess.run([sys.executable, "-c", program], check=True)
    assert contention.own_seconds() - before >= 0.2


@pytest.mark.skipif(busy_seconds() is None, reason="the system does not count")
def test_another_process_shows():
    program = "import time\nwhile time.process_time() < 30: pass"
    with subprocess.Popen([sys.executable, "-c", program]) as other:
        meter = ContentionMeter()
        time.sleep(0.5)
        load = meter.read()
        other.kill()
    assert load.others > 0.1


def test_spans_add_up():
    total = {}
    add_load(total, Load(1.0, 20.0, 10.0))
    add_load(total, None)
    add_load(total, Load(2.0, 40.0, 20.0))
    assert total == {"others": 3.0, "capacity": 60.0, "seconds": 30.0}
    assert others_share(total, 30.0) == pytest.approx(0.05)


@pytest.mark.parametrize(("others", "share"), [(-1.0, 0.0), (25.0, 1.0)])
def test_a_share_is_a_share(others, share):
    assert others_share({"others": others, "capacity": 20.0, "seconds": 10.0}, 10.0) == share


def test_without_a_measurement_there_is_no_share():
    assert others_share({}, 0.0) is None


def test_half_a_measurement_is_none():
    assert others_share({"others": 1.0, "capacity": 20.0, "seconds": 10.0}, 20.0) is None
