"""Section: how fast saved models answer, by engine, from bench.json."""

from collections.abc import Mapping, Sequence
from typing import Any

from tfcmp.evaluation.intervals import Interval
from tfcmp.reporting.analysis.benchmarks import (
    INFERENCE_AXES,
    InferenceCell,
    counted_cells,
    shown_ends,
)
from tfcmp.reporting.analysis.comparison import Comparison
from tfcmp.reporting.figures.accuracy import draw_accuracy_against
from tfcmp.reporting.figures.curves import Curve, draw_curves
from tfcmp.reporting.render.document import Cell, Column, Figure, Section, Table, make_table
from tfcmp.reporting.render.format import kernels, portable


def inference_section(comparison: Comparison) -> Section:
    """A table for each set of conditions; accuracy against p90; latency by length and by batch."""
    found = comparison.inference_cells
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
    figures = inference_figures(comparison)
    notes = (
        "Latency is from a text to its probabilities, one text at a time, tokenising included; "
        "throughput is that of many texts known beforehand. One run of a model stands for it: "
        "intervals cover the spread of the times, not other seeds: between processes where a row has "
        "several, else inside the one process, which says nothing of the next.",
    )
    return Section("inference", "Inference time", notes, (), figures, tuple(tables))


def _table(number: int, kind: tuple[str, ...], found: Sequence[InferenceCell]) -> Table:
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


def _row(cell: InferenceCell) -> tuple[Cell, ...]:
    measured: Mapping[str, Any] = cell.measured
    labels = measured.get("labels", {})
    times: list[float | None] = []
    for name in INFERENCE_AXES[:3]:
        of = measured.get(name) or {}
        times += [None] * 3 if cell.is_contended else list(shown_ends(of))
    rate = (measured.get("examples_per_second") or {}).get("value")
    cold = measured.get("cold_start", {}).get("seconds")
    return (
        cell.model.label,
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


def inference_figures(comparison: Comparison) -> tuple[Figure, ...]:
    """Accuracy against latency, and latency by length and by texts of a query.

    Of cells that share their conditions; a curve of one point is none.
    """
    counted, styles = counted_cells(comparison.inference_cells), comparison.styles
    figures = []
    costs = {
        cell.name: Interval(p90["value"], p90["low"], p90["high"])
        for cell in counted
        if isinstance(p90 := cell.measured.get("latency_p90_ms"), dict)
    }
    if costs:
        figures.append(
            draw_accuracy_against(
                "accuracy_latency",
                "Accuracy against latency",
                "latency p90, ms",
                comparison.accuracies,
                costs,
                styles,
            )
        )
    by_length = {cell.name: _points(cell, "by_length", "mean_tokens") for cell in counted}
    by_batch = {cell.name: _points(cell, "by_batch_size", None) for cell in counted}
    for name, title, across, curves in (
        ("latency_length", "Latency against length", "tokens of the text", by_length),
        ("latency_batch", "Latency against batch size", "texts of a query", by_batch),
    ):
        known = {label: curve for label, curve in curves.items() if len(curve) > 1}
        if known:
            up = "latency p90, ms"
            figures.append(draw_curves(name, title, across, up, known, styles))
    return tuple(figures)


def _points(cell: InferenceCell, name: str, across: str | None) -> Curve:
    """(x, p90 with its interval) of a curve of bench.json."""
    curve = []
    measured: Mapping[str, Any] = cell.measured
    for key, of in measured.get(name, {}).items():
        p90 = of.get("milliseconds", {}).get("p90")
        if p90:
            x = float(of.get(across, key)) if across else float(key)
            curve.append((x, Interval(p90["value"], p90["low"], p90["high"])))
    return sorted(curve)
