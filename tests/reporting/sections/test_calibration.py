import pytest

from tfcmp.evaluation.calibration import fit_temperature
from tfcmp.reporting.load.runs import read_run
from tfcmp.reporting.sections.calibration import calibration_section


def test_scores_before_and_after_a_temperature_fitted_on_validation(write_run, compare):
    run = read_run(write_run(sizes={"validation": 400, "test": 400}))
    table = calibration_section(compare([run])).tables[0]
    row = dict(zip([column.name for column in table.columns], table.rows[0], strict=True))
    validation = run.answers["validation"]
    assert row["temperature"] == fit_temperature(validation.labels, validation.probabilities) > 1
    assert row["ece_before"] == pytest.approx(run.result["test"]["ece"]["value"])
    assert row["nll_after"] < row["nll_before"]
    assert row["ece_after"] < row["ece_before"]


def test_a_temperature_that_validation_does_not_determine_is_told(write_run, compare):
    runs = [read_run(write_run("gru", skill=50.0)), read_run(write_run("lstm", seed=2))]
    note = calibration_section(compare(runs)).tables[0].note
    assert "gru-seed1: the temperature is an end of what is searched" in note
    assert "do not use it" in note
    assert "lstm" not in note
