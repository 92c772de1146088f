"""Pictures of accuracies and of their differences, with intervals."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from tfcmp.evaluation.intervals import Interval
from tfcmp.reporting.figures.drawing import (
    GRID,
    INK,
    canvas,
    finished,
    marker,
    per_cent,
    points,
    scale_to,
    shortened,
)
from tfcmp.reporting.figures.palette import Styles, style_of
from tfcmp.reporting.render.document import Figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class DifferenceRow(NamedTuple):
    """A row of the picture of differences; numbers are shares."""

    name: str
    difference: Interval
    is_resolved: bool


def draw_accuracies(
    accuracies: Mapping[str, Interval],
    by_seed: Mapping[str, Sequence[float]],
    styles: Styles | None = None,
    bar: tuple[str, float] | None = None,
) -> Figure:
    """One row per model, from the bottom up: interval, mean, and one tick per seed.

    Args:
        accuracies: label -> mean over seeds with its interval.
        by_seed: label -> accuracy of each seed.
        styles: of the labels.
        bar: name and accuracy of what every network has to beat.
    """
    with canvas("accuracy", 0.9 + 0.36 * len(accuracies)) as drawn:
        axes = drawn.add_subplot()
        if bar is not None:
            axes.axvline(bar[1], color=GRID, linewidth=1, linestyle=(0, (4, 3)))
        for row, (label, accuracy) in enumerate(accuracies.items()):
            style = style_of(styles, label, row)
            axes.plot([accuracy.low, accuracy.high], [row, row], color=style.colour, linewidth=2)
            axes.plot(accuracy.value, row, style.marker, color=style.colour, markersize=6)
            seeds = by_seed[label]
            if len(seeds) > 1:
                axes.plot(seeds, [row - 0.24] * len(seeds), "|", color=GRID, markersize=7)
            axes.annotate(
                f"{100 * accuracy.value:.2f}",
                (accuracy.value, row),
                xytext=(0, 5),
                textcoords="offset points",
                ha="center",
                fontsize=8,
                color=INK,
            )
        axes.set_yticks(range(len(accuracies)), [shortened(label) for label in accuracies])
        axes.set_ylim(-0.6, len(accuracies) - 0.3)
        axes.grid(visible=False, axis="y")
        per_cent(axes.xaxis)
        axes.set_xlabel("test accuracy, %")
        told = f" The dashed line is {bar[0]}." if bar is not None else ""
        return finished(
            drawn,
            "accuracy",
            "Test accuracy",
            f"Mean over seeds with its 95 % interval; grey ticks are single seeds.{told}",
        )


def draw_differences(rows: Sequence[DifferenceRow], margin: float) -> Figure:
    """One row per pair, the first at the top: difference and interval; filled where it is resolved."""
    with canvas("differences", 0.9 + 0.27 * len(rows)) as drawn:
        axes = drawn.add_subplot()
        axes.axvspan(-margin, margin, color=GRID, alpha=0.18, linewidth=0)
        axes.axvline(0, color=INK, linewidth=0.8)
        for place, (_, difference, is_resolved) in enumerate(reversed(rows)):
            colour = "#0072b2" if is_resolved else GRID
            axes.plot(
                [difference.low, difference.high], [place, place], color=colour, linewidth=1.8
            )
            axes.plot(
                difference.value,
                place,
                "o",
                color=colour,
                markerfacecolor=colour if is_resolved else "none",
                markersize=5.5,
            )
        axes.set_yticks(range(len(rows)), [row.name for row in reversed(rows)])
        axes.set_ylim(-0.7, len(rows) - 0.3)
        axes.grid(visible=False, axis="y")
        points(axes.xaxis)
        axes.set_xlabel("difference of test accuracies, points")
        return finished(
            drawn,
            "differences",
            "Differences of all pairs",
            "With 95 % intervals; blue and filled where the difference is resolved after Holm's "
            f"adjustment, grey and hollow where it is not. The band is {100 * margin:g} points "
            "either way: an interval that lies inside it speaks for equality.",
        )


def draw_accuracy_against_time(
    accuracies: Mapping[str, Interval], seconds: Mapping[str, float], styles: Styles | None = None
) -> Figure:
    """Accuracy against training time, of the models whose times count."""
    return draw_accuracy_against(
        "accuracy_time",
        "Accuracy against training time",
        "training, seconds",
        accuracies,
        {label: Interval(value, value, value) for label, value in seconds.items()},
        styles,
    )


def draw_accuracy_against(
    name: str,
    title: str,
    across: str,
    accuracies: Mapping[str, Interval],
    costs: Mapping[str, Interval],
    styles: Styles | None = None,
) -> Figure:
    """Accuracy against something of which less is better, with the intervals of both.

    Args:
        name, title: of the figure.
        across: label of the horizontal axis, with its unit.
        accuracies: label -> test accuracy.
        costs: label, or label and engine after ": " -> what it costs.
        styles: of the labels.
    """
    labels, engines = _parts(costs, 0), _parts(costs, 1)
    looks = {label: style_of(styles, label, number) for number, label in enumerate(labels)}
    with canvas(name, 3.6) as drawn:
        axes = drawn.add_subplot()
        for key, cost in costs.items():
            label, _, engine = key.partition(": ")
            accuracy, style = accuracies[label], looks[label]
            axes.errorbar(
                cost.value,
                accuracy.value,
                xerr=[[cost.value - cost.low], [cost.high - cost.value]],
                yerr=[[accuracy.value - accuracy.low], [accuracy.high - accuracy.value]],
                fmt=marker(engines.index(engine)) if engine else style.marker,
                color=style.colour,
                elinewidth=1,
                capsize=2.5,
                markersize=7,
            )
        axes.margins(x=0.12)
        scale_to(axes, across, [cost.value for cost in costs.values()])
        per_cent(axes.yaxis)
        axes.set_ylabel("test accuracy, %")
        of_models = {
            label: _sign("s" if engines else look.marker, look.colour)
            for label, look in looks.items()
        }
        of_engines = {engine: _sign(marker(n), INK) for n, engine in enumerate(engines)}
        _name_signs(axes, {**of_models, **of_engines})
        return finished(
            drawn, name, title, "Better is up and to the left; bars are 95 % intervals."
        )


def _parts(keys: Iterable[str], place: int) -> list[str]:
    """The labels (0) or the engines (1) of keys such as "gru: onnx", each once."""
    found = [key.partition(": ")[::2][place] for key in keys]
    return list(dict.fromkeys(filter(None, found)))


def _sign(shape: str, ink: str) -> Any:
    from matplotlib.lines import Line2D

    return Line2D([], [], color=ink, marker=shape, linestyle="none", markersize=7)


def _name_signs(axes: "Axes", signs: Mapping[str, Any]) -> None:
    """A legend next to the picture: one colour per model, one shape per engine.

    One sign for each pair of them would leave the picture no room.
    """
    axes.legend(
        list(signs.values()),
        [shortened(name) for name in signs],
        loc="center left",
        bbox_to_anchor=(1.01, 0.5),
    )
