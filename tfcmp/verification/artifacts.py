"""What differs in the files that later commands add to a run."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tfcmp.errors import WorkError
from tfcmp.evaluation.calibration import at_temperature, calibration, fit_temperature
from tfcmp.reporting.load.runs import Answers
from tfcmp.runs.artifacts import read_later
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.layout import (
    BEHAVIOUR,
    BENCH,
    CONTRAST,
    EXPLANATION,
    MODEL,
    PREDICTIONS,
    TEMPERATURE,
)
from tfcmp.verification.findings import Finding

# Two searches for the same minimum agree to that.
_TOLERANCE = 1e-6
_WAYS = {
    BENCH: "python -m tfcmp.bench RUN",
    EXPLANATION: "python -m tfcmp.explain RUN --evaluate",
    BEHAVIOUR: "python -m tfcmp.diagnose RUN --behaviour",
    CONTRAST: "python -m tfcmp.diagnose RUN --contrast FILE",
    TEMPERATURE: "python -m tfcmp.diagnose RUN --calibrate",
}
_BENCH_WITHOUT_RUN = "python -m tfcmp.bench --model NAME --out FOLDER"
# What each was computed from, at least.
_SOURCES = {name: PREDICTIONS if name == TEMPERATURE else MODEL for name in _WAYS}


def check_artifacts(run: RunDirectory, answers: Mapping[str, Answers]) -> Iterator[Finding]:
    """Compares checksums and sources, and recomputes what comes from the predictions.

    Failure rates, contrasts, timings and explanations are not recomputed, as the model would have
    to answer again.
    """
    for name, way in _WAYS.items():
        if not run.file(name).exists():
            continue
        try:
            content = read_later(run, name, way)
        except WorkError as error:
            yield Finding(str(error))
            continue
        if _SOURCES[name] not in content.get("computed_from", {}):
            yield Finding(
                f"{name}: it does not say that it was computed from {_SOURCES[name]} of this run; "
                f"make it again: {way}"
            )
        elif name == TEMPERATURE:
            yield from _temperature(content, answers)


def check_bench(folder: Path) -> Iterator[Finding]:
    """Compares the checksum of a bench.json that was measured without a run."""
    try:
        read_later(RunDirectory(folder), BENCH, _BENCH_WITHOUT_RUN)
    except WorkError as error:
        yield Finding(str(error))


def _temperature(content: dict[str, Any], answers: Mapping[str, Answers]) -> Iterator[Finding]:
    validation, test = answers["validation"], answers["test"]
    fitted = fit_temperature(validation.labels, validation.probabilities)
    stated = content["temperature"]["value"]
    if abs(fitted - stated) > _TOLERANCE * fitted:
        yield Finding(f"{TEMPERATURE}: temperature is {stated}, recomputed {fitted}")
        return
    after = calibration(test.labels, at_temperature(test.probabilities, stated))
    for metric in ("ece", "brier", "nll"):
        told, recomputed = content["test"]["after"][metric]["value"], getattr(after, metric)
        if abs(told - recomputed) > _TOLERANCE:
            yield Finding(f"{TEMPERATURE}: test.after.{metric} is {told}, recomputed {recomputed}")
