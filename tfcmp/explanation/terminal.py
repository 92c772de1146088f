"""Explanations on a terminal: the text, each word coloured by what it adds, or with the number."""

import re
from typing import TYPE_CHECKING

import numpy as np

from tfcmp.explanation.colours import colour_of, shares
from tfcmp.explanation.explainer import Explanation

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

CUT = "dim strike"
# Words that add less are left uncoloured: on a dark terminal white would shine.
FAINTEST = 0.04
# Control characters would steer the terminal, and halves of characters cannot be written.
HARMFUL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


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
