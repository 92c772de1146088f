"""Section: how fast saved models answer, by engine, from bench.json."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from tfcmp.evaluation.intervals import Interval
from tfcmp.evaluation.times import are_comparable
from tfcmp.reporting.figures.palette import Styles
from tfcmp.reporting.load.models import ModelResult
from tfcmp.reporting.load.runs import Run
from tfcmp.reporting.render.commands import portable
from tfcmp.reporting.render.document import Column, Section, Table, make_table
from tfcmp.reporting.render.kernels import kernels
from tfcmp.reporting.sections.inference_figures import inference_figures
from tfcmp.runs.timing import why_disturbed

AXES = ("latency_p50_ms", "latency_p90_ms", "latency_p99_ms", "examples_per_second")
USUAL_ENGINE = "keras float32"
CONFIDENCE = 0.95

Conditions = tuple[str, ...]


class Cell(NamedTuple):
    """What one engine did with one run's model."""

    entrant: ModelResult
    run: Run
    engine: str
    measured: Mapping[str, Any]
    audit: Mapping[str, Any] | None = None

    @property
    def name(self) -> str:
        """Label and engine."""
        return f"{self.entrant.label}: {self.engine}"

    @property
    def conditions(self) -> Conditions:
        """What its times depend on beside model and engine."""
        of = self.measured.get("conditions", {})
        return (", ".join(of.get("device_names") or []), f"{of.get('threads')} threads")

    @property
    def gives_axes(self) -> bool:
        """Whether the axes at the top of the file are those of this engine."""
        return self.run.measured["bench"].get("axes_of", USUAL_ENGINE) == self.engine

    @property
    def left_out(self) -> str | None:
        """Why its times do not count; None where they do."""
        return why_disturbed(self.measured)

    @property
    def is_contended(self) -> bool:
        """Whether its times do not count."""
        return self.left_out is not None


def inference_section(
    entrants: Sequence[ModelResult],
    accuracies: Mapping[str, Interval],
    styles: Styles | None = None,
) -> Section:
    """A table for each set of conditions; accuracy against p90; latency by length and by batch."""
    found = list(cells(entrants))
    if not found:
        told = (
            "Not measured in these runs. python -m tfcmp.bench RUN measures latency and throughput "
            "of a saved model, python -m tfcmp.bench RUN --engines keras,onnx,openvino also of "
            "other engines."
        )
        return Section("inference", "Inference time", (told,))
    kinds = dict.fromkeys(cell.conditions for cell in found)
    tables = [
        _table(number, kind, [cell for cell in found if cell.conditions == kind])
        for number, kind in enumerate(kinds, start=1)
    ]
    usual = _usual(found)
    counted = [cell for cell in found if cell.conditions == usual and not cell.is_contended]
    figures = inference_figures(counted, accuracies, styles)
    notes = (
        "Latency is from a text to its probabilities, one text at a time, tokenising included; "
        "throughput is that of many texts known beforehand. One run of a model stands for it: "
        "intervals cover the spread of the times, not other seeds: between processes where a row has "
        "several, else inside the one process, which says nothing of the next.",
    )
    return Section("inference", "Inference time", notes, (), figures, tuple(tables))


def cells(entrants: Sequence[ModelResult]) -> Iterator[Cell]:
    """All that was measured, in the order of the report."""
    for entrant in entrants:
        for run in entrant.runs:
            bench = run.measured.get("bench", {})
            for engine, measured in bench.get("inference", {}).items():
                yield Cell(entrant, run, engine, measured, bench.get("audit", {}).get(engine))


def usual_hardware(entrants: Sequence[ModelResult]) -> str:
    """Engine, device and threads that the axes of inference are compared on; "" where none are."""
    usual = _usual([cell for cell in cells(entrants) if cell.gives_axes], with_engine=True)
    return ", ".join(filter(None, usual))


def latencies_by_engine(
    entrants: Sequence[ModelResult],
) -> dict[str, dict[str, dict[str, Interval | float]]]:
    """Engine -> label -> axis of inference -> mean over runs, under the conditions of most."""
    found = list(cells(entrants))
    usual = _usual(found)
    counted = [cell for cell in found if cell.conditions == usual and not cell.is_contended]
    engines: dict[str, dict[str, dict[str, Interval | float]]] = {}
    for engine in dict.fromkeys(cell.engine for cell in counted):
        by_label: dict[str, list[Mapping[str, Any]]] = {}
        for cell in counted:
            if cell.engine == engine:
                by_label.setdefault(cell.entrant.label, []).append(cell.measured)
        is_tested = are_comparable([of for measured in by_label.values() for of in measured])
        engines[engine] = {
            label: {
                axis: mean
                for axis in AXES
                if (mean := _supported([of.get(axis) for of in measured], is_tested)) is not None
            }
            for label, measured in by_label.items()
        }
    return engines


def usual_axes(entrants: Sequence[ModelResult]) -> dict[str, dict[str, Interval | float]]:
    """Label -> axis -> mean over runs, of the engine and under the conditions of most.

    Runs next to which other work ran, and those under other conditions, are left out; a bench.json
    that tells no conditions counts as it is. Otherwise only what was measured in enough processes
    and in turn has an interval, and with it a verdict; the rest are numbers.
    """
    found = [cell for cell in cells(entrants) if cell.gives_axes]
    usual = _usual(found, with_engine=True)
    left_out = {
        cell.run.name
        for cell in found
        if cell.is_contended or (cell.engine, *cell.conditions) != usual
    }
    counted = [cell.measured for cell in found if cell.run.name not in left_out]
    is_tested = not counted or are_comparable(counted)
    return {
        entrant.label: {
            axis: joined
            for axis in AXES
            if (joined := _joined(entrant, axis, left_out, is_tested)) is not None
        }
        for entrant in entrants
    }


def _joined(
    entrant: ModelResult, axis: str, left_out: set[str], is_tested: bool
) -> Interval | float | None:
    """Mean over runs; with the widest ends of their intervals where these support a verdict."""
    bench = [run.measured.get("bench", {}) for run in entrant.runs if run.name not in left_out]
    return _supported([content.get(axis) for content in bench], is_tested)


def _supported(found: Sequence[Any], is_tested: bool) -> Interval | float | None:
    """What is joined of them, without an interval where it supports no verdict."""
    mean = joined(found)
    return mean.value if isinstance(mean, Interval) and not is_tested else mean


def joined(found: Sequence[Any]) -> Interval | float | None:
    """Mean of numbers, or of objects with value, low and high with the widest ends; None if none."""
    known = [
        one if isinstance(one, dict) else {"value": one}
        for one in found
        if isinstance(one, dict | int | float)
    ]
    known = [one for one in known if isinstance(one.get("value"), int | float)]
    if not known:
        return None
    mean = float(np.mean([one["value"] for one in known]))
    if not all({"low", "high"} <= set(one) for one in known):
        return mean
    return Interval(mean, min(one["low"] for one in known), max(one["high"] for one in known))


def _usual(found: Sequence[Cell], with_engine: bool = False) -> Conditions:
    counted = Counter(
        (*([cell.engine] if with_engine else []), *cell.conditions)
        for cell in found
        if not cell.is_contended
    )
    return counted.most_common(1)[0][0] if counted else ()


def _table(number: int, kind: Conditions, found: Sequence[Cell]) -> Table:
    columns = (
        Column("model", "model"),
        Column("engine", "engine"),
        Column("accuracy", "accuracy", "share"),
        Column("labels_kept", "labels kept", "share"),
        *(
            column
            for name in ("p50", "p90", "p99")
            for column in (
                Column(f"{name}_ms", f"{name}, ms", "number"),
                Column(f"{name}_ms_low", f"{name} interval", "number"),
                Column(f"{name}_ms_high", "to", "number"),
            )
        ),
        Column("examples_per_second", "texts/s", "number"),
        Column("padding_share", "padding", "share"),
        Column("cold_start", "cold start", "seconds"),
        Column("peak_memory_mb", "peak memory, MB", "number"),
        Column("model_mb", "size, MB", "number"),
        Column("kernels", "recurrent kernels"),
        Column("sample", "sample"),
        Column("processes", "processes", "count"),
        Column("left_out", "why times are left out"),
        Column("run", "run"),
        Column("command", "command"),
    )
    return make_table(
        f"inference_{number}" if number > 1 else "inference",
        f"Inference by engine: {', '.join(filter(None, kind))}",
        columns,
        [_row(cell) for cell in found],
        "Labels kept: share of the answers to sampled test texts that are those saved with the run. "
        "Accuracy: of the run, and what the other answers gain or lose on the sample. Size: of the "
        "model's file, for other engines of their graph. The command measures the row again.",
    )


def shown_ends(measured: Mapping[str, Any]) -> tuple[float | None, float | None, float | None]:
    """Value, low and high of a quantity; no interval that holds less than 95 %."""
    if measured.get("coverage", CONFIDENCE) < CONFIDENCE:
        return measured.get("value"), None, None
    return measured.get("value"), measured.get("low"), measured.get("high")


def _row(cell: Cell) -> tuple:
    measured = cell.measured
    labels = measured.get("labels", {})
    times: list[float | None] = []
    for name in AXES[:3]:
        of = measured.get(name) or {}
        times += [None] * 3 if cell.is_contended else list(shown_ends(of))
    rate = (measured.get("examples_per_second") or {}).get("value")
    cold = measured.get("cold_start", {}).get("seconds")
    return (
        cell.entrant.label,
        cell.engine,
        labels.get("accuracy"),
        labels.get("labels_kept"),
        *times,
        None if cell.is_contended else rate,
        measured.get("offline", {}).get("padding_share"),
        None if cell.is_contended else cold,
        measured.get("peak_gpu_memory_mb") or measured.get("peak_memory_mb"),
        measured.get("model_mb"),
        kernels(cell.audit),
        "long" if measured.get("is_full") else "short",
        measured.get("processes", 1),
        cell.left_out,
        cell.run.name,
        portable(measured.get("command", "")) or None,
    )
