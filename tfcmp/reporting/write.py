"""The folder of a report: page, Markdown, pictures, tables, and what it was made with."""

from dataclasses import asdict
from pathlib import Path, PurePosixPath
from typing import Any

from tfcmp.errors import WorkError
from tfcmp.reporting.analysis.comparison import ReportOptions
from tfcmp.reporting.figures.drawing import CURRENT
from tfcmp.reporting.render.document import Report
from tfcmp.reporting.render.format import csv_of
from tfcmp.reporting.render.html import page_of
from tfcmp.reporting.render.markdown import FIGURES, markdown_of
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.files import make_folder, sha256_of, whole_file, write_json

PAGE, MARKDOWN, TABLES = "report.html", "report.md", "tables"
# Written last: the options of the report, and checksums.
RECORD = "report.json"
REPORT_FORMAT = 1
PAPER_INK = "#222222"


def write_report(report: Report, report_options: ReportOptions, folder: Path) -> Path:
    """Writes all files of the report, each whole.

    Tables and figures that the record of an earlier report in the same folder lists, and that this
    one has not, are removed; files of anybody else stay.

    Returns:
        Path of the page.

    Raises:
        CallError: the folder cannot be made.
    """
    files = {PAGE: page_of(report), MARKDOWN: markdown_of(report)}
    files |= {f"{TABLES}/{table.name}.csv": csv_of(table) for table in report.tables()}
    files |= {f"{FIGURES}/{figure.name}.svg": on_paper(figure.svg) for figure in report.figures()}
    for name in ("", TABLES, FIGURES):
        make_folder(folder / name, "--out")
    earlier = _listed(folder)
    (folder / RECORD).unlink(missing_ok=True)
    for name in earlier - set(files):
        (folder / name).unlink(missing_ok=True)
    for name, content in files.items():
        with whole_file(folder / name) as part:
            part.write_text(content, encoding="utf-8")
    sums = {name: sha256_of(folder / name) for name in files}
    write_json(
        folder / RECORD,
        {"report_format": REPORT_FORMAT, "wishes": asdict(report_options), "files": sums},
    )
    return folder / PAGE


def read_record(folder: Path) -> tuple[ReportOptions, dict[str, str]]:
    """What a report was made with, and the checksums of its files.

    Raises:
        WorkError: the folder holds no report, or its record is damaged.
    """
    if not (folder / RECORD).exists():
        raise WorkError(f"{folder} holds no report ({RECORD} is missing)")
    content: dict[str, Any] = RunDirectory(folder).read_json(RECORD)
    try:
        kept = content["wishes"]
        made = ReportOptions(
            tuple(kept["requirements"]),
            str(kept["preference"]),
            float(kept["margin"]),
            kept.get("then"),
        )
        return made, dict(content["files"])
    except (KeyError, TypeError, ValueError):
        raise WorkError(f"{folder / RECORD} is damaged: it is no record of a report") from None


def _listed(folder: Path) -> set[str]:
    """Tables and figures of an earlier report, which would pass for those of this one.

    Those of its record alone: without one, what lies there may be the user's own. Nothing that
    leads out of the two folders is taken from a record, whatever it says.
    """
    try:
        names = read_record(folder)[1]
    except WorkError:
        return set()
    return {
        name
        for name in map(str, names)
        if PurePosixPath(name).parent.as_posix() in (TABLES, FIGURES)
        and PurePosixPath(name).suffix in (".csv", ".svg")
    }


def on_paper(svg: str) -> str:
    """The same picture for a file of its own: dark ink on a white ground."""
    grounded = svg.replace(">", '><rect width="100%" height="100%" fill="#ffffff"/>', 1)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + grounded.replace(CURRENT, PAPER_INK)
