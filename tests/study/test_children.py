import signal
import subprocess
import sys
import time

import pytest

from tfcmp.study.children import ChildProcess, reason_of

SLEEP = "import time; print('ready', flush=True); time.sleep(60)"


def ended(child):
    end = time.monotonic() + 20
    while child.poll() is None and time.monotonic() < end:
        time.sleep(0.02)
    return child.poll()


def wait_for(condition):
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("code", "told", "reason"),
    [
        (1, "a\nerror: no memory left\n\n", "no memory left"),
        (1, "Traceback\nValueError: x\n", "ValueError: x"),
        (2, "", "ended with code 2"),
        (-15, "a\n", "ended by SIGTERM"),
        (-9, "a\n", "ended by SIGKILL, which the system does when memory runs out"),
    ],
)
def test_the_reason_is_the_signal_or_the_last_line(code, told, reason):
    assert reason_of(code, told) == reason


def test_both_outputs_are_added_to_the_log(tmp_path):
    log = tmp_path / "log"
    log.write_text("before\n")
    program = "import sys; print('out', flush=True); sys.stderr.write('err\\n'); sys.exit(3)"
    assert ended(ChildProcess([sys.executable, "-c", program], log)) == 3
    assert log.read_text() == "before\nout\nerr\n"


def test_a_child_can_be_interrupted(tmp_path):
    child = ChildProcess([sys.executable, "-c", SLEEP], tmp_path / "log")
    wait_for(lambda: "ready" in (tmp_path / "log").read_text())
    child.interrupt()
    child.end(time.monotonic() + 20)
    assert child.poll() in (1, -signal.SIGINT)
    assert "KeyboardInterrupt" in (tmp_path / "log").read_text()


def test_a_child_can_be_interrupted_where_this_process_cannot(tmp_path):
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        child = ChildProcess([sys.executable, "-c", SLEEP], tmp_path / "log")
    finally:
        signal.signal(signal.SIGINT, before)
    wait_for(lambda: "ready" in (tmp_path / "log").read_text())
    child.interrupt()
    child.end(time.monotonic() + 20)
    assert "KeyboardInterrupt" in (tmp_path / "log").read_text()


def test_a_child_that_does_not_end_is_killed(tmp_path):
    program = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n" + SLEEP
    child = ChildProcess([sys.executable, "-c", program], tmp_path / "log")
    wait_for(lambda: "ready" in (tmp_path / "log").read_text())
    child.interrupt()
    child.end(time.monotonic() + 0.2)
    assert child.poll() == -signal.SIGKILL


@pytest.mark.skipif(sys.platform != "linux", reason="other kernels have no such signal")
def test_a_child_does_not_outlive_a_parent_that_is_killed(tmp_path):
    program = (
        "import sys, time; from pathlib import Path\n"
        "from tfcmp.study.children import ChildProcess\n"
        f"ChildProcess([sys.executable, '-c', {SLEEP!r}], Path(sys.argv[1])); time.sleep(60)"
    )
    log = tmp_path / "log"
    with subprocess.Popen([sys.executable, "-c", program, str(log)]) as parent:
        wait_for(lambda: log.exists() and "ready" in log.read_text())
        parent.kill()
    # A process that ended is a line in no process' command any more.
    from pathlib import Path

    def at_work():
        found = []
        for file in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                found.append(file.read_bytes())
            except OSError:
                continue
        return [line for line in found if SLEEP.encode() in line and b"ChildProcess" not in line]

    wait_for(lambda: not at_work())
    assert at_work() == []
