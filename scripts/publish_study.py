"""Publishes a study: its report without the page, how it was made, and the table of the README.

    python scripts/publish_study.py STUDY docs/results/pilot
    python scripts/publish_study.py docs/results/pilot --check

The first verifies all runs, computes the report anew and writes report.md, figures/, tables/,
study.yaml, published.json and README.md into the folder, then the table between the marks of the
README. Complete runs and searches may be given instead of a study, several before the folder. A run
whose load was not measured has no times that count. Nothing is published that holds a path or a name
of the machine, or that may be a text of the data. The second compares README and folder, and ends
with code 1 where they differ.
"""

import argparse
import json
import shlex
import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from tfcmp.errors import TfcmpError
from tfcmp.reporting.assembling import Wishes, assemble
from tfcmp.reporting.commands import portable
from tfcmp.reporting.gathering import Material, find_all, gather
from tfcmp.reporting.privacy import private_parts
from tfcmp.reporting.results_table import results_table
from tfcmp.reporting.studies import OF_A_SEARCH, REPORT, STATE, STUDY, is_study
from tfcmp.reporting.verification import verify_run
from tfcmp.reporting.writing import PAGE, RECORD, read_record, write_report
from tfcmp.runs.directory import RESULT
from tfcmp.runs.files import sha256_of, write_json

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
START, END = "<!-- results: {} -->", "<!-- end of results -->"
PUBLISHED = "published.json"
UNKNOWN_LOAD = "its load was not measured"


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
        SystemExit: the folder holds something else, a run does not verify, or something must not be
            published.
    """
    require_published(folder)
    runs = [one.path for one in find_all(sources)[0] if (one.path / RESULT).exists()]
    found = [one for run in runs for one in verify_run(run)]
    if found:
        sys.exit("\n".join(found))
    material = without_unknown_times(gather(sources))
    wishes = wishes_of(sources)
    with tempfile.TemporaryDirectory() as place:
        made = Path(place) / "made"
        write_report(assemble(material, wishes), wishes, made)
        for name in (PAGE, RECORD):
            (made / name).unlink()
        study = next((path for path in sources if is_study(path)), None)
        if study is not None:
            shutil.copy(study / STUDY, made / STUDY)
        described = describe(material, study, folder)
        (made / "README.md").write_text(front_page(described, folder), encoding="utf-8")
        refuse_private(made)
        sums = {
            file.relative_to(made).as_posix(): sha256_of(file)
            for file in sorted(made.rglob("*"))
            if file.is_file()
        }
        write_json(made / PUBLISHED, {**described, "files": sums})
        refuse_private(made)
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


def put_in_place(made: Path, folder: Path) -> None:
    """Copies `made` beside the folder and renames it; what was there goes once the new one is."""
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


def without_unknown_times(material: Material) -> Material:
    """The material, with times left out where nobody knows what ran beside them.

    The load of searches is not measured at all.
    """
    entrants = tuple(
        replace(
            entrant,
            runs=tuple(
                run
                if run.contention or run.timing.get("others_share") is not None
                else replace(run, contention=UNKNOWN_LOAD)
                for run in entrant.runs
            ),
        )
        for entrant in material.entrants
    )
    searches = tuple(
        replace(search, contention=search.contention or UNKNOWN_LOAD)
        for search in material.searches
    )
    return replace(material, entrants=entrants, searches=searches)


def wishes_of(sources: list[Path]) -> Wishes:
    """Those of the study's own report, else none."""
    for path in sources:
        if is_study(path) and (path / REPORT / RECORD).exists():
            return read_record(path / REPORT)[0]
    return Wishes()


def describe(material: Material, study: Path | None, folder: Path) -> dict[str, Any]:
    """Commit, hardware, dates, commands and hours."""
    runs = [run for entrant in material.entrants for run in entrant.runs]
    environments = [run.environment for run in runs]
    if study is None:
        commands = [command_of(environment) for environment in environments]
    else:
        commands = commands_of_adopted(material, study)
        commands.append(f"python -m tfcmp.compare --config {shown(folder)}/{STUDY}")
    hours = {
        "fits": sum(run.timing.get("total_seconds", 0.0) for run in runs) / 3600,
        "searches": sum(value or 0.0 for one in material.searches for value in one.seconds())
        / 3600,
    }
    return {
        "commits": sorted({str(of.get("commit")) for of in environments}),
        "search_commits": sorted(
            {str(search.environment.get("commit")) for search in material.searches}
        ),
        "hardware": sorted(
            f"{', '.join(of.get('device_names') or [str(of.get('device'))])}, "
            f"{of.get('threads')} threads, {of.get('precision')}"
            for of in {json.dumps(one, sort_keys=True): one for one in environments}.values()
        ),
        "dates": sorted({str(of.get("started"))[:10] for of in environments}),
        "versions": environments[0].get("versions", {}),
        "commands": [command for command in dict.fromkeys(commands) if command],
        "hours": {name: round(value, 2) for name, value in hours.items()},
        "runs": [run.name for run in runs],
        "searches": [search.label for search in material.searches],
    }


def commands_of_adopted(material: Material, study: Path) -> list[str]:
    """Of the runs and searches that compare found complete: it did not start them.

    A study says what ended in it; where it does not, nothing is known.
    """
    if not (study / STATE).exists():
        return []
    finished = json.loads((study / STATE).read_text(encoding="utf-8")).get("finished")
    if finished is None:
        return []
    runs = [run for entrant in material.entrants for run in entrant.runs]
    made = {run.name: run.environment for run in runs}
    made |= {f"{one.name}{OF_A_SEARCH}": one.environment for one in material.searches}
    return [command_of(of) for name, of in made.items() if name not in finished]


def command_of(environment: dict[str, Any]) -> str:
    """The command that an environment was written under, without the places of its machine."""
    return portable(shlex.join(environment.get("command", [])))


def front_page(described: dict[str, Any], folder: Path) -> str:
    """README.md of the folder."""
    hours, searches = described["hours"], len(described["searches"])
    commands = described["commands"]
    is_adopting = len(commands) > 1 and "tfcmp.compare" in commands[-1]
    told = "the last of which found the others done; " if is_adopting else "and "
    lines = [
        f"# {folder.name}",
        "",
        "[The report](report.md), its [tables as CSV](tables) and [figures](figures).",
        "",
        "| | |",
        "| --- | --- |",
        f"| commit of the runs | {', '.join(described['commits'])} |",
        *(f"| commit of the search | {commit} |" for commit in described["search_commits"]),
        f"| hardware | {'; '.join(dict.fromkeys(described['hardware']))} |",
        f"| fitted | {', '.join(described['dates'])} |",
        f"| hours | {hours['fits']:.2f} for {len(described['runs'])} runs, "
        f"{hours['searches']:.2f} for {searches} search{'es' if searches != 1 else ''} |",
        "",
        "Made by",
        "",
        *(f"    {command}" for command in commands),
        "",
        f"{told}published by `python scripts/publish_study.py STUDY {shown(folder)}`. "
        f"[{PUBLISHED}]({PUBLISHED}) has versions and a checksum of every file.",
    ]
    return "\n".join(lines) + "\n"


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


def check_sums(folder: Path) -> None:
    """Ends where a published file is not the one whose checksum was written.

    Raises:
        SystemExit: with the names of the files.
    """
    sums = json.loads((folder / PUBLISHED).read_text(encoding="utf-8"))["files"]
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    changed = [
        name
        for name, value in sums.items()
        if name not in there or sha256_of(folder / name) != value
    ]
    changed += sorted(there - set(sums) - {PUBLISHED})
    if changed:
        sys.exit(f"not as published in {folder}: {', '.join(changed)}")


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
