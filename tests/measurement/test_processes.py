import json
import subprocess
import sys
from dataclasses import replace

import pytest

from tfcmp.errors import CallError, WorkError
from tfcmp.measurement import processes
from tfcmp.measurement.arms import TrainingArm
from tfcmp.measurement.processes import _ended, _error, cluster_variables, run_arm
from tfcmp.runs.files import write_json
from tfcmp.timing.contention import ContentionMeter, busy_seconds


def test_workers_know_each_other_and_their_own_place():
    found = [json.loads(variables["TF_CONFIG"]) for variables in cluster_variables(2)]
    assert [one["task"]["index"] for one in found] == [0, 1]
    addresses = found[0]["cluster"]["worker"]
    assert found[1]["cluster"]["worker"] == addresses
    assert len(set(addresses)) == 2
    assert all(address.startswith("127.0.0.1:") for address in addresses)


@pytest.mark.parametrize(
    ("code", "told", "kind", "message"),
    [
        (2, "error: --x: wrong\n", CallError, "^--x: wrong$"),
        (1, "noise\nerror: no room\n", WorkError, "^no room$"),
        (-9, "", WorkError, "ended by signal 9.*smaller batch"),
        (1, "Traceback\nValueError: a defect", RuntimeError, "a defect"),
    ],
)
def test_the_error_of_a_process_is_told_as_ours(code, told, kind, message):
    with pytest.raises(kind, match=message):
        raise _error(code, told)


def test_a_process_that_fails_is_told_while_the_others_wait_for_it():
    waits = [sys.executable, "-c", "import time; time.sleep(60)"]
    started = [subprocess.Popen(waits), subprocess.Popen([sys.executable, "-c", "exit(3)"])]
    try:
        first = next(_ended(started))
    finally:
        for process in started:
            process.kill()
            process.wait()
    assert (first, started[first].returncode) == (1, 3)


def test_all_processes_are_waited_for():
    started = [subprocess.Popen([sys.executable, "-c", "pass"]) for _ in range(2)]
    assert sorted(_ended(started)) == [0, 1]


@pytest.mark.slow
@pytest.mark.skipif(busy_seconds() is None, reason="the system does not count")
def test_two_workers_are_no_other_work_to_each_other(tiny_configuration, tmp_path):
    configuration = replace(tiny_configuration("gru"), strategy="multi_worker")
    arm = TrainingArm(configuration, (64,), 4, 0.5, workers=2, loading="global")
    meter = ContentionMeter()
    cells, failure = run_arm(arm, configuration, tmp_path, trust=False)
    assert failure is None
    (cell,) = cells.values()
    # To this process both workers are its own.
    around = meter.read()
    beside = around.others / around.capacity
    if beside > 0.05:
        pytest.skip(f"other work took {beside:.0%} of the machine beside the test")
    assert cell["others_share"] < 0.1


def test_what_was_measured_before_an_arm_failed_comes_with_the_error(
    tiny_configuration, tmp_path, monkeypatch
):
    def run_all(folder, _variables):
        write_json(folder / "answer0.json", {"short": {"length": 8}})
        raise WorkError("no room")

    monkeypatch.setattr(processes, "_run_all", run_all)
    configuration = tiny_configuration("gru")
    arm = TrainingArm(configuration, (8, 4096), 1, 0.1)
    cells, failure = run_arm(arm, configuration, tmp_path, trust=False)
    assert cells == {"short": {"length": 8}}
    assert str(failure) == "no room"
