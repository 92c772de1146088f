"""Publishes a study: its report, what it was computed from, and the table of the README.

    python scripts/publish_study.py STUDY docs/results/pilot
    python scripts/publish_study.py docs/results/pilot --check

The first verifies the study and all its runs and searches, and writes into the folder: runs without
their weights, searches, report.md, figures/, tables/, study.yaml, published.json and README.md; then
the table between the marks of the README. Complete runs and searches may be given instead of a study,
several before the folder, and so may an earlier publication. `python -m tfcmp.verify FOLDER` computes
the report again. A run whose load was not measured has no times that count. Nothing is published that
holds a path or a name of the machine, or that may be a text of the data. The second compares README
and folder, and ends with code 1 where they differ.
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from publishing.front_page import describe, front_page
from publishing.privacy import private_parts
from publishing.results_table import results_table
from publishing.study import copy_study

from tfcmp.errors import TfcmpError
from tfcmp.reporting.analysis.comparison import ReportOptions
from tfcmp.reporting.build import assemble
from tfcmp.reporting.load.inputs import find_all, gather
from tfcmp.reporting.load.studies import is_publication, is_study
from tfcmp.reporting.write import PAGE, RECORD, read_record, write_report
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.files import sha256_of, write_json
from tfcmp.runs.layout import PUBLISHED, REPORT, RESULT, STUDY
from tfcmp.verification.findings import differences
from tfcmp.verification.runs import verify_run
from tfcmp.verification.searches import verify_search
from tfcmp.verification.studies import verify_publication, verify_study, verify_together

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
START, END = "<!-- results: {} -->", "<!-- end of results -->"


def main() -> None:
    """Publishes or checks."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("paths", nargs="+", type=Path, metavar="STUDY... FOLDER")
    parser.add_argument("--check", action="store_true", help="only compare README and folder")
    options = parser.parse_args()
    *sources, folder = options.paths
    if options.check == bool(sources):
        parser.error("expected a study and a folder, or a folder and --check")
    try:
        if sources:
            # A mark that is missing is told now, not after the folder has been replaced.
            with_table(README.read_text(encoding="utf-8"), folder.name, "")
            publish(sources, folder)
    except TfcmpError as error:
        sys.exit(f"{error}")
    check_sums(folder)
    readme = README.read_text(encoding="utf-8")
    renewed = with_table(readme, folder.name, results_table(folder))
    if not options.check:
        README.write_text(renewed, encoding="utf-8")
    elif readme != renewed:
        sys.exit(f"the table of {folder.name} in README.md is not that of {folder}")


def publish(sources: list[Path], folder: Path) -> None:
    """Writes all files of the folder, each checked before the first is replaced.

    Raises:
        TfcmpError: runs cannot be read or compared.
        SystemExit: the folder holds something else, something does not verify, or must not be
            published.
    """
    require_published(folder)
    require_sound(sources)
    study = next((path for path in sources if (path / STUDY).is_file()), None)
    with tempfile.TemporaryDirectory() as place:
        made = Path(place) / folder.name
        copy_study(sources, made)
        if study is not None:
            shutil.copy(study / STUDY, made / STUDY)
        # Until the end, when its checksums are known: the mark of a publication.
        write_json(made / PUBLISHED, {})
        # From the copies, as whoever verifies the publication has nothing else.
        inputs = gather([made])
        report_options = report_options_of(sources)
        write_report(assemble(inputs, report_options), report_options, made)
        leave_out_page(made)
        described = describe(inputs, study, shown(folder))
        page = front_page(described, folder.name, shown(folder))
        (made / "README.md").write_text(page, encoding="utf-8")
        sums = {
            file.relative_to(made).as_posix(): sha256_of(file)
            for file in sorted(made.rglob("*"))
            if file.is_file() and file.name != PUBLISHED
        }
        write_json(made / PUBLISHED, {**described, "files": sums})
        refuse_private(made)
        require_sound([made])
        put_in_place(made, folder)


def require_published(folder: Path) -> None:
    """Ends where publishing would replace anything but an earlier publication.

    A folder that was forgotten on the command line makes the last study or run take its place.

    Raises:
        SystemExit: the folder is a file, or holds something else.
    """
    is_free = not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))
    if not is_free and not (folder / PUBLISHED).is_file():
        sys.exit(
            f"{folder} holds something else than a published study (it has no {PUBLISHED}); "
            "expected a folder to publish into, behind the study"
        )


def require_sound(sources: list[Path]) -> None:
    """Ends where a study, a run or a search is not what it states.

    Raises:
        SystemExit: with what differs.
    """
    found, searches, _ = find_all(sources)
    runs = [one.path for one in found if (one.path / RESULT).exists()]
    findings = verify_together(runs)
    for source in sources:
        if (source / STUDY).is_file():
            findings += verify_study(source)
        if is_publication(source):
            findings += verify_publication(source)
    for run in runs:
        findings += verify_run(run)
    for search in searches:
        findings += verify_search(search.path)
    if told := differences(findings):
        sys.exit("\n".join(told))


def report_options_of(sources: list[Path]) -> ReportOptions:
    """Those of the study's own report, else none."""
    for path in sources:
        for report in (path, path / REPORT):
            if is_study(path) and (report / RECORD).exists():
                return read_record(report)[0]
    return ReportOptions()


def leave_out_page(made: Path) -> None:
    """Takes the page away: it repeats what report.md and the figures hold."""
    (made / PAGE).unlink()
    record = RunDirectory(made).read_json(RECORD)
    record["files"].pop(PAGE)
    write_json(made / RECORD, record)


def shown(folder: Path) -> str:
    """The folder as seen from the repository; its name alone where it lies elsewhere."""
    whole = folder.resolve()
    return str(whole.relative_to(ROOT)) if whole.is_relative_to(ROOT) else whole.name


def refuse_private(folder: Path) -> None:
    """Ends where a file holds a path or a name of this machine, or what may be a text.

    Raises:
        SystemExit: with file and line of each.
    """
    found = private_parts(folder)
    if found:
        sys.exit("not published:\n" + "\n".join(found))


def put_in_place(made: Path, folder: Path) -> None:
    """Copies `made` next to the folder and renames it; what was there goes once the new one is."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as place:
        part, old = Path(place) / "part", Path(place) / "old"
        shutil.copytree(made, part)
        if folder.exists():
            folder.rename(old)
        try:
            part.rename(folder)
        except OSError:
            if old.exists():
                old.rename(folder)
            raise


def check_sums(folder: Path) -> None:
    """Ends where a published file is not the one whose checksum was written.

    Raises:
        SystemExit: with the names of the files.
    """
    if told := differences(verify_publication(folder)):
        sys.exit("\n".join(told))


def with_table(readme: str, name: str, content: str) -> str:
    """The README with `content` between the marks of `name`."""
    mark = START.format(name)
    before, found, rest = readme.partition(mark)
    _, end, after = rest.partition(END)
    if not found or not end:
        sys.exit(f"README.md has no mark {END if found else mark}")
    return f"{before}{mark}\n{content}\n{END}{after}"


if __name__ == "__main__":
    main()
