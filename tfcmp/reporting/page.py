"""The report as one HTML file that needs nothing beside it."""

import base64
import hashlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tfcmp.reporting.cells import number, shown, sort_key
from tfcmp.reporting.document import LONG, Claim, Report, visible

TEMPLATE = "report.html.jinja"
SCRIPT = "sorting.js"
# Longer lists of findings, and longer tables, are folded.
MOST_OPEN = 12
MOST_ROWS = 30
POINTS = "points"


def page_of(report: Report) -> str:
    """The page. Every text is escaped; only our own script may run, and nothing may be fetched."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    script = (Path(__file__).parent / SCRIPT).read_text(encoding="utf-8")
    digest = hashlib.sha256(script.encode()).digest()
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined
    )
    environment.filters |= {"markup": Markup, "visible": visible}
    return environment.get_template(TEMPLATE).render(
        report=report,
        script=script,
        script_hash=base64.b64encode(digest).decode(),
        shown=shown,
        sort_key=sort_key,
        support=support,
        tally=tally,
        most_open=MOST_OPEN,
        long=LONG,
        most_rows=MOST_ROWS,
    )


def support(claim: Claim) -> str:
    """What a claim stands on, in a line; empty where nothing was measured."""
    parts = []
    if claim.estimate is not None:
        told = f"{_estimate(claim.estimate, claim.unit)} {claim.unit}".strip()
        if claim.low is not None and claim.high is not None:
            told += f", 95 % interval {_estimate(claim.low, claim.unit)}"
            told += f" to {_estimate(claim.high, claim.unit)}"
        parts.append(told)
    if claim.examples is not None:
        parts.append(f"n = {claim.examples:,}")
    if claim.seeds:
        parts.append(f"runs: {claim.seeds}")
    if claim.test:
        parts.append(claim.test)
    return "; ".join(parts)


def tally(claims: Sequence[Claim]) -> str:
    """How many findings have which verdict."""
    counts = Counter(claim.verdict for claim in claims)
    told = ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
    return f"{len(claims)} finding{'s' if len(claims) != 1 else ''}: {told}"


def _estimate(value: float, unit: str) -> str:
    return f"{value:+.2f}" if unit == POINTS else number(value)
