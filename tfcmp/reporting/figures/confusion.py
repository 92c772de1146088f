"""Confusion matrices."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from tfcmp.evaluation.slices import Counts
from tfcmp.reporting.figures.drawing import COLOURS, INK, canvas, finished, name_axes, shortened
from tfcmp.reporting.render.document import Figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = npt.NDArray[np.float64]
# More classes cannot be distinguished in a picture of a page's width.
MOST_CLASSES = 40
# Up to here a cell has room for its share and its number of texts; then for its share.
WITH_COUNTS = 8
WITH_SHARES = 16
LONGEST_NAME = 18
# Of the colour at a share of 1: text must stay legible on it, on light pages and on dark ones.
DEEPEST = 0.7


def draw_confusion(
    name: str, title: str, classes: Sequence[str], counts: Counts, seeds: int = 1
) -> Figure:
    """Label by answer; the depth of a cell is its share of the texts of its label.

    Args:
        name: of the picture.
        title: heading.
        classes: names in the order of rows and columns.
        counts: (classes, classes) texts by label (row) and answer (column), of all seeds.
        seeds: whose counts are added up; the picture has their means.
    """
    shown = _shown(counts)
    names = [shortened(classes[number], LONGEST_NAME) for number in shown]
    part, supports = counts[np.ix_(shown, shown)], counts.sum(axis=1)[shown]
    shares = part / np.maximum(supports, 1)[:, None]
    side = min(max(2.6, 0.52 * len(shown) + 1.6), 7.2)
    with canvas(name, side, side + 0.4) as drawn:
        axes = drawn.add_subplot()
        axes.grid(visible=False)
        _fill(axes, shares, part / seeds)
        axes.set_xlim(-0.5, len(shown) - 0.5)
        axes.set_ylim(len(shown) - 0.5, -0.5)
        axes.set_aspect("equal")
        size = 8.5 if len(shown) <= WITH_SHARES else 6
        axes.set_xticks(range(len(shown)), names, rotation=90, fontsize=size)
        axes.set_yticks(range(len(shown)), names, fontsize=size)
        axes.tick_params(length=0)
        name_axes(axes, "answer", "label")
        return finished(drawn, name, title, _caption(len(shown), len(classes), seeds))


def _shown(counts: Counts) -> list[int]:
    """Numbers of the classes in the picture, in their order; of too many those with most errors."""
    errors = counts.sum(axis=0) + counts.sum(axis=1) - 2 * np.diag(counts)
    return sorted(np.argsort(-errors, kind="stable")[:MOST_CLASSES].tolist())


def _fill(axes: "Axes", shares: Array, texts: Array) -> None:
    from matplotlib.patches import Rectangle

    classes = len(shares)
    for row, column in np.argwhere(texts > 0):
        share = float(shares[row, column])
        axes.add_patch(
            Rectangle(
                (column - 0.48, row - 0.48),
                0.96,
                0.96,
                facecolor=COLOURS[0] if row == column else COLOURS[1],
                # By the root: confusions of a few per cent would be invisible next to the diagonal.
                alpha=DEEPEST * share**0.5,
                linewidth=0,
            )
        )
        if classes <= WITH_SHARES:
            told = f"{100 * share:.0f} %"
            if classes <= WITH_COUNTS:
                told += f"\n{texts[row, column]:,.0f}"
            axes.text(column, row, told, ha="center", va="center", fontsize=7, color=INK)


def _caption(shown: int, classes: int, seeds: int) -> str:
    told = (
        "Rows are labels, columns are answers; the deeper a cell, the larger its share of the texts of "
        "its label. Blue is right, orange wrong."
    )
    if shown <= WITH_COUNTS:
        told += " Below the share stands the number of texts" + (
            f", mean over {seeds} seeds." if seeds > 1 else "."
        )
    if shown < classes:
        told += f" The {shown} of {classes} classes with most errors; shares are of all answers."
    return told
