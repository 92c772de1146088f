import csv
import json

import pytest
from publishing.results_table import results_table

from tfcmp.reporting.analysis.comparison import ReportOptions
from tfcmp.reporting.build import assemble
from tfcmp.reporting.load.inputs import gather
from tfcmp.reporting.write import write_report


@pytest.fixture
def published(tmp_path, write_run):
    """A published comparison of a gru with two seeds and a transformer on other threads."""
    paths = [write_run("gru", seed) for seed in (1, 2)]
    paths.append(write_run("transformer", environment={"threads": 8}))
    write_report(assemble(gather(paths), ReportOptions()), ReportOptions(), tmp_path / "out")
    head = {"hardware": ["Test CPU, 2 threads"], "dates": ["2026-01-02"], "commits": ["0" * 40]}
    (tmp_path / "out" / "published.json").write_text(json.dumps(head))
    return tmp_path / "out"


def test_a_row_a_model_with_its_interval_and_the_conditions_below(published):
    lines = results_table(published).splitlines()
    assert lines[0].startswith("| model | runs | test accuracy, % | 95 % interval |")
    (gru,) = [line for line in lines if line.startswith("| `gru` | 2 |")]
    assert "21.5 s" in gru
    assert "10 %" in gru
    assert lines[-1].startswith("Test CPU, 2 threads; 2026-01-02; commit 0000000000.")
    assert lines[-1].endswith("No training times of `transformer`: threads 8, of most 2.")


def test_every_reason_of_a_missing_time_is_reported_once(published):
    file = published / "tables" / "times.csv"
    with file.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        row |= {"training_seconds": "", "left_out": "fitted elsewhere"}
    write(file, rows)
    assert results_table(published).endswith(": fitted elsewhere.")
    rows[1]["left_out"] = "threads 8, of most 2"
    write(file, rows)
    assert results_table(published).endswith(": fitted elsewhere; threads 8, of most 2.")


def write(file, rows):
    with file.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


def test_a_column_without_values_and_baselines_that_read_nothing_are_left_out(published):
    table = results_table(published)
    assert "latency" not in table
    assert "majority" not in table
