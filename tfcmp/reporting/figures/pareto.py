"""The Pareto view."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from tfcmp.evaluation.axes import Models, bounds, estimate
from tfcmp.reporting.figures.drawing import (
    INK,
    canvas,
    finished,
    per_cent,
    scale_to,
    shortened,
)
from tfcmp.reporting.figures.palette import Styles, style_of
from tfcmp.reporting.render.document import Figure

NAMES = {"latency_p90_ms": "latency p90, ms"}


def draw_pareto(
    models: Models,
    across: Sequence[str],
    members: Sequence[str],
    empty: Mapping[str, str],
    styles: Styles | None = None,
) -> Figure:
    """One panel per axis: accuracy against it, with error bars; one without measurement says so.

    Args:
        models: label -> axis -> measurement.
        across: names of the axes.
        members: labels on the Pareto front.
        empty: axis -> what a panel without measurement says.
        styles: of the labels.
    """
    with canvas("pareto", 3.6) as drawn:
        panels = drawn.subplots(1, len(across), squeeze=False, sharey=True)[0]
        for panel, axis in zip(panels, across, strict=True):
            if axis in empty:
                panel.text(
                    0.5, 0.5, empty[axis], transform=panel.transAxes, ha="center", va="center"
                )
                panel.set_xticks([])
                panel.set_xlabel(NAMES.get(axis, axis))
            else:
                _draw_axis(panel, models, axis, members, styles)
            per_cent(panel.yaxis)
        panels[0].set_ylabel("test accuracy, %")
        handles, names = max(
            (panel.get_legend_handles_labels() for panel in panels), key=lambda both: len(both[0])
        )
        if handles:
            drawn.legend(handles, names, loc="outside lower center", ncols=min(3, len(names)))
        return finished(
            drawn,
            "pareto",
            "Performance, inference time and interpretability",
            "Accuracy against each other axis, with 95 % intervals. A ring marks the models that "
            "no other one is shown to beat on the measured ones of the three; parameters have no "
            "part in it.",
        )


def _draw_axis(
    panel: Any, models: Models, axis: str, members: Sequence[str], styles: Styles | None
) -> None:
    for number, (label, of) in enumerate(models.items()):
        x, y = estimate(of, axis), estimate(of, "accuracy")
        if math.isnan(x) or math.isnan(y):
            continue
        errors = [
            [[abs(value - low)], [abs(high - value)]]
            for value, (low, high) in ((x, bounds(of, axis)), (y, bounds(of, "accuracy")))
        ]
        style = style_of(styles, label, number)
        panel.errorbar(
            x,
            y,
            xerr=errors[0],
            yerr=errors[1],
            fmt=style.marker,
            color=style.colour,
            ecolor=style.colour,
            elinewidth=0.9,
            markersize=6,
            capsize=2,
            label=shortened(label, 26),
        )
        if label in members:
            panel.plot(x, y, "o", markersize=13, fillstyle="none", color=INK, markeredgewidth=1)
    panel.margins(x=0.15)
    scale_to(panel, NAMES.get(axis, axis), [estimate(of, axis) for of in models.values()], 3)
