import pytest

from tfcmp.evaluation.intervals import Interval
from tfcmp.reporting.load.models import make_entrants
from tfcmp.reporting.load.runs import read_run
from tfcmp.reporting.load.searches import read_search
from tfcmp.reporting.sections.training_cost import seconds_to, times_section
from tfcmp.runs.files import write_json


def rows_of(runs, searches=()):
    entrants = make_entrants(runs)
    measured = {entrant.label: Interval(0.8, 0.7, 0.9) for entrant in entrants}
    table = times_section(entrants, searches, measured).tables[0]
    names = [column.name for column in table.columns]
    return {row[0]: dict(zip(names, row, strict=True)) for row in table.rows}


def test_times_are_means_over_seeds(write_run):
    row = rows_of([read_run(write_run("gru", seed)) for seed in (1, 2)])["gru"]
    assert row["training_seconds"] == pytest.approx(21.5)
    assert row["seconds_per_epoch"] == pytest.approx(10.75)
    assert row["accuracy"] == 0.8


def test_seconds_to_a_target_are_counted_in_whole_epochs(write_run):
    run = read_run(write_run("gru", 1))
    assert seconds_to(run, 0.70) == pytest.approx(10.5)
    assert seconds_to(run, 0.80) == pytest.approx(21.0)
    assert rows_of([run])["gru"]["seconds_to_90"] is None


def test_times_under_other_conditions_are_empty_with_the_reason(write_run):
    runs = [read_run(write_run(model)) for model in ("gru", "lstm")]
    runs.append(read_run(write_run("transformer", environment={"threads": 8})))
    row = rows_of(runs)["transformer"]
    assert (row["training_seconds"], row["left_out"]) == (None, "threads 8, of most 2")
    assert row["parameters"] == 3510


def test_a_contended_seed_is_left_out_of_the_mean(write_run):
    runs = [
        read_run(write_run("gru", 1)),
        read_run(write_run("gru", 2), contention="run beside another"),
    ]
    row = rows_of(runs)["gru"]
    assert row["training_seconds"] == 21.0
    assert row["left_out"] == "1 of 2 runs: run beside another"


def test_what_a_later_command_measured_is_shown(write_run):
    path = write_run()
    write_json(path / "bench.json", {"latency_p90_ms": {"value": 4.0, "low": 3.0, "high": 5.0}})
    assert rows_of([read_run(path)])["gru"]["latency_p90_ms"] == 4.0


def test_the_cost_of_the_search_counts_failed_trials_too(write_run, write_search, tmp_path):
    search = read_search(write_search(tmp_path / "gru", trials=4))
    row = rows_of([read_run(write_run())], [search])["gru"]
    assert (row["search_trials"], row["search_seconds"]) == (4, 10 + 11 + 12 + 13)
    assert row["with_search_seconds"] == 21 + 46


@pytest.mark.parametrize(
    ("environment", "contention", "reason"),
    [
        ({"threads": 8}, None, "search: threads 8, of most 2"),
        (
            {"precision": "mixed_bfloat16"},
            None,
            "search: precision mixed_bfloat16, of most float32",
        ),
        ({}, "trained beside other work", "search: trained beside other work"),
    ],
)
def test_seconds_of_a_search_that_do_not_compare_are_left_out(
    write_run, write_search, tmp_path, environment, contention, reason
):
    folder = write_search(tmp_path / "gru", trials=4, environment=environment)
    row = rows_of([read_run(write_run())], [read_search(folder, contention)])["gru"]
    assert row["training_seconds"] == 21.0
    assert (row["search_trials"], row["search_seconds"], row["with_search_seconds"]) == (
        4,
        None,
        None,
    )
    assert row["left_out"] == reason


def test_a_search_costs_what_it_did_beside_runs_whose_times_do_not_count(
    write_run, write_search, tmp_path
):
    search = read_search(write_search(tmp_path / "gru", trials=4))
    row = rows_of([read_run(write_run(), contention="fitted elsewhere")], [search])["gru"]
    assert (row["search_seconds"], row["with_search_seconds"]) == (46, None)
    assert row["left_out"] == "fitted elsewhere"


def test_a_run_whose_load_was_not_measured_has_no_times(write_run):
    runs = [read_run(write_run("gru", 1, timing={"others_share": None}))]
    runs.append(read_run(write_run("lstm", 1)))
    gru = rows_of(runs)["gru"]
    assert gru["training_seconds"] is None
    assert "not known" in gru["left_out"]
