"""What published.json and the front page tell: commits, hardware, dates, commands and hours."""

import json
import shlex
from pathlib import Path
from typing import Any

from tfcmp.reporting.load.inputs import ReportInputs
from tfcmp.reporting.render.format import portable
from tfcmp.runs.layout import OF_A_SEARCH, PUBLISHED, STUDY, STUDY_STATE


def describe(inputs: ReportInputs, study: Path | None, shown: str) -> dict[str, Any]:
    """The content of published.json but for the checksums.

    Args:
        inputs: all that is published.
        study: its directory, if it is one.
        shown: the folder of the publication as seen from the repository.
    """
    runs = [run for model in inputs.models for run in model.runs]
    environments = [run.environment for run in runs]
    if study is None:
        commands = [command_of(environment) for environment in environments]
    else:
        commands = commands_of_adopted(inputs, study)
        commands.append(f"python -m tfcmp.compare --config {shown}/{STUDY}")
    hours = {
        "fits": sum(run.timing.get("total_seconds", 0.0) for run in runs) / 3600,
        "searches": sum(value or 0.0 for one in inputs.searches for value in one.seconds()) / 3600,
    }
    return {
        "commits": sorted({str(of.get("commit")) for of in environments}),
        "search_commits": sorted(
            {str(search.environment.get("commit")) for search in inputs.searches}
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
        "searches": [search.label for search in inputs.searches],
    }


def commands_of_adopted(inputs: ReportInputs, study: Path) -> list[str]:
    """Of the runs and searches that compare found complete: it did not start them.

    A study says what ended in it; where it does not, nothing is known.
    """
    if not (study / STUDY_STATE).exists():
        return []
    finished = json.loads((study / STUDY_STATE).read_text(encoding="utf-8")).get("finished")
    if finished is None:
        return []
    runs = [run for model in inputs.models for run in model.runs]
    made = {run.name: run.environment for run in runs}
    made |= {f"{one.name}{OF_A_SEARCH}": one.environment for one in inputs.searches}
    return [command_of(of) for name, of in made.items() if name not in finished]


def command_of(environment: dict[str, Any]) -> str:
    """The command that an environment was written under, without the places of its machine."""
    return portable(shlex.join(environment.get("command", [])))


def front_page(described: dict[str, Any], name: str, shown: str) -> str:
    """README.md of the publication called `name`."""
    hours, searches = described["hours"], len(described["searches"])
    commands = described["commands"]
    is_adopting = len(commands) > 1 and "tfcmp.compare" in commands[-1]
    told = "the last of which found the others done; " if is_adopting else "and "
    lines = [
        f"# {name}",
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
        f"{told}published by `python scripts/publish_study.py STUDY {shown}`. "
        f"[{PUBLISHED}]({PUBLISHED}) has versions and a checksum of every file.",
        "",
        "Predictions, logs, settings and measurements of every [run](runs) are here without weights "
        "and texts; all numbers of the report are computed again from them, and compared, by",
        "",
        f"    python -m tfcmp.verify {shown}",
    ]
    return "\n".join(lines) + "\n"
