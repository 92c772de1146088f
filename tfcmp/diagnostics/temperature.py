"""One temperature of a run, fitted on validation: temperature.json."""

from pathlib import Path
from typing import Any

from tfcmp.errors import WorkError
from tfcmp.evaluation.calibration import (
    at_temperature,
    ece_interval,
    is_at_bound,
    reliability_bins,
    temperature_interval,
)
from tfcmp.evaluation.metrics import Probabilities
from tfcmp.evaluation.summary import summarise
from tfcmp.reporting.analysis.tables import bound_note
from tfcmp.reporting.load.runs import Answers, read_answers
from tfcmp.reporting.render.document import Column, Table, make_table
from tfcmp.runs.artifacts import write_elsewhere, write_later
from tfcmp.runs.directory import RunDirectory, check_files, open_run
from tfcmp.runs.layout import PREDICTIONS, TEMPERATURE

SPLITS = ("validation", "test")
METRICS = ("ece", "brier", "nll")


def calibrate(path: Path, command: str, out: Path | None = None) -> dict[str, Any]:
    """Fits the temperature, writes temperature.json and gives its content.

    Args:
        path: a complete run.
        command: the command line that makes the file again.
        out: folder of the file, if not the run.

    Raises:
        WorkError: it is no complete run, is damaged, or has no validation split.
    """
    run = open_run(path)
    check_files(run, [PREDICTIONS])
    write_elsewhere([run], [run.path.name], out)
    content = fitted(read_answers(run.file(PREDICTIONS)), run)
    write_later(run, TEMPERATURE, content, command, [PREDICTIONS])
    return content


def fitted(answers: dict[str, Answers], run: RunDirectory) -> dict[str, Any]:
    """The temperature, and every metric before and after it, as plain values."""
    validation = answers["validation"]
    if not len(validation.labels):
        raise WorkError(f"{run.path} has no validation split to fit a temperature on")
    temperature = temperature_interval(
        validation.labels, validation.probabilities, validation.groups
    )
    return {
        "temperature": temperature._asdict(),
        "fitted_on": "validation",
        "is_at_bound": is_at_bound(temperature.value),
        **{name: _before_and_after(answers[name], temperature.value) for name in SPLITS},
    }


def temperature_table(contents: dict[str, dict[str, Any]]) -> Table:
    """Metrics before and after, two rows per run and split.

    Args:
        contents: name of a run -> content of its temperature.json.
    """
    rows = [
        (
            name,
            content["temperature"]["value"],
            split,
            when,
            *(_shown(content[split][when][metric]) for metric in METRICS),
        )
        for name, content in contents.items()
        for split in SPLITS
        for when in ("before", "after")
    ]
    columns = (
        Column("run", "run"),
        Column("temperature", "temperature", "number"),
        Column("split", "split"),
        Column("when", "temperature applied"),
        *(Column(metric, metric.upper() if metric != "brier" else "Brier") for metric in METRICS),
    )
    note = (
        "Fitted on validation, where the gain is therefore flattering; test is what counts. 95 % "
        "intervals over groups. ECE in 15 bins; Brier over all classes, 0 to 2; NLL in nats."
    )
    for name, content in contents.items():
        if content["is_at_bound"]:
            note += f" {bound_note(name)}"
    return make_table("temperature", "Calibration before and after", columns, rows, note)


def _before_and_after(answers: Answers, temperature: float) -> dict[str, Any]:
    after = at_temperature(answers.probabilities, temperature)
    return {
        "before": _measured(answers, answers.probabilities),
        "after": _measured(answers, after),
    }


def _measured(answers: Answers, probabilities: Probabilities) -> dict[str, Any]:
    metrics: dict[str, Any] = summarise(answers.labels, probabilities, answers.groups)
    bins = reliability_bins(answers.labels, probabilities)
    spread = ece_interval(answers.labels, probabilities, answers.groups)
    return {
        "ece": spread._asdict(),
        "brier": metrics["brier"],
        "nll": metrics["nll"],
        "accuracy": metrics["accuracy"],
        "reliability": [one._asdict() for one in bins],
    }


def _shown(interval: dict[str, float]) -> str:
    return "{value:.4f} ({low:.4f} to {high:.4f})".format(**interval)
