import json

import numpy as np
import pytest

from tfcmp.diagnostics.temperature import calibrate, temperature_table
from tfcmp.errors import WorkError
from tfcmp.evaluation.calibration import at_temperature, fit_temperature
from tfcmp.evaluation.metrics import brier_score, negative_log_likelihood
from tfcmp.reporting.load.runs import read_answers
from tfcmp.runs.files import sha256_of
from tfcmp.runs.layout import PREDICTIONS


def test_the_file_holds_the_temperature_of_validation_and_metrics_of_both_splits(write_run):
    path = write_run()
    content = calibrate(path, "the command")
    answers = read_answers(path / PREDICTIONS)
    validation, test = answers["validation"], answers["test"]
    value = fit_temperature(validation.labels, validation.probabilities)
    assert content["temperature"]["value"] == value
    after = at_temperature(test.probabilities, value)
    stated = content["test"]
    assert stated["before"]["nll"]["value"] == pytest.approx(
        negative_log_likelihood(test.labels, test.probabilities)
    )
    assert stated["after"]["brier"]["value"] == pytest.approx(brier_score(test.labels, after))
    assert stated["before"]["accuracy"] == stated["after"]["accuracy"]
    assert sum(one["examples"] for one in stated["after"]["reliability"]) == 200
    written = json.loads((path / "temperature.json").read_text())
    assert written["command"] == "the command"
    assert written["computed_from"] == {PREDICTIONS: sha256_of(path / PREDICTIONS)}


def test_the_temperature_lowers_the_loss_on_validation(write_run):
    of_validation = calibrate(write_run(skill=0.3), "command")["validation"]
    losses = [of_validation[when]["nll"]["value"] for when in ("before", "after")]
    assert losses[1] <= losses[0]


def test_every_number_lies_in_its_interval(write_run):
    content = calibrate(write_run(), "command")
    for split in ("validation", "test"):
        for when in ("before", "after"):
            for metric in ("ece", "brier", "nll"):
                one = content[split][when][metric]
                assert one["low"] <= one["value"] <= one["high"]


def test_a_temperature_that_validation_does_not_determine_is_told(write_run):
    content = calibrate(write_run(skill=50.0), "command")
    assert content["temperature"]["value"] == pytest.approx(0.05)
    assert content["is_at_bound"]
    assert (
        "gru: the temperature is an end of what is searched"
        in temperature_table({"gru": content}).note
    )
    assert not calibrate(write_run(seed=2), "command")["is_at_bound"]


def test_damaged_predictions_are_refused(write_run):
    path = write_run()
    with (path / PREDICTIONS).open("ab") as stream:
        stream.write(b"x")
    with pytest.raises(WorkError, match=r"predictions\.parquet has not the checksum"):
        calibrate(path, "command")


def test_the_table_has_a_row_before_and_after_for_each_split(write_run):
    table = temperature_table({"gru-seed1": calibrate(write_run(), "command")})
    assert [row[2:4] for row in table.rows] == [
        ("validation", "before"),
        ("validation", "after"),
        ("test", "before"),
        ("test", "after"),
    ]
    assert np.isfinite(table.rows[0][1])
