"""Learning curves."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from tfcmp.reporting.document import Figure
from tfcmp.reporting.entrants import Entrant
from tfcmp.reporting.figures.drawing import (
    canvas,
    colour,
    finished,
    line,
    panels_width,
    per_cent,
    shortened,
)

COLUMNS = 3


def draw_learning_curves(entrants: Sequence[Entrant]) -> Figure:
    """A panel an entrant: validation accuracy and training accuracy by epoch, a line a seed."""
    from matplotlib.ticker import MaxNLocator

    rows = -(-len(entrants) // COLUMNS)
    columns = min(COLUMNS, len(entrants))
    with canvas("learning_curves", 0.7 + 1.9 * rows, panels_width(columns)) as drawn:
        panels = drawn.subplots(rows, columns, squeeze=False, sharey=True).ravel()
        for panel, entrant in zip(panels, entrants, strict=False):
            for run in entrant.runs:
                epochs = run.epochs()
                numbers = [epoch["epoch"] for epoch in epochs]
                for number, name in enumerate(("validation_accuracy", "accuracy")):
                    values = [epoch.get(name, np.nan) for epoch in epochs]
                    panel.plot(
                        numbers,
                        values,
                        line(number),
                        color=colour(number),
                        marker="o",
                        markersize=3,
                        linewidth=1.2,
                        alpha=0.85,
                    )
            panel.set_title(shortened(entrant.label, 24))
            panel.xaxis.set_major_locator(MaxNLocator(5, integer=True))
            per_cent(panel.yaxis)
        for panel in panels[len(entrants) :]:
            panel.set_visible(False)
        drawn.supxlabel("epoch", fontsize=9.5)
        drawn.supylabel("accuracy, %", fontsize=9.5)
        _legend(drawn)
        return finished(
            drawn,
            "learning_curves",
            "Learning curves of all seeds",
            "Validation (solid, blue) and training (dashed, orange) accuracy after each epoch; a "
            "line a seed. Training accuracy is measured while the weights change and with dropout.",
        )


def _legend(drawn: Any) -> None:
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], color=colour(number), linestyle=line(number), marker="o", markersize=3)
        for number in range(2)
    ]
    drawn.legend(handles, ["validation", "training"], loc="outside upper center", ncols=2)
