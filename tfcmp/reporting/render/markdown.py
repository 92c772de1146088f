"""The report as Markdown, pictures as files next to it."""

import re
from collections.abc import Mapping

from tfcmp.reporting.render.document import Claim, Report, Section
from tfcmp.reporting.render.html import support, tally, ways_of
from tfcmp.reporting.render.table_view import SeenTable, seen

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
    if section.claims:
        tests = ways_of(section.claims)
        lines += ["", f"{tally(section.claims)}.", ""]
        lines += [_claim(claim, tests) for claim in section.claims]
        for test, letter in tests.items():
            lines += ["", f"Test{f' {letter}' if letter else ''}: {_plain(test)}."]
    for note in section.notes:
        lines += ["", _plain(note)]
    for figure in section.figures:
        lines += ["", f"![{_plain(figure.title)}]({FIGURES}/{figure.name}.svg)"]
        lines += ["", _plain(figure.caption)]
    for table in section.tables:
        lines += ["", *_table(seen(table))]
    return lines


def _claim(claim: Claim, tests: Mapping[str, str]) -> str:
    stands = support(claim, tests.get(claim.test, ""))
    told = f" ({_plain(stands)})" if stands else ""
    return f"- **{claim.verdict.capitalize()}:** {_plain(claim.sentence)}{told}"


def _table(table: SeenTable) -> list[str]:
    lines = [f"### {_plain(table.title)}", ""]
    if table.note:
        lines += [_plain(table.note), ""]
    lines.append("| " + " | ".join(_plain(heading.text) for heading in table.headings) + " |")
    ruler = ["---" if heading.is_text else "---:" for heading in table.headings]
    lines.append("| " + " | ".join(ruler) + " |")
    lines += ["| " + " | ".join(_plain(cell.text) for cell in row) + " |" for row in table.rows]
    return lines


def _plain(text: str) -> str:
    """Text that stays what it is: no HTML, no new cell or line, no emphasis, link or code."""
    escaped = " ".join(text.split()).replace("&", "&amp;")
    # "<" opens HTML or a link before these only (CommonMark 0.31); commands stay fit for copying.
    escaped = re.sub(r"<(?=[A-Za-z/!?])", "&lt;", escaped)
    escaped = re.sub(r">(?!=)|^>", "&gt;", escaped)
    return re.sub(r"([\\|*`\[\]]|(?<!\w)_|_(?!\w))", r"\\\1", escaped)
