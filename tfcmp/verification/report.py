"""Whether a report or a publication is what its runs give, and as it was written."""

from collections.abc import Sequence
from pathlib import Path

from tfcmp.errors import TfcmpError
from tfcmp.reporting.build import assemble
from tfcmp.reporting.load.inputs import gather
from tfcmp.reporting.render.format import csv_of
from tfcmp.reporting.render.write import TABLES, read_record
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.layout import PUBLISHED, RUNS
from tfcmp.verification.findings import Finding, below, unchecked
from tfcmp.verification.recompute import compare_checksums
from tfcmp.verification.tables import compare_tables, parse_table, read_table


def verify_report(folder: Path, paths: Sequence[Path]) -> list[Finding]:
    """What differs between a report and what the runs give today."""
    found: list[Finding] = []
    try:
        report_options, sums = read_record(folder)
        found += below(folder, compare_checksums(folder, sums, tuple(sums)))
        report = assemble(gather(paths), report_options)
    except TfcmpError as error:
        # Also next to a damaged run, a changed file of the report is told.
        return [*found, Finding(str(error))]
    for table in report.tables():
        file = folder / TABLES / f"{table.name}.csv"
        found += below(file, compare_tables(read_table(file), parse_table(csv_of(table))))
    return found


def verify_publication(folder: Path) -> list[Finding]:
    """Files of a publication that are missing, were changed or came later."""
    try:
        sums = RunDirectory(folder).read_json(PUBLISHED)["files"]
        found = list(compare_checksums(folder, sums, tuple(sums)))
        there = {
            file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()
        }
    except (TfcmpError, KeyError, TypeError, AttributeError) as error:
        return [Finding(f"{folder / PUBLISHED}: it does not tell what was published ({error})")]
    extra = sorted(there - set(sums) - {PUBLISHED})
    found += [Finding(f"{name}: it was not published ({PUBLISHED} lacks it)") for name in extra]
    if (folder / RUNS).is_dir():
        found.append(
            unchecked(
                "the weights are not published: their checksums are not compared, and no model answers again"
            )
        )
    return list(below(folder, found))
