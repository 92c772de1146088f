"""Explanations, to where they are wanted: JSON lines, a terminal, a page."""

import io
import json
import sys
from collections.abc import Iterable
from pathlib import Path

from tfcmp.explanation.explainer import Explainer, Explanation
from tfcmp.explanation.page import write_page
from tfcmp.explanation.terminal import print_explanation


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
        as_json: a JSON object a line on stdout; else coloured text.
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


def _terminal():
    from rich.console import Console

    console = Console(highlight=False)
    return lambda explanation: print_explanation(explanation, console)
