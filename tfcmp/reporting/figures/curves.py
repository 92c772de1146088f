"""Curves of something measured against a size, with intervals."""

from collections.abc import Mapping, Sequence

from tfcmp.evaluation.intervals import Interval
from tfcmp.reporting.figures.drawing import canvas, compact, finished, line, shortened
from tfcmp.reporting.figures.palette import FILLS, Styles, style_of, variants_of
from tfcmp.reporting.render.document import Figure

# Inches of a row of the legend.
LEGEND_ROW = 0.22
Point = tuple[float, Interval]
Curve = Sequence[Point]


def draw_curves(
    name: str,
    title: str,
    across: str,
    up: str,
    curves: Mapping[str, Curve],
    styles: Styles | None = None,
    caption: str = "",
) -> Figure:
    """One line per curve on logarithmic axes.

    Args:
        name, title: of the figure.
        across, up: labels of the axes, with their units.
        curves: name, or label and what else tells it apart after ": " -> points.
        styles: of the labels.
        caption: in addition to "bars are 95 % intervals".
    """
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    # The legend stands next to the curves and must not be taller than they are.
    with canvas(name, max(3.5, LEGEND_ROW * len(curves))) as drawn:
        axes = drawn.add_subplot()
        variants = variants_of(curves)
        for number, (key, curve) in enumerate(curves.items()):
            style = style_of(styles, key.split(": ")[0], number)
            values = [of.value for _, of in curve]
            axes.errorbar(
                [x for x, _ in curve],
                values,
                yerr=[
                    [of.value - of.low for _, of in curve],
                    [of.high - of.value for _, of in curve],
                ],
                fmt=style.marker,
                linestyle=style.line if not variants[key] else line(variants[key] + 1),
                fillstyle=FILLS[variants[key] % len(FILLS)],
                color=style.colour,
                linewidth=1.2,
                capsize=2.5,
                markersize=5,
                label=shortened(key),
            )
        axes.set_xscale("log", base=2)
        axes.set_yscale("log")
        ticks = sorted({round(x) for curve in curves.values() for x, _ in curve})
        axes.set_xticks(ticks if len(ticks) < 9 else ticks[:: -(-len(ticks) // 8)])
        axes.xaxis.set_minor_locator(NullLocator())
        axes.yaxis.set_major_locator(LogLocator(base=10, subs=(1.0, 2.0, 5.0)))
        axes.yaxis.set_minor_locator(NullLocator())
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(FuncFormatter(lambda value, _: compact(value)))
        axes.set_xlabel(f"{across} (logarithmic)")
        axes.set_ylabel(f"{up} (logarithmic)")
        axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
        return finished(drawn, name, title, f"{caption} Bars are 95 % intervals.".strip())
