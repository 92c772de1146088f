"""`python -m tfcmp.report RUN_OR_STUDY... --out DIR`: tables, figures and findings of runs."""

import sys
from pathlib import Path

from tfcmp.command.ending import run_command
from tfcmp.command.parser import CommandParser
from tfcmp.config.values import local_path, output_folder
from tfcmp.errors import CallError

PROGRAM = "python -m tfcmp.report"
DESCRIPTION = (
    "Compares complete runs: accuracy with intervals, every pair, time, hyperparameters, "
    "stability, calibration, parts of the test split, and which model to take. Writes report.html "
    "(one file, no network), report.md, pictures and all tables as CSV; prints the path of "
    "report.html."
)


def main(arguments: list[str]) -> None:
    """Parses, computes the report and prints the path of its page."""
    parser = CommandParser(PROGRAM, DESCRIPTION)
    parser.add_argument(
        "paths",
        nargs="+",
        type=local_path,
        metavar="RUN_OR_STUDY",
        help="directories of fit, tune, bench and compare, or a folder of such",
    )
    parser.add_argument(
        "--out", type=output_folder, help="folder to write to; of a single study its report/"
    )
    parser.add_argument(
        "--require",
        action="append",
        type=str,
        default=[],
        help='requirement of the decision, such as "latency_p90_ms<=20"; may be repeated',
    )
    parser.add_argument(
        "--prefer", type=str, default="accuracy", help="axis to decide by among those that are left"
    )
    parser.add_argument(
        "--then",
        type=str | None,
        help="axis to decide by among models that tie; else latency_p90_ms, training_seconds, "
        "parameters, in this order",
    )
    parser.add_argument(
        "--margin", type=float, default=0.5, help="points within which accuracies count as equal"
    )
    options = parser.parse(arguments)
    if not 0 < options.margin <= 100:
        raise CallError(f"--margin {options.margin:g}: expected points above 0, up to 100")
    paths = [Path(path) for path in options.paths]
    page = report(
        paths, options.out, options.require, options.prefer, options.margin / 100, options.then
    )
    sys.stdout.write(f"{page}\n")


def report(
    paths: list[Path],
    out: str | None,
    requirements: list[str],
    preference: str,
    margin: float,
    then: str | None = None,
) -> Path:
    """Writes the report of `paths`; gives the path of its page."""
    from tfcmp.evaluation.axes import find_axis, parse_requirement
    from tfcmp.reporting.analysis.comparison import ReportOptions
    from tfcmp.reporting.build import assemble
    from tfcmp.reporting.load.inputs import expand_folders, gather
    from tfcmp.reporting.load.studies import is_study
    from tfcmp.reporting.write import write_report
    from tfcmp.runs.layout import REPORT

    # Before anything is computed: a wrong requirement is reported at once.
    for axis in (preference, *([then] if then is not None else [])):
        find_axis(axis)
    for requirement in requirements:
        parse_requirement(requirement)
    if out is None and not (len(paths) == 1 and is_study(paths[0])):
        raise CallError("--out is missing: expected the folder to write the report to")
    folder = Path(out) if out is not None else paths[0] / REPORT
    report_options = ReportOptions(tuple(requirements), preference, margin, then)
    made = assemble(gather(expand_folders(paths)), report_options)
    return write_report(made, report_options, folder)


if __name__ == "__main__":
    run_command(main)
