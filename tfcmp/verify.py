"""`python -m tfcmp.verify RUN_OR_STUDY...`: computes again what was stated, compares checksums."""

import contextlib
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tfcmp.command.ending import run_command
from tfcmp.command.options import add_trust, is_trusting
from tfcmp.command.parser import CommandParser
from tfcmp.command.quiet import import_tensorflow
from tfcmp.config.values import local_path
from tfcmp.errors import CallError, WorkError

if TYPE_CHECKING:
    from tfcmp.verification.findings import Finding

PROGRAM = "python -m tfcmp.verify"
DESCRIPTION = (
    "Recomputes all metrics of runs from predictions.parquet, the fingerprints of their splits, the "
    "tables of searches from their trials, and every table of a study's or publication's report; "
    "compares checksums, and what a study asks for with what is there. Names what differs and ends "
    "with code 1; says what it could not check. It detects damage and slips, not forgery."
)
NOT_FORGERY = "this detects damage and slips, not forgery"


def main(arguments: list[str]) -> None:
    """Parses, verifies and prints what was found, one finding per line."""
    parser = CommandParser(PROGRAM, DESCRIPTION)
    parser.add_argument(
        "paths",
        nargs="+",
        type=local_path,
        metavar="RUN_OR_STUDY",
        help="directories of fit, tune and compare, a folder of such, or a publication "
        "(docs/results/NAME)",
    )
    parser.add_argument(
        "--report", type=local_path, help="report of these runs; of a single study its report/"
    )
    parser.add_argument(
        "--answers",
        action="store_true",
        help="let each saved model answer 200 test texts again; needs the texts and TensorFlow",
    )
    add_trust(parser)
    options = parser.parse(arguments)
    paths = [Path(path) for path in options.paths]
    verify(paths, options.report, answers=options.answers, trust=is_trusting(options))


def verify(
    paths: Sequence[Path], report: str | None = None, *, answers: bool = False, trust: bool = False
) -> None:
    """Verifies all complete runs, searches and studies of `paths`, and the report.

    Args:
        paths: as the command line has them.
        report: folder of the report; None takes that of a single study.
        answers: whether the saved models answer texts again.
        trust: lets SavedModels run.

    Raises:
        CallError: there is no complete run and no search.
        WorkError: something differs.
    """
    from tfcmp.reporting.load.inputs import expand_folders, find_all
    from tfcmp.runs.layout import RESULT

    given, paths = paths, expand_folders(paths)
    found, searches, benches = find_all(paths)
    runs = [one.path for one in found if (one.path / RESULT).exists()]
    if not runs and not searches:
        raise CallError(_nothing(paths))
    folder = Path(report) if report is not None else _own_report(given)
    findings = _findings(paths, runs, [one.path for one in searches], benches, folder)
    if answers:
        findings += _answers(runs, trust)
    for finding in findings:
        sys.stdout.write(f"{'' if finding.is_difference else 'not checked: '}{finding.text}\n")
    checked = _counted(len(runs), len(searches)) + (" and a report" if folder is not None else "")
    differing = sum(finding.is_difference for finding in findings)
    if differing:
        raise WorkError(f"{differing} difference(s) in {checked}; {NOT_FORGERY}")
    rest = "what was checked agrees" if findings else "all numbers and checksums agree"
    sys.stdout.write(f"{checked}: {rest} ({NOT_FORGERY})\n")


def _findings(
    paths: Sequence[Path],
    runs: Sequence[Path],
    searches: Sequence[Path],
    benches: Sequence[Path],
    report: Path | None,
) -> list["Finding"]:
    from tfcmp.progress import progress_bar
    from tfcmp.reporting.load.studies import is_publication
    from tfcmp.runs.layout import STUDY
    from tfcmp.verification.runs import check_bench, verify_run
    from tfcmp.verification.searches import verify_search
    from tfcmp.verification.studies import (
        verify_publication,
        verify_report,
        verify_study,
        verify_together,
    )

    work: list[tuple[Callable[[Path], list[Finding]], Path]] = []
    work += [(verify_study, path) for path in paths if (path / STUDY).is_file()]
    work += [(verify_publication, path) for path in paths if is_publication(path)]
    work += [(verify_run, run) for run in runs]
    work += [(verify_search, search) for search in searches]
    found: list[Finding] = []
    with progress_bar("verifying", len(work) + 1 + (report is not None)) as advance:
        for check, path in work:
            found += check(path)
            advance(1)
        found += verify_together(runs)
        for bench in benches:
            found += check_bench(bench)
        advance(1)
        if report is not None:
            found += verify_report(report, paths)
            advance(1)
    return found


def _answers(runs: Sequence[Path], trust: bool) -> list["Finding"]:
    from tfcmp.progress import progress_bar
    from tfcmp.verification.answers import verify_answers

    found: list[Finding] = []
    # Where it is not installed, each run says so.
    with contextlib.suppress(ImportError):
        import_tensorflow()
    with progress_bar("answering again", len(runs)) as advance:
        for run in runs:
            found += verify_answers(run, trust=trust)
            advance(1)
    return found


def _own_report(paths: Sequence[Path]) -> Path | None:
    """The report of a single study or publication, where it has one."""
    from tfcmp.reporting.load.studies import is_publication, is_study
    from tfcmp.runs.layout import REPORT

    if len(paths) != 1 or not is_study(paths[0]):
        return None
    if is_publication(paths[0]):
        return paths[0]
    written = paths[0] / REPORT
    # A report that lost its page is damaged; only where nothing was written there is none.
    return written if written.is_dir() and any(written.iterdir()) else None


def _nothing(paths: Sequence[Path]) -> str:
    from tfcmp.reporting.load.studies import is_publication

    for path in paths:
        if is_publication(path):
            return (
                f"{path} was published without its runs, so that nothing of it can be computed "
                "again; expected a folder that scripts/publish_study.py wrote with runs/"
            )
    return (
        "expected at least one complete run (a folder with result.json, or a study of such), got "
        "none; python -m tfcmp.fit makes one"
    )


def _counted(runs: int, searches: int) -> str:
    told = [f"{runs} run{'s' if runs > 1 else ''}"] if runs else []
    told += [f"{searches} search{'es' if searches > 1 else ''}"] if searches else []
    return ", ".join(told)


if __name__ == "__main__":
    run_command(main)
