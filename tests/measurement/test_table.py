import runpy
from pathlib import Path

import pytest

from tfcmp.evaluation.times import quantile
from tfcmp.measurement.table import (
    kept_lines,
    scaling_lines,
    training_table,
)

cell = runpy.run_path(str(Path(__file__).with_name("cells.py")))["training_cell"]


def test_the_command_stands_once_under_the_rows_that_it_makes():
    lines = training_table({"a": cell("one"), "b": cell("one"), "c": cell("two")})
    assert [line.split()[0] for line in lines] == [
        "training",
        "a",
        "b",
        "one",
        "c",
        "two",
    ]


def test_a_row_has_the_interval_and_the_unit_of_its_head():
    row = training_table({"a": cell("one")})[1]
    assert "123 (100-150)" in row
    assert "12.3 (10.0-15.0)" in row
    assert "1,234" in row


@pytest.mark.parametrize(("share", "shown"), [(0.2, "20% !"), (0.01, "1%"), (None, "unknown !")])
def test_times_beside_other_work_are_marked(share, shown):
    assert training_table({"a": cell("one", share)})[1].endswith(shown)


def test_what_the_mark_means_stands_once_under_the_table():
    lines = training_table({"a": cell("one", 0.2), "b": cell("one", 0.3)})
    assert "other processes" in lines[-1]
    assert sum("idle machine" in line for line in lines) == 1
    assert "idle machine" not in "".join(training_table({"a": cell("one", 0.01)}))


def test_few_processes_are_told_to_support_no_claim():
    few = {**cell("one"), "processes": 4}
    assert "--processes 5" in training_table({"a": few, "b": cell("one")})[-1]
    assert "--processes" not in "".join(training_table({"a": cell("one")}))


def test_an_interval_that_holds_less_than_95_percent_is_not_shown():
    windows = quantile([1.0, 2.0, 3.0, 4.0, 5.0], 0.5)
    row = training_table({"a": {**cell("one"), "examples_per_second": windows}})[1]
    assert " 3.00 " in row


def test_scaling_tells_what_it_cannot_show():
    number = {"value": 1.5, "low": 1.0, "high": 2.0}
    found = {"speed_up": {"1": None, "2": number}, "efficiency": {"1": None, "2": number}}
    lines = scaling_lines({"gru": {**found, "note": "logical devices"}})
    assert lines[0] == "scaling, gru"
    assert "2 replica(s): speed-up 1.50 (1.00-2.00)" in lines[1]
    assert lines[-1] == "  note: logical devices"


def test_figures_of_a_full_sample_that_stay_are_told():
    new = {"keras float32": {"is_full": False}, "onnx float32": {"is_full": False}}
    kept = {"keras float32": {"is_full": True}, "onnx float32": {"is_full": False}}
    (line,) = kept_lines(new, kept)
    assert "keras float32: bench.json keeps the figures of the full sample" in line
