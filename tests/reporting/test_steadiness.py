import pytest

from tfcmp.evaluation.stability import churn
from tfcmp.reporting.load.inputs import gather
from tfcmp.reporting.sections.stability import steadiness_section


def row_of(paths, label):
    material = gather(paths)
    section = steadiness_section(material.entrants, material.failed)
    table = section.tables[0]
    names = [column.name for column in table.columns]
    (row,) = [row for row in table.rows if row[0] == label]
    return dict(zip(names, row, strict=True))


def test_churn_and_spread_are_those_between_seeds(write_run):
    paths = [write_run("gru", seed) for seed in (1, 2)]
    entrant = gather(paths).entrants[0]
    row = row_of(paths, "gru")
    assert row["churn"] == churn(entrant.predicted) > 0
    assert row["standard_deviation"] == pytest.approx(entrant.correct.mean(axis=1).std(ddof=1))


def test_gradient_norms_come_from_the_log(write_run):
    row = row_of([write_run()], "gru")
    assert (row["median_gradient_norm"], row["largest_gradient_norm"]) == (0.5, 0.9)


def test_collapsed_and_broken_off_runs_are_counted_as_failed(write_run):
    paths = [
        write_run("gru", 1),
        write_run("gru", 2, skill=0.0, sizes={"validation": 400, "test": 200}),
        write_run("gru", 3, lines=[], is_complete=False),
    ]
    row = row_of(paths, "gru")
    assert (row["seeds"], row["collapsed"], row["broken_off"]) == (2, 1, 1)
    assert row["failed_share"] == pytest.approx(2 / 3)


def test_a_model_of_which_no_run_ended_has_its_row(write_run):
    row = row_of([write_run(), write_run("lstm", 1, lines=[], is_complete=False)], "lstm")
    assert (row["seeds"], row["broken_off"], row["failed_share"]) == (0, 1, 1.0)
