"""Learning curves and gradient norms."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from tfcmp.reporting.figures.drawing import (
    GRID,
    canvas,
    colour,
    compact,
    finished,
    line,
    panels_width,
    per_cent,
    shortened,
)
from tfcmp.reporting.load.inputs import FailedRun
from tfcmp.reporting.load.models import ModelResult
from tfcmp.reporting.render.document import Figure

COLUMNS = 3

Lines = Sequence[Mapping[str, Any]]


def draw_learning_curves(models: Sequence[ModelResult], failed: Sequence[FailedRun] = ()) -> Figure:
    """One panel per model: validation accuracy and training accuracy by epoch, one line per seed.

    Runs without result are grey, in the panel of the first model of their label.
    """
    from matplotlib.ticker import MaxNLocator

    firsts = {model.runs[0].label: model.label for model in reversed(models)}

    def draw(panel: Any, model: ModelResult) -> None:
        for one in failed:
            if firsts.get(one.label) == model.label:
                _draw_epochs(panel, one.lines, is_failed=True)
        for run in model.runs:
            _draw_epochs(panel, run.lines)
        last = max(len(run.epochs()) for run in model.runs)
        if last < 6:
            panel.set_xticks(range(1, last + 1))
            panel.set_xlim(0.7, max(2, last) + 0.3)
        else:
            panel.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        per_cent(panel.yaxis)

    return _panels(
        models,
        draw,
        ("learning_curves", "epoch", "accuracy, %"),
        "Learning curves of all seeds",
        "Validation (solid, blue) and training (dashed, orange) accuracy after each epoch; one line "
        "per seed, grey where a run ended without a result. Training accuracy is measured while the "
        "weights change and with dropout.",
        ("validation", "training"),
    )


def draw_gradient_norms(models: Sequence[ModelResult]) -> tuple[Figure, ...]:
    """One panel per model: mean and largest gradient norm of each segment; none without any."""
    known = [
        model for model in models if any(_norms(run.lines, "gradient_norm") for run in model.runs)
    ]
    if not known:
        return ()

    def draw(panel: Any, model: ModelResult) -> None:
        from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

        for run in model.runs:
            for number, name in enumerate(("gradient_norm", "largest_gradient_norm")):
                steps, values = zip(*_norms(run.lines, name) or [(np.nan, np.nan)], strict=True)
                panel.plot(steps, values, line(number), color=colour(number), linewidth=1.1)
        panel.set_yscale("log")
        panel.yaxis.set_major_locator(LogLocator(base=10, subs=(1.0, 3.0)))
        panel.yaxis.set_minor_locator(NullLocator())
        for axis in (panel.xaxis, panel.yaxis):
            axis.set_major_formatter(FuncFormatter(lambda value, _: compact(value)))

    figure = _panels(
        known,
        draw,
        ("gradient_norms", "step", "gradient norm"),
        "Gradient norms of all seeds",
        "Global norm before clipping: mean over each segment (solid, blue) and largest step in it "
        "(dashed, orange); one line per seed, logarithmic.",
        ("mean of a segment", "largest step of a segment"),
    )
    return (figure,)


def _panels(
    models: Sequence[ModelResult],
    draw: Callable[[Any, ModelResult], None],
    axes: tuple[str, str, str],
    title: str,
    caption: str,
    names: Sequence[str],
) -> Figure:
    """Small panels, one per model; `axes` is the name of the figure and of both axes."""
    name, across, up = axes
    rows, columns = -(-len(models) // COLUMNS), min(COLUMNS, len(models))
    with canvas(name, 0.7 + 1.9 * rows, panels_width(columns)) as drawn:
        panels = drawn.subplots(rows, columns, squeeze=False, sharey=True).ravel()
        for panel, model in zip(panels, models, strict=False):
            draw(panel, model)
            panel.set_title(shortened(model.label, 24))
        for panel in panels[len(models) :]:
            panel.set_visible(False)
        drawn.supxlabel(across, fontsize=9.5)
        drawn.supylabel(up, fontsize=9.5)
        _legend(drawn, names)
        return finished(drawn, name, title, caption)


def _draw_epochs(panel: Any, lines: Lines, is_failed: bool = False) -> None:
    epochs = [one for one in lines if one.get("event") == "epoch"]
    for number, name in enumerate(("validation_accuracy", "accuracy")):
        panel.plot(
            [epoch["epoch"] for epoch in epochs],
            [epoch.get(name, np.nan) for epoch in epochs],
            line(number),
            color=GRID if is_failed else colour(number),
            marker="x" if is_failed else "o",
            markersize=3,
            linewidth=1.2,
            alpha=0.85,
        )


def _norms(lines: Lines, name: str) -> list[tuple[float, float]]:
    """(step of the whole training, norm) of the segments that have one."""
    found, before, last = [], 0, 0
    for one in lines:
        if one.get("event") == "segment" and one.get(name) and np.isfinite(one[name]):
            # Logged within the epoch.
            before += last if one["step"] <= last else 0
            last = one["step"]
            found.append((before + last, float(one[name])))
    return found


def _legend(drawn: Any, names: Sequence[str]) -> None:
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], color=colour(number), linestyle=line(number)) for number in range(len(names))
    ]
    drawn.legend(handles, names, loc="outside upper center", ncols=len(names))
