"""Figures: accuracy against latency, and latency by length and by texts of a query."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tfcmp.evaluation.intervals import Interval
from tfcmp.reporting.figures.accuracy import draw_accuracy_against
from tfcmp.reporting.figures.curves import Curve, draw_curves
from tfcmp.reporting.figures.palette import Styles
from tfcmp.reporting.render.document import Figure

if TYPE_CHECKING:
    from tfcmp.reporting.sections.inference import Cell


def inference_figures(
    counted: Sequence["Cell"], accuracies: Mapping[str, Interval], styles: Styles | None
) -> tuple[Figure, ...]:
    """Of cells that share their conditions; a curve of one point is none."""
    figures = []
    costs = {
        cell.name: Interval(*(cell.measured["latency_p90_ms"][k] for k in ("value", "low", "high")))
        for cell in counted
        if isinstance(cell.measured.get("latency_p90_ms"), dict)
    }
    if costs:
        figures.append(
            draw_accuracy_against(
                "accuracy_latency",
                "Accuracy against latency",
                "latency p90, ms",
                accuracies,
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


def _points(cell: "Cell", name: str, across: str | None) -> Curve:
    """(x, p90 with its interval) of a curve of bench.json."""
    curve = []
    for key, of in cell.measured.get(name, {}).items():
        p90 = of.get("milliseconds", {}).get("p90")
        if p90:
            x = float(of.get(across, key)) if across else float(key)
            curve.append((x, Interval(p90["value"], p90["low"], p90["high"])))
    return sorted(curve)
