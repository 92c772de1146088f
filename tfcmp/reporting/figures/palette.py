"""One style per model in all pictures: one hue per family, its members by shade and marker."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from tfcmp.reporting.figures.drawing import colour, line, marker

# After Okabe and Ito 2008: families are told apart with any colour vision.
SHADES = {
    "linear": ("#7a7a7a", "#a0a0a0"),
    "recurrent": ("#0072b2", "#56b4e9", "#3a4fb0"),
    "transformer": ("#009e73", "#5fc9a8"),
    "pretrained": ("#d55e00", "#e69f00", "#cc79a7", "#9c3d00"),
}
FAMILY_MARKERS = {"linear": "sX", "recurrent": "ovp", "transformer": "^<", "pretrained": "DPd*"}


class Style(NamedTuple):
    """How a model is drawn."""

    colour: str
    marker: str
    line: Any


Styles = Mapping[str, Style]
# Variants of one model are filled in another way each.
FILLS: tuple[Any, ...] = ("full", "none", "left", "top")


def styles_of(families: Mapping[str, str]) -> dict[str, Style]:
    """A style for each label.

    Args:
        families: label -> family, in the order of the report.
    """
    seen: Counter[str] = Counter()
    found = {}
    for label, family in families.items():
        number = seen[family]
        seen[family] += 1
        shades, markers = SHADES[family], FAMILY_MARKERS[family]
        found[label] = Style(
            shades[number % len(shades)], markers[number % len(markers)], line(number)
        )
    return found


def variants_of(keys: Iterable[str]) -> dict[str, int]:
    """Of keys such as "gru: onnx", how many with the same label come before: 0 for the first."""
    seen: Counter[str] = Counter()
    found = {}
    for key in keys:
        label = key.split(": ")[0]
        found[key] = seen[label]
        seen[label] += 1
    return found


def style_of(styles: Styles | None, label: str, number: int) -> Style:
    """The style of a label; one by its number where it has none."""
    if styles and label in styles:
        return styles[label]
    return Style(colour(number), marker(number), line(number))
