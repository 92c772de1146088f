import pytest

from tfcmp.reporting.analysis.training_times import seconds_to
from tfcmp.reporting.load.runs import read_run
from tfcmp.reporting.load.searches import read_search
from tfcmp.reporting.sections.training_cost import training_cost_section
from tfcmp.runs.files import write_json


@pytest.fixture
def by_model(compare, rows_of):
    """The function (runs, searches) -> rows of the times by model."""

    def build(runs, searches=()):
        section = training_cost_section(compare(runs, searches=searches))
        return {row["model"]: row for row in rows_of(section, "times")}

    return build


def test_times_are_means_over_seeds(by_model, write_run):
    row = by_model([read_run(write_run("gru", seed)) for seed in (1, 2)])["gru"]
    assert row["training_seconds"] == pytest.approx(21.5)
    assert row["seconds_per_epoch"] == pytest.approx(10.75)


def test_seconds_to_a_target_are_counted_in_whole_epochs(by_model, write_run):
    run = read_run(write_run("gru", 1))
    assert seconds_to(run, 0.70) == pytest.approx(10.5)
    assert seconds_to(run, 0.80) == pytest.approx(21.0)
    assert by_model([run])["gru"]["seconds_to_90"] is None


def test_times_under_other_conditions_are_empty_with_the_reason(by_model, write_run):
    runs = [read_run(write_run(model)) for model in ("gru", "lstm")]
    runs.append(read_run(write_run("transformer", environment={"threads": 8})))
    row = by_model(runs)["transformer"]
    assert (row["training_seconds"], row["left_out"]) == (None, "threads 8, of most 2")
    assert row["parameters"] == 3510


def test_a_contended_seed_is_left_out_of_the_mean(by_model, write_run):
    runs = [
        read_run(write_run("gru", 1)),
        read_run(write_run("gru", 2), contention="run beside another"),
    ]
    row = by_model(runs)["gru"]
    assert row["training_seconds"] == 21.0
    assert row["left_out"] == "1 of 2 runs: run beside another"


def test_what_a_later_command_measured_is_shown(by_model, write_run):
    path = write_run()
    write_json(path / "bench.json", {"latency_p90_ms": {"value": 4.0, "low": 3.0, "high": 5.0}})
    assert by_model([read_run(path)])["gru"]["latency_p90_ms"] == 4.0


def test_the_cost_of_the_search_counts_failed_trials_too(
    by_model, write_run, write_search, tmp_path
):
    search = read_search(write_search(tmp_path / "gru", trials=4))
    row = by_model([read_run(write_run())], [search])["gru"]
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
    by_model, write_run, write_search, tmp_path, environment, contention, reason
):
    folder = write_search(tmp_path / "gru", trials=4, environment=environment)
    row = by_model([read_run(write_run())], [read_search(folder, contention)])["gru"]
    assert row["training_seconds"] == 21.0
    assert (row["search_trials"], row["search_seconds"], row["with_search_seconds"]) == (
        4,
        None,
        None,
    )
    assert row["left_out"] == reason


def test_a_search_costs_what_it_did_beside_runs_whose_times_do_not_count(
    by_model, write_run, write_search, tmp_path
):
    search = read_search(write_search(tmp_path / "gru", trials=4))
    row = by_model([read_run(write_run(), contention="fitted elsewhere")], [search])["gru"]
    assert (row["search_seconds"], row["with_search_seconds"]) == (46, None)
    assert row["left_out"] == "fitted elsewhere"


def test_a_run_whose_load_was_not_measured_has_no_times(by_model, write_run):
    runs = [read_run(write_run("gru", 1, timing={"others_share": None}))]
    runs.append(read_run(write_run("lstm", 1)))
    gru = by_model(runs)["gru"]
    assert gru["training_seconds"] is None
    assert "not known" in gru["left_out"]
