import json
import math

import numpy as np
import pytest

from tfcmp.errors import WorkError
from tfcmp.evaluation.metrics import accuracy, brier_score, macro_f1, negative_log_likelihood
from tfcmp.evaluation.summary import summarise

LABELS = np.array([0, 1, 2, 1, 0])
PROBABILITIES = np.array(
    [[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.5, 0.25, 0.25], [0.6, 0.3, 0.1], [0.4, 0.3, 0.3]]
)
GROUPS = np.array([3, 3, 9, 9, 40])


def test_every_metric_is_there_with_its_value():
    summary = summarise(LABELS, PROBABILITIES, GROUPS)
    values = {name: entry["value"] for name, entry in summary.items()}
    assert values["accuracy"] == accuracy(LABELS, PROBABILITIES) == 0.6
    assert values["nll"] == pytest.approx(negative_log_likelihood(LABELS, PROBABILITIES))
    assert values["brier"] == pytest.approx(brier_score(LABELS, PROBABILITIES))
    assert values["macro_f1"] == macro_f1(LABELS, PROBABILITIES)
    assert (values["majority"], values["examples"], values["groups"]) == (0.4, 5.0, 3.0)
    assert 0 < values["ece"] < 1


def test_means_have_intervals_around_them():
    summary = summarise(LABELS, PROBABILITIES, GROUPS)
    for name in ("accuracy", "nll", "brier"):
        assert summary[name]["low"] < summary[name]["value"] < summary[name]["high"]
    assert summary["accuracy"]["low"] >= 0
    assert summary["accuracy"]["high"] <= 1


def test_a_summary_is_ready_for_strict_json():
    summary = summarise(LABELS, PROBABILITIES.astype(np.float32), GROUPS)
    assert json.loads(json.dumps(summary, allow_nan=False)) == summary
    assert {type(value) for entry in summary.values() for value in entry.values()} == {float}


def test_a_single_group_still_gives_finite_intervals():
    summary = summarise(LABELS, PROBABILITIES, np.zeros(5, dtype=int))
    assert (summary["brier"]["low"], summary["brier"]["high"]) == (0.0, 2.0)
    assert all(math.isfinite(value) for entry in summary.values() for value in entry.values())


@pytest.mark.parametrize("bad", [[math.nan] * 3, [2.0, -0.5, -0.5], [0.1, 0.1, 0.1]])
def test_what_is_no_distribution_is_refused(bad):
    probabilities = PROBABILITIES.copy()
    probabilities[2] = bad
    with pytest.raises(WorkError, match="1 of 5 examples have others"):
        summarise(LABELS, probabilities, GROUPS)


@pytest.mark.parametrize(
    ("labels", "probabilities", "groups"),
    [
        (LABELS[:0], PROBABILITIES[:0], GROUPS[:0]),
        (LABELS[:4], PROBABILITIES, GROUPS),
        (LABELS, PROBABILITIES[:4], GROUPS),
        (LABELS, PROBABILITIES[:, 0], GROUPS),
        (LABELS + 1, PROBABILITIES, GROUPS),
        (LABELS - 1, PROBABILITIES, GROUPS),
    ],
)
def test_arrays_that_do_not_fit_are_refused(labels, probabilities, groups):
    with pytest.raises(ValueError, match="Expected"):
        summarise(labels, probabilities, groups)
