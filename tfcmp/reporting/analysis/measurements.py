"""What was measured of each model, by axis, and on what."""

from collections.abc import Mapping, Sequence

import numpy as np

from tfcmp.evaluation.axes import AXES, Measurements, Models
from tfcmp.evaluation.intervals import Interval
from tfcmp.reporting.analysis.comparability import modal_conditions
from tfcmp.reporting.analysis.decision import PERFORMANCE, SIZE
from tfcmp.reporting.analysis.explanations import AXES as EXPLAINED_AXES
from tfcmp.reporting.analysis.explanations import explained_axes
from tfcmp.reporting.load.models import ModelResult
from tfcmp.reporting.sections.inference import AXES as INFERENCE_AXES
from tfcmp.reporting.sections.inference import joined, usual_axes, usual_hardware
from tfcmp.reporting.sections.training_cost import (
    interval_over,
    timed_runs,
    training_seconds,
    value_of,
)


def measurements(entrants: Sequence[ModelResult], measured: Mapping[str, Interval]) -> Models:
    """Label -> axis -> what was measured."""
    usual = modal_conditions(entrants)
    answering = usual_axes(entrants)
    explained = explained_axes(entrants)
    models: dict[str, Measurements] = {}
    for entrant in entrants:
        of: dict[str, Interval | float | None] = {
            axis.name: joined([run.later.get(axis.name) for run in entrant.runs]) for axis in AXES
        }
        of |= {name: answering[entrant.label].get(name) for name in INFERENCE_AXES}
        of |= {name: explained[entrant.label].get(name) for name in EXPLAINED_AXES}
        for name in ("macro_f1", "nll", "brier", "ece"):
            of[name] = float(np.mean([run.result["test"][name]["value"] for run in entrant.runs]))
        of[PERFORMANCE] = measured[entrant.label]
        of["training_seconds"] = interval_over(timed_runs(entrant, usual), training_seconds)
        of[SIZE] = value_of(entrant.runs[0].result["parameters"].get("total"))
        models[entrant.label] = of
    return models


def hardware_of_axes(entrants: Sequence[ModelResult]) -> dict[str, str]:
    """Axis -> what it was measured on, of the axes that depend on it."""
    usual = modal_conditions(entrants)
    training = [usual.get(name) for name in ("hardware", "threads", "precision")]
    found = dict.fromkeys(INFERENCE_AXES, usual_hardware(entrants))
    if all(training):
        found["training_seconds"] = "{}, {} threads, {}".format(*training)
    return found
