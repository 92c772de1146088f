"""How all pictures look: colours for the colour-blind, text as text, ink that follows the page."""

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tfcmp.reporting.render.document import Figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

# Okabe and Ito 2008, told apart with any colour vision; the yellow is left out, too pale on paper.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8a8a8a")
MARKERS = "osD^vPX*"
LINES = ("-", "--", ":", "-.")
# Stands for the colour of the page's text, which is another in the dark.
INK = "#010203"
GRID = "#808182"
WIDTH = 7.2
# An axis whose values span more is logarithmic.
WIDE = 8
VERY_WIDE = 100
CURRENT = "currentColor"
_SETTINGS: Any = {
    "svg.fonttype": "none",
    "font.size": 9.5,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.titlesize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.linewidth": 0.8,
    "grid.color": GRID,
    "grid.alpha": 0.25,
    "grid.linewidth": 0.6,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
    "text.parse_math": False,
}


@contextmanager
def canvas(name: str, height: float, width: float = WIDTH) -> Iterator["Canvas"]:
    """An empty picture in our style; `name` makes the ids inside it differ from other pictures'."""
    import matplotlib as mpl
    from matplotlib.figure import Figure as Canvas

    with mpl.rc_context({**_SETTINGS, "svg.hashsalt": name}):
        yield Canvas(figsize=(width, height), layout="constrained")


def finished(drawn: "Canvas", name: str, title: str, caption: str) -> Figure:
    """The picture as SVG that can stand inside a page."""
    stream = io.StringIO()
    no_metadata: Any = {"Date": None, "Creator": None, "Format": None, "Type": None}
    drawn.savefig(stream, format="svg", transparent=True, metadata=no_metadata)
    return Figure(name, title, caption, _for_a_page(stream.getvalue()))


def colour(number: int) -> str:
    """Colour of the n-th model."""
    return COLOURS[number % len(COLOURS)]


def marker(number: int) -> str:
    """Marker of the n-th model: none depends on its colour alone."""
    return MARKERS[number % len(MARKERS)]


def line(number: int) -> Any:
    """Stroke of the n-th model."""
    return LINES[number % len(LINES)]


def panels_width(columns: int) -> float:
    """Inches of a row of small panels; one alone leaves room for its legend."""
    return max(3.6, 2.5 + 2.35 * (columns - 1))


def shortened(label: str, longest: int = 34) -> str:
    """A label that leaves room for the picture."""
    return label if len(label) <= longest else f"{label[: longest - 1]}…"


def per_cent(axis: Any) -> None:
    """Ticks of an axis in per cent of a share."""
    from matplotlib.ticker import FuncFormatter

    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.3g}"))


def points(axis: Any) -> None:
    """Ticks of an axis in points, of a difference of shares."""
    from matplotlib.ticker import FuncFormatter

    axis.set_major_formatter(
        FuncFormatter(lambda value, _: f"{100 * value:+.3g}" if value else "0")
    )


def scale_to(axes: "Axes", name: str, values: Sequence[float], ticks: int = 5) -> None:
    """Scales and names the horizontal axis, logarithmic where the values span a wide range."""
    from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

    known = [value for value in values if value > 0]
    if known and max(known) > WIDE * min(known):
        axes.set_xscale("log")
        subs = (1.0, 3.0) if max(known) < VERY_WIDE * min(known) else (1.0,)
        axes.xaxis.set_major_locator(LogLocator(base=10, subs=subs, numticks=ticks + 1))
        axes.xaxis.set_minor_locator(NullLocator())
        name += " (logarithmic)"
    else:
        axes.xaxis.set_major_locator(MaxNLocator(ticks))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: compact(value)))
    axes.set_xlabel(name)


def compact(value: float) -> str:
    """A number in thousands or millions where it is large."""
    for unit, sign in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if abs(value) >= unit:
            return f"{value / unit:.3g}{sign}"
    return f"{value:.3g}"


def name_axes(axes: "Axes", across: str, up: str) -> None:
    """Labels of both axes."""
    axes.set_xlabel(across)
    axes.set_ylabel(up)


def _for_a_page(svg: str) -> str:
    svg = svg[svg.index("<svg") :]
    # Fixed sizes would not shrink with a narrow page; the view box keeps the proportions.
    head, _, rest = svg.partition(">")
    width = re.search(r'viewBox="0 0 ([\d.]+)', head)
    head = re.sub(r' (?:width|height)="[^"]*"', "", head)
    size = f' style="width: 100%; max-width: {width[1] if width else 500}pt"'
    svg = f"{head}{size}>{rest}"
    # Names that nothing refers to, the same in every picture.
    svg = re.sub(r' id="[A-Za-z0-9]+_\d+"', "", svg)
    svg = re.sub(r"font: ([\d.]+px) [^;\"]*", r"font: \1 system-ui, sans-serif", svg)
    svg = re.sub(r"(font: )?'DejaVu Sans'[^;\"]*", r"\1system-ui, sans-serif", svg)
    return svg.replace(INK, CURRENT).strip()
