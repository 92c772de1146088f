"""Accuracy on parts of the test split."""

from collections.abc import Mapping, Sequence

from tfcmp.evaluation.slices import Slice
from tfcmp.reporting.figures.drawing import (
    canvas,
    finished,
    name_axes,
    per_cent,
    shortened,
)
from tfcmp.reporting.figures.palette import Styles, style_of
from tfcmp.reporting.render.document import Figure

# Of the labels in a row, each as wide as the longest; more would run into each other.
MOST_CHARACTERS = 50


def draw_slices(
    name: str,
    title: str,
    across: str,
    slices: Mapping[str, Sequence[Slice]],
    is_ordered: bool,
    styles: Styles | None = None,
) -> Figure:
    """One point per model and slice with its interval; joined by lines where slices have an order."""
    with canvas(name, 3.5) as drawn:
        axes = drawn.add_subplot()
        labels = [one.label for one in next(iter(slices.values()))]
        for number, (model, parts) in enumerate(slices.items()):
            # Side by side, so that no interval hides another.
            shift = (number - (len(slices) - 1) / 2) * min(0.12, 0.7 / len(slices))
            values = [one.accuracy.value for one in parts]
            errors = [
                [one.accuracy.value - one.accuracy.low for one in parts],
                [one.accuracy.high - one.accuracy.value for one in parts],
            ]
            style = style_of(styles, model, number)
            axes.errorbar(
                [labels.index(one.label) + shift for one in parts],
                values,
                yerr=errors,
                fmt=style.marker,
                linestyle=style.line if is_ordered else "none",
                color=style.colour,
                linewidth=1.1,
                elinewidth=1.4,
                capsize=2.5,
                markersize=5,
                label=shortened(model),
            )
        axes.set_xticks(range(len(labels)), labels)
        if len(labels) * max(map(len, labels)) > MOST_CHARACTERS:
            axes.tick_params(axis="x", labelrotation=30)
            for label in axes.get_xticklabels():
                label.set(ha="right", rotation_mode="anchor")
        per_cent(axes.yaxis)
        name_axes(axes, across, "test accuracy, %")
        axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
        return finished(
            drawn,
            name,
            title,
            "Mean over seeds; bars are 95 % intervals over test groups, not adjusted for the "
            "number of parts.",
        )
