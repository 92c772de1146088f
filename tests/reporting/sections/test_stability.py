import pytest

from tfcmp.evaluation.stability import churn
from tfcmp.reporting.analysis.comparison import Comparison
from tfcmp.reporting.load.inputs import gather
from tfcmp.reporting.sections.stability import stability_section


@pytest.fixture
def row_of(rows_of):
    """The function (paths, label) -> its row of the table."""

    def build(paths, label):
        table = stability_section(Comparison(gather(paths))).tables[0]
        (row,) = [row for row in rows_of(table) if row["model"] == label]
        return row

    return build


def test_churn_and_spread_are_those_between_seeds(write_run, row_of):
    paths = [write_run("gru", seed) for seed in (1, 2)]
    model = gather(paths).models[0]
    row = row_of(paths, "gru")
    assert row["churn"] == churn(model.predicted) > 0
    assert row["standard_deviation"] == pytest.approx(model.correct.mean(axis=1).std(ddof=1))


def test_gradient_norms_come_from_the_log(write_run, row_of):
    row = row_of([write_run()], "gru")
    assert (row["median_gradient_norm"], row["largest_gradient_norm"]) == (0.5, 0.9)


def test_collapsed_and_broken_off_runs_are_counted_as_failed(write_run, row_of):
    paths = [
        write_run("gru", 1),
        write_run("gru", 2, skill=0.0, sizes={"validation": 400, "test": 200}),
        write_run("gru", 3, lines=[], is_complete=False),
    ]
    row = row_of(paths, "gru")
    assert (row["seeds"], row["collapsed"], row["broken_off"]) == (2, 1, 1)
    assert row["failed_share"] == pytest.approx(2 / 3)


def test_a_model_of_which_no_run_ended_has_its_row(write_run, row_of):
    row = row_of([write_run(), write_run("lstm", 1, lines=[], is_complete=False)], "lstm")
    assert (row["seeds"], row["broken_off"], row["failed_share"]) == (0, 1, 1.0)
