"""The report as Markdown, pictures as files beside it."""

import html
import re

from tfcmp.reporting.cells import shown
from tfcmp.reporting.document import Claim, Report, Section, Table, visible
from tfcmp.reporting.page import support, tally

FIGURES = "figures"


def markdown_of(report: Report) -> str:
    """The same content as the page."""
    lines = [f"# {_plain(report.title)}", "", "| | |", "| --- | --- |"]
    lines += [f"| {_plain(name)} | {_plain(value)} |" for name, value in report.facts]
    for section in report.sections:
        lines += ["", *_section(section)]
    return "\n".join(lines) + "\n"


def _section(section: Section) -> list[str]:
    lines = [f"## {_plain(section.title)}"]
    for note in section.notes:
        lines += ["", _plain(note)]
    if section.claims:
        lines += ["", f"{tally(section.claims)}.", ""]
        lines += [_claim(claim) for claim in section.claims]
    for figure in section.figures:
        lines += ["", f"![{_plain(figure.title)}]({FIGURES}/{figure.name}.svg)"]
        lines += ["", _plain(figure.caption)]
    for table in section.tables:
        lines += ["", *_table(visible(table))]
    return lines


def _claim(claim: Claim) -> str:
    stands = support(claim)
    told = f" ({_plain(stands)})" if stands else ""
    return f"- {_plain(claim.sentence)} **{claim.verdict.capitalize()}.**{told}"


def _table(table: Table) -> list[str]:
    lines = [f"### {_plain(table.title)}", ""]
    if table.note:
        lines += [_plain(table.note), ""]
    lines.append("| " + " | ".join(_plain(column.heading) for column in table.columns) + " |")
    ruler = ["---" if column.is_text else "---:" for column in table.columns]
    lines.append("| " + " | ".join(ruler) + " |")
    for row in table.rows:
        cells = [
            _plain(shown(cell, column.kind))
            for cell, column in zip(row, table.columns, strict=True)
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def _plain(text: str) -> str:
    """Text that stays what it is: no HTML, no new cell or line, no emphasis, link or code."""
    escaped = html.escape(" ".join(text.split()), quote=False)
    return re.sub(r"([\\|*`\[\]]|(?<!\w)_|_(?!\w))", r"\\\1", escaped)
