"""Shows explanations: as JSON lines, as coloured text on a terminal, and as an HTML page of heat maps.

Blue speaks for the label, orange against it, white says nothing. Blue and orange stay apart under
all common colour blindnesses (ColorBrewer's PuOr and RdBu rest on the same pairs), and black text
keeps a contrast of more than 4.5 on both ends.
"""

import io
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from tfcmp.explanation.explainer import Explainer, Explanation
from tfcmp.runs.files import whole_file

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

FOR, AGAINST, NEUTRAL = (86, 160, 224), (240, 150, 56), (255, 255, 255)
CUT = "dim strike"
# Words that add less are left uncoloured: on a dark terminal white would shine.
FAINTEST = 0.04
# Control characters would steer the terminal, and halves of characters cannot be written.
HARMFUL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
TEMPLATE = "heat_map.html.jinja"
LEGEND = (-1.0, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0)


def shares(scores: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Scores as shares of the largest magnitude, -1 to 1; NaN stays NaN."""
    largest = np.nanmax(np.abs(scores)) if np.isfinite(scores).any() else 0.0
    return scores / largest if largest > 0 else scores * 0.0


def colour_of(share: float) -> tuple[int, int, int]:
    """Red, green and blue, 0 to 255, of a share from -1 to 1."""
    end = FOR if share > 0 else AGAINST
    red, green, blue = (
        round(none + abs(share) * (full - none)) for none, full in zip(NEUTRAL, end, strict=True)
    )
    return red, green, blue


def present(
    explainer: Explainer,
    texts: Iterable[str],
    run: str,
    as_json: bool,
    html: Path | None,
    label: str | None = None,
) -> None:
    """Explains texts one after the other and shows each as soon as it is there.

    Args:
        explainer: of the run.
        texts: in order; streamed.
        run: name of the run, for the page.
        as_json: one JSON object per line on stdout; else coloured text.
        html: page to be written at the end, also where a text fails, if any.
        label: class to explain; None takes the predicted one of each text.
    """
    kept: list[Explanation] = []
    show = _print_json if as_json else _terminal()
    is_over = False
    try:
        for text in texts:
            explanation = explainer.explain(text, label)
            show(explanation)
            if html is not None:
                kept.append(explanation)
        is_over = True
    finally:
        # Also where a text cannot be explained, or nobody waits for the rest: what there is may
        # have taken an hour.
        if html is not None and (kept or is_over):
            write_page(html, kept, run)


def _print_json(explanation: Explanation) -> None:
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    line = json.dumps(explanation.describe(), ensure_ascii=False, allow_nan=False)
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _terminal() -> Callable[[Explanation], None]:
    from rich.console import Console

    console = Console(highlight=False)
    return lambda explanation: print_explanation(explanation, console)


def print_explanation(explanation: Explanation, console: "Console") -> None:
    """Prints the answer, the coloured text, and how the explanation came about."""
    from rich.text import Text

    head = Text(f"{explanation.label} ", style="bold")
    head.append(f"{explanation.probability:.1%}", style="not bold")
    if explanation.predicted != explanation.label:
        head.append(f" (predicted: {explanation.predicted})", style="not bold")
    console.print(head)
    # NO_COLOR is asked for, or the terminal has none (TERM=dumb).
    if console.no_color or console.color_system is None:
        console.print(Text(numbered_text(explanation)))
        console.print(Text(_legend_of_numbers(explanation)))
    else:
        console.print(coloured_text(explanation))
        console.print(_legend(explanation))
    console.print(Text(told(explanation), style="dim"))
    console.print()


def coloured_text(explanation: Explanation) -> "Text":
    """The text with a background per word; words beyond the length limit struck through."""
    from rich.text import Text

    coloured = Text(HARMFUL.sub("\ufffd", explanation.reading.text))
    parts = shares(explanation.scores)
    for (start, end), share in zip(explanation.reading.words, parts, strict=True):
        if np.isnan(share):
            coloured.stylize(CUT, start, end)
        elif abs(share) >= FAINTEST:
            coloured.stylize(_style(float(share)), start, end)
    return coloured


def numbered_text(explanation: Explanation) -> str:
    """The text with what a word adds behind it, where a colour would be seen."""
    text = explanation.reading.text
    pieces, place = [], 0
    words = zip(
        explanation.reading.words, explanation.scores, shares(explanation.scores), strict=True
    )
    for (_, end), score, share in words:
        if np.isnan(share) or abs(share) >= FAINTEST:
            number = "cut" if np.isnan(share) else f"{score:+.2f}"
            pieces.append(f"{text[place:end]} ({number})")
            place = end
    return HARMFUL.sub("\ufffd", "".join([*pieces, text[place:]]))


def _legend_of_numbers(explanation: Explanation) -> str:
    legend = f"(number): what the word adds to the logit of {explanation.label}"
    if np.isnan(explanation.scores).any():
        legend += "; (cut): by the length limit"
    return legend


def _legend(explanation: Explanation) -> "Text":
    from rich.text import Text

    legend = Text("against ", style="dim")
    for share in (-1.0, -0.5, 0.0, 0.5, 1.0):
        legend.append("  ", style=_style(share))
    legend.append(f" for {explanation.label}", style="dim")
    if np.isnan(explanation.scores).any():
        legend.append("   ").append("cut", style=CUT).append(" by the length limit", style="dim")
    return legend


def _style(share: float) -> str:
    red, green, blue = colour_of(share)
    return f"black on #{red:02x}{green:02x}{blue:02x}"


def told(explanation: Explanation) -> str:
    """Method, error and price of an explanation, in a line."""
    seconds = f"{explanation.seconds:.2f} s"
    if explanation.completeness_error is None:
        return f"leave-one-word-out occlusion, {seconds}"
    line = (
        f"integrated gradients, {explanation.steps} steps from {explanation.baseline}, "
        f"completeness error {explanation.completeness_error:.2%}, {seconds}"
    )
    if not explanation.is_complete:
        line += "; the limit of steps is reached and the error still 5 % or more: do not rely on it"
    return line


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
    """The page. It needs nothing else, holds no script and fetches nothing."""
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
