"""Pictures of hyperparameter searches."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tfcmp.evaluation.budget import BudgetCurve
from tfcmp.reporting.figures.drawing import (
    canvas,
    finished,
    name_axes,
    per_cent,
    shortened,
)
from tfcmp.reporting.figures.palette import Styles, style_of
from tfcmp.reporting.render.document import Figure

Grid = npt.NDArray[np.float64]


def draw_heat_map(
    name: str,
    title: str,
    grids: Mapping[str, Grid],
    rates: Sequence[str],
    batches: Sequence[str],
    is_share: bool,
) -> Figure:
    """One panel per optimizer: learning rates up, batch sizes across; darker is higher.

    Args:
        name, title: of the figure.
        grids: optimizer -> (rates, batches); NaN where nothing was tried.
        rates: ranges of the learning rate, from the lowest.
        batches: batch sizes.
        is_share: whether values are shares, else seconds.
    """
    known = np.concatenate([grid[np.isfinite(grid)] for grid in grids.values()])
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    with canvas(name, 1.3 + 0.4 * len(rates), 1.6 + 1.65 * len(grids)) as drawn:
        panels = drawn.subplots(1, len(grids), squeeze=False, sharey=True)[0]
        for panel, (optimizer, grid) in zip(panels, grids.items(), strict=True):
            panel.imshow(grid, cmap="cividis", vmin=low, vmax=high, aspect="auto", origin="lower")
            panel.set_title(optimizer)
            panel.set_xticks(range(len(batches)), batches)
            panel.set_yticks(range(len(rates)), rates)
            panel.grid(visible=False)
            _write_values(panel, grid, low, high, is_share)
        drawn.supxlabel("batch size", fontsize=9.5)
        drawn.supylabel("learning rate", fontsize=9.5)
        what = "Mean validation score, %" if is_share else "Mean seconds of a trial"
        return finished(
            drawn, name, title, f"{what}, over the trials of a cell; empty cells were not tried."
        )


def _write_values(panel: Any, grid: Grid, low: float, high: float, is_share: bool) -> None:
    for (row, column), value in np.ndenumerate(grid):
        if np.isfinite(value):
            is_bright = value > (low + high) / 2
            panel.text(
                column,
                row,
                f"{100 * value:.1f}" if is_share else f"{value:.3g}",
                ha="center",
                va="center",
                fontsize=8,
                color="#000000" if is_bright else "#ffffff",
            )


def draw_budget_curves(curves: Mapping[str, BudgetCurve], styles: Styles | None = None) -> Figure:
    """Expected best validation score against trials, and against seconds where all are timed."""
    has_seconds = all(curve.seconds is not None for curve in curves.values())
    with canvas("budget", 3.1) as drawn:
        panels = drawn.subplots(1, 1 + has_seconds, squeeze=False, sharey=True)[0]
        for number, (label, curve) in enumerate(curves.items()):
            style = style_of(styles, label, number)
            for panel, budgets in zip(panels, (curve.trials, curve.seconds), strict=False):
                panel.plot(
                    budgets,
                    curve.expected,
                    linestyle=style.line,
                    color=style.colour,
                    marker="o",
                    markersize=3,
                    label=shortened(label),
                )
        for panel, unit in zip(panels, ("trials", "seconds of search"), strict=False):
            name_axes(panel, unit, "")
            per_cent(panel.yaxis)
        panels[0].set_ylabel("expected best validation, %")
        panels[0].legend(loc="lower right")
        return finished(
            drawn,
            "budget",
            "Expected best score against the search budget",
            "Expectation over random searches of that many trials, drawn from the trials made.",
        )
