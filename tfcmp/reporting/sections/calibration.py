"""Section: whether the models are as often right as they say."""

from collections.abc import Sequence

import numpy as np

from tfcmp.evaluation.calibration import (
    Calibration,
    at_temperature,
    calibration,
    fit_temperature,
    is_at_bound,
)
from tfcmp.reporting.analysis.comparison import Comparison
from tfcmp.reporting.analysis.tables import bound_note
from tfcmp.reporting.figures.calibration import draw_reliability
from tfcmp.reporting.load.runs import Run
from tfcmp.reporting.render.document import Column, Section, Table, make_table

COLUMNS = (
    Column("model", "model"),
    Column("seeds", "seeds", "count"),
    Column("temperature", "temperature", "number"),
    Column("ece_before", "ECE before", "share"),
    Column("ece_after", "ECE after", "share"),
    Column("nll_before", "NLL before", "number"),
    Column("nll_after", "NLL after", "number"),
    Column("brier_before", "Brier before", "number"),
    Column("brier_after", "Brier after", "number"),
)

NOTE = "Means over seeds. ECE in 15 bins; NLL in nats; Brier over all classes, from 0 to 2."

Both = tuple[float, Calibration, Calibration]


def calibration_section(comparison: Comparison) -> Section:
    """Calibration before and after one temperature, fitted on validation."""
    measured = {model.label: [_calibrate(run) for run in model.runs] for model in comparison.models}
    undetermined = [
        bound_note(run.name)
        for model in comparison.models
        for run, (temperature, *_) in zip(model.runs, measured[model.label], strict=True)
        if is_at_bound(temperature)
    ]
    bins = {label: (both[0][1].bins, both[0][2].bins) for label, both in measured.items()}
    return Section(
        "calibration",
        "Calibration",
        (
            "A temperature above 1 says that the model is too sure of itself. It is fitted on "
            "validation and changes no answer.",
        ),
        (),
        (draw_reliability(bins),),
        (_table(measured, undetermined),),
    )


def _calibrate(run: Run) -> Both:
    validation, test = run.answers["validation"], run.answers["test"]
    temperature = fit_temperature(validation.labels, validation.probabilities)
    before = calibration(test.labels, test.probabilities)
    after = calibration(test.labels, at_temperature(test.probabilities, temperature))
    return temperature, before, after


def _table(measured: dict[str, list[Both]], undetermined: Sequence[str]) -> Table:
    rows = []
    for label, runs in measured.items():
        scores = [
            float(np.mean([getattr(run[place], name) for run in runs]))
            for name in ("ece", "nll", "brier")
            for place in (1, 2)
        ]
        rows.append((label, len(runs), float(np.mean([run[0] for run in runs])), *scores))
    return make_table(
        "calibration",
        "Calibration on test, before and after temperature",
        COLUMNS,
        rows,
        " ".join((NOTE, *undetermined)),
    )
