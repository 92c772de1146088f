"""Explanations as one HTML page: heat maps with a legend, every text escaped."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from tfcmp.explanation.colours import colour_of, shares
from tfcmp.explanation.explainer import Explanation
from tfcmp.explanation.terminal import told
from tfcmp.runs.files import whole_file

TEMPLATE = "heat_map.html.jinja"
LEGEND = (-1.0, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0)


def write_page(file: Path, explanations: Sequence[Explanation], run: str) -> None:
    """Writes the page.

    Args:
        file: to be written.
        explanations: what it shows, in order.
        run: name of the run.
    """
    with whole_file(file) as part:
        part.write_text(page_of(explanations, run), encoding="utf-8", errors="replace")


def page_of(explanations: Sequence[Explanation], run: str) -> str:
    """The page. It needs nothing beside it, holds no script and fetches nothing."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(TEMPLATE).render(
        run=run,
        explanations=[(one, list(_pieces(one)), told(one)) for one in explanations],
        legend=[_colour(share) for share in LEGEND],
    )


def _pieces(explanation: Explanation) -> Iterator[tuple[str, str | None, str]]:
    """The text in pieces: (characters, colour or None, what hovering shows)."""
    text, place = explanation.reading.text, 0
    rows = zip(
        explanation.reading.words, explanation.scores, shares(explanation.scores), strict=True
    )
    for (start, end), score, share in rows:
        if start > place:
            yield text[place:start], None, ""
        if np.isnan(score):
            yield text[start:end], "cut", "not read: beyond the length limit"
        else:
            yield text[start:end], _colour(float(share)), f"{score:+.3f}"
        place = end
    if place < len(text):
        yield text[place:], None, ""


def _colour(share: float) -> str:
    red, green, blue = colour_of(share)
    return f"#{red:02x}{green:02x}{blue:02x}"
