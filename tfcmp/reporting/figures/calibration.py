"""Reliability diagrams."""

from collections.abc import Mapping, Sequence

from tfcmp.evaluation.calibration import CalibrationBin
from tfcmp.reporting.figures.drawing import (
    GRID,
    canvas,
    colour,
    finished,
    line,
    marker,
    panels_width,
    per_cent,
    shortened,
)
from tfcmp.reporting.render.document import Figure

COLUMNS = 3
# A bin of fewer texts is mostly noise.
SMALLEST_BIN = 10
# Of both axes.
SMALLEST_RANGE = 0.1

Bins = Sequence[CalibrationBin]
NAMES = ("before", "after temperature")
CAPTION = (
    "Test accuracy against confidence in 15 bins, first seed; on the grey line a model is right as "
    "often as it says."
)


def draw_reliability(
    bins: Mapping[str, Sequence[Bins]], names: Sequence[str] = NAMES, caption: str = CAPTION
) -> Figure:
    """One panel per model: accuracy against confidence, a line for each of `names`."""
    rows, columns = -(-len(bins) // COLUMNS), min(COLUMNS, len(bins))
    with canvas("reliability", 0.7 + 2.2 * rows, panels_width(columns)) as drawn:
        panels = drawn.subplots(rows, columns, squeeze=False, sharex=True, sharey=True).ravel()
        lowest = 1.0
        for panel, (label, both) in zip(panels, bins.items(), strict=False):
            for number, of_bins in enumerate(both):
                points = [
                    (one.confidence, one.accuracy)
                    for one in of_bins
                    if one.confidence is not None
                    and one.accuracy is not None
                    and one.examples >= SMALLEST_BIN
                ]
                lowest = min([lowest, *(value for point in points for value in point)])
                panel.plot(
                    [point[0] for point in points],
                    [point[1] for point in points],
                    line(number),
                    color=colour(number),
                    marker=marker(number),
                    markersize=4,
                    linewidth=1.2,
                    label=names[number],
                )
            panel.set_title(shortened(label, 24))
        # A model that is sure of everything has points in one corner: without a range of its own
        # every tick of the axes would read 100.
        lowest = min(lowest, 1 - SMALLEST_RANGE)
        for panel in panels:
            panel.plot([lowest, 1], [lowest, 1], color=GRID, linewidth=1)
            per_cent(panel.xaxis)
            per_cent(panel.yaxis)
        for panel in panels[len(bins) :]:
            panel.set_visible(False)
        drawn.supxlabel("confidence, %", fontsize=9.5)
        drawn.supylabel("accuracy, %", fontsize=9.5)
        if len(names) > 1:
            handles, told = panels[0].get_legend_handles_labels()
            drawn.legend(handles, told, loc="outside upper center", ncols=2)
        return finished(
            drawn,
            "reliability",
            "Reliability",
            f"{caption} Bins of fewer than {SMALLEST_BIN} texts are left out.",
        )
