"""The report as one HTML file that needs nothing else."""

import base64
import hashlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tfcmp.reporting.render.document import LONG, Claim, Report
from tfcmp.reporting.render.format import number, shown
from tfcmp.reporting.render.table_view import letters_of, seen

TEMPLATE = "report.html.jinja"
STYLE = "report.css"
SCRIPT = "sorting.js"
# Longer lists of findings, and longer tables, are folded.
MOST_OPEN = 14
MOST_ROWS = 30
POINTS = "points"
RUNS = ("run", "runs")


def page_of(report: Report) -> str:
    """The page. Every text is escaped; only our own script may run, and nothing may be fetched."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    folder = Path(__file__).parent
    script, style = ((folder / name).read_text(encoding="utf-8") for name in (SCRIPT, STYLE))
    digest = hashlib.sha256(script.encode()).digest()
    environment = Environment(
        loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined
    )
    environment.filters |= {"markup": Markup, "seen": seen}
    return environment.get_template(TEMPLATE).render(
        report=report,
        script=script,
        style=style,
        script_hash=base64.b64encode(digest).decode(),
        support=support,
        ways_of=ways_of,
        tally=tally,
        most_open=MOST_OPEN,
        long=LONG,
        most_rows=MOST_ROWS,
    )


def ways_of(claims: Sequence[Claim]) -> dict[str, str]:
    """How the claims came about: test -> letter, each once; see `letters_of`."""
    return letters_of([claim.test for claim in claims if claim.test])


def support(claim: Claim, letter: str = "") -> str:
    """What a claim stands on, in a line; empty where nothing was measured.

    Args:
        claim: the finding.
        letter: of its test, which is told elsewhere.
    """
    # The sentence on a count of runs says it all.
    if claim.unit in RUNS:
        return ""
    parts = []
    if claim.estimate is not None:
        told = f"{_estimate(claim.estimate, claim.unit)} {claim.unit}".strip()
        if claim.low is not None and claim.high is not None:
            told += f", 95 % interval {_estimate(claim.low, claim.unit)}"
            told += f" to {_estimate(claim.high, claim.unit)}"
        parts.append(told)
    if claim.p is not None:
        parts.append(f"adjusted p {shown(claim.p, 'p')}")
    if claim.examples is not None:
        parts.append(f"n = {claim.examples:,}")
    if claim.seeds:
        parts.append(f"runs: {claim.seeds}")
    if claim.to_measure:
        parts.append(claim.to_measure)
    if letter:
        parts.append(f"test {letter}")
    return "; ".join(parts)


def tally(claims: Sequence[Claim]) -> str:
    """How many findings have which verdict."""
    counts = Counter(claim.verdict for claim in claims)
    told = ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
    return f"{len(claims)} finding{'s' if len(claims) != 1 else ''}: {told}"


def _estimate(value: float, unit: str) -> str:
    return f"{value:+.2f}" if unit == POINTS else number(value)
