"""`python -m tfcmp.verify RUN_OR_STUDY...`: recomputes metrics and tables, compares checksums."""

import sys
from pathlib import Path

from jsonargparse import ArgumentParser

from tfcmp.command.ending import run_command
from tfcmp.command.options import parse_strictly
from tfcmp.command.paths import local_path
from tfcmp.errors import CallError, WorkError

PROGRAM = "python -m tfcmp.verify"
DESCRIPTION = (
    "Recomputes all metrics of result.json from predictions.parquet, compares sizes of splits and "
    "checksums, and of a study's report every table. Names what differs and ends with code 1. It "
    "detects damage, not forgery."
)
NOT_FORGERY = "this detects damage, not forgery"


def main(arguments: list[str]) -> None:
    """Parses, verifies and prints what was found, a line each."""
    parser = ArgumentParser(
        prog=PROGRAM, description=DESCRIPTION, exit_on_error=False, allow_abbrev=False
    )
    parser.add_argument(
        "paths",
        nargs="+",
        type=local_path,
        metavar="RUN_OR_STUDY",
        help="directories of fit and compare, or a folder of such",
    )
    parser.add_argument(
        "--report", type=local_path, help="report of these runs; of a single study its report/"
    )
    options = parse_strictly(parser, arguments)
    verify([Path(path) for path in options.paths], options.report)


def verify(paths: list[Path], report: str | None) -> None:
    """Verifies all complete runs of `paths`, and the report.

    Raises:
        CallError: there is no complete run.
        WorkError: something differs.
    """
    from tfcmp.progress import progress_bar
    from tfcmp.reporting.folders import expand_folders
    from tfcmp.reporting.gathering import find_all
    from tfcmp.reporting.studies import REPORT, is_study
    from tfcmp.reporting.verification import verify_report, verify_run
    from tfcmp.runs.directory import RESULT

    given, paths = paths, expand_folders(paths)
    runs = [one.path for one in find_all(paths)[0] if (one.path / RESULT).exists()]
    if not runs:
        raise CallError(
            "expected at least one complete run (a folder with result.json, or a study of such), got "
            "none; python -m tfcmp.fit makes one"
        )
    folder = Path(report) if report is not None else None
    if folder is None and len(given) == 1 and is_study(given[0]):
        written = given[0] / REPORT
        # A report that lost its page is damaged; only where nothing was written there is none.
        folder = written if written.is_dir() and any(written.iterdir()) else None
    found = []
    with progress_bar("verifying", len(runs) + (folder is not None)) as advance:
        for run in runs:
            found += verify_run(run)
            advance(1)
        if folder is not None:
            found += verify_report(folder, paths)
            advance(1)
    checked = f"{len(runs)} run{'s' if len(runs) > 1 else ''}" + (" and a report" * bool(folder))
    for one in found:
        sys.stdout.write(f"{one}\n")
    if found:
        raise WorkError(f"{len(found)} difference(s) in {checked}; {NOT_FORGERY}")
    sys.stdout.write(f"{checked}: all numbers and checksums agree ({NOT_FORGERY})\n")


if __name__ == "__main__":
    run_command(main)
