import json

import pytest

from tfcmp.errors import WorkError
from tfcmp.reporting.load.measured import read_apart, read_measured
from tfcmp.runs.artifacts import write_later
from tfcmp.runs.directory import RunDirectory


def test_files_of_later_commands_are_read_by_name(write_run):
    run = RunDirectory(write_run())
    write_later(run, "bench.json", {"latency_p90_ms": 4.0}, "bench", ["model.keras"])
    assert read_measured(run)["bench"]["latency_p90_ms"] == 4.0


@pytest.mark.parametrize("name", ["bench", "explanation", "behaviour"])
def test_a_changed_file_is_named(write_run, name):
    run = RunDirectory(write_run())
    file = write_later(run, f"{name}.json", {"value": 4.0}, "again", ["model.keras"])
    file.write_text(file.read_text().replace("4.0", "3.0"))
    with pytest.raises(WorkError, match=f"{name}.json is damaged"):
        read_measured(run)


def test_a_bench_without_a_run_is_read_and_its_damage_found(tmp_path, write_run):
    run = RunDirectory(write_run())
    file = write_later(run, "bench.json", {"training": {}}, "bench", [])
    alone = tmp_path / "bench"
    alone.mkdir()
    (alone / "bench.json").write_text(file.read_text())
    assert read_apart(alone)["bench"]["training"] == {}
    content = json.loads(file.read_text())
    (alone / "bench.json").write_text(json.dumps({**content, "training": {"a": 1}}))
    with pytest.raises(WorkError, match="damaged"):
        read_apart(alone)
