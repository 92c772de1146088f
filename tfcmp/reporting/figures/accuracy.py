"""Pictures of accuracies with their intervals."""

from collections.abc import Mapping, Sequence

from tfcmp.evaluation.intervals import Interval
from tfcmp.reporting.document import Figure
from tfcmp.reporting.figures.drawing import (
    GRID,
    INK,
    canvas,
    colour,
    finished,
    marker,
    per_cent,
    scale_to,
    shortened,
)


def draw_accuracies(
    accuracies: Mapping[str, Interval], by_seed: Mapping[str, Sequence[float]]
) -> Figure:
    """A row an entrant, from the bottom up: interval, mean, and a dot a seed."""
    with canvas("accuracy", 0.9 + 0.36 * len(accuracies)) as drawn:
        axes = drawn.add_subplot()
        for row, (label, accuracy) in enumerate(accuracies.items()):
            axes.plot([accuracy.low, accuracy.high], [row, row], color=colour(0), linewidth=2)
            axes.plot(accuracy.value, row, "o", color=colour(0), markersize=6)
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
        return finished(
            drawn,
            "accuracy",
            "Test accuracy",
            "Mean over seeds with its 95 % interval; grey ticks are single seeds.",
        )


def draw_accuracy_against_time(
    accuracies: Mapping[str, Interval], seconds: Mapping[str, float]
) -> Figure:
    """Accuracy against training time, of the entrants whose times count."""
    with canvas("accuracy_time", 3.6) as drawn:
        axes = drawn.add_subplot()
        for number, (label, accuracy) in enumerate(accuracies.items()):
            if label not in seconds:
                continue
            errors = [[accuracy.value - accuracy.low], [accuracy.high - accuracy.value]]
            axes.errorbar(
                seconds[label],
                accuracy.value,
                yerr=errors,
                fmt=marker(number),
                color=colour(number),
                capsize=3,
                markersize=7,
                label=shortened(label),
            )
        axes.margins(x=0.12)
        scale_to(axes, "training, seconds", list(seconds.values()))
        per_cent(axes.yaxis)
        axes.set_ylabel("test accuracy, %")
        axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
        return finished(
            drawn,
            "accuracy_time",
            "Accuracy against training time",
            "Better is up and to the left; bars are 95 % intervals of the accuracy.",
        )
