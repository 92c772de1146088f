"""`python -m tfcmp.compare --config FILE`: a study of several models, then its report."""

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tfcmp.command.ending import run_command
from tfcmp.command.inputs import require_texts
from tfcmp.command.options import TRUST, add_cache, add_data, add_trust, is_trusting
from tfcmp.command.parser import CommandParser
from tfcmp.config.default_paths import DEFAULT_RUNS, absolute_source
from tfcmp.config.fields import DataSettings
from tfcmp.config.values import local_path, output_folder
from tfcmp.errors import CallError

if TYPE_CHECKING:
    from argparse import Namespace

    from tfcmp.study.directory import StudyDirectory
    from tfcmp.study.file import Study
    from tfcmp.study.plan import Plan

# Requirements, preference, margin and axis of ties.
ReportOptions = tuple[list[str], str, float, str | None]

PROGRAM = "python -m tfcmp.compare"
DESCRIPTION = (
    "Fits the models of a study file, each with several seeds and each run in a process of its "
    "own, then writes the report. Called again, it goes on where it stands. Prints the path of "
    "report.html and, alone on the last line, the study directory."
)


def main(arguments: list[str]) -> None:
    """Parses, does what is left of the study, reports, and tells what failed."""
    options = _parser().parse(arguments)
    if options.jobs < 1:
        raise CallError(f"--jobs {options.jobs}: expected at least 1")
    file, directory = _places(options)
    from tfcmp.study.file import read_study
    from tfcmp.study.plan import make_plan

    study = read_study(file)
    plan = make_plan(study, str(file))
    report_options = _report_options(study, options, file)
    directory.accept(file, plan)
    directory.read_state()
    plan = _placed(plan, study, directory, options)
    if options.plan:
        _show_plan(directory, plan)
        return
    _require_texts(plan)
    with directory.locked():
        # Read again, now that nobody else can write it.
        directory.read_state()
        directory.keep(file)
        directory.state.source = next((run.configuration.data.source for run in plan.runs), None)
        _work(directory, plan, options)
        _finish(directory, plan, report_options)


def _work(directory: "StudyDirectory", plan: "Plan", options: "Namespace") -> None:
    from tfcmp.study.children import ChildProcess
    from tfcmp.study.display import showing
    from tfcmp.study.scheduler import Scheduler

    shared = ["--cache", options.cache, *([TRUST, "true"] if is_trusting(options) else [])]
    try:
        with showing(directory, plan, options.jobs) as display:
            Scheduler(directory, plan, ChildProcess, display.tell, options.jobs, shared).work()
    except KeyboardInterrupt:
        command = shlex.join([*PROGRAM.split(), "--resume", str(directory.path)])
        sys.stderr.write(f"stopped; go on with {command}\n")
        raise


def _finish(directory: "StudyDirectory", plan: "Plan", report_options: ReportOptions) -> None:
    """Writes the report, prints where it and the study lie, and tells of failures."""
    from tfcmp.report import report
    from tfcmp.study.scheduler import require_complete
    from tfcmp.study.stages import Stage, stages

    found = stages(directory, plan)
    if any(found[run.name] is Stage.DONE for run in plan.runs):
        sys.stdout.write(f"{report([directory.path], None, *report_options)}\n")
    sys.stdout.write(f"{directory.path}\n")
    sys.stdout.flush()
    require_complete(directory, plan)


def _show_plan(directory: "StudyDirectory", plan: "Plan") -> None:
    from tfcmp.study.stages import name_of_search, stages

    found = stages(directory, plan)
    width = max(map(len, found))
    for name, stage in found.items():
        reason = directory.state.failures.get(name)
        behind = f" (failed: {reason})" if reason else ""
        sys.stdout.write(f"{name:<{width}}  {stage.value}{behind}\n")
    budgets = {name_of_search(search): search.request.budget() for search in plan.searches}
    for name, budget in budgets.items():
        sys.stdout.write(f"{name}: {budget}\n")
    sys.stdout.write(f"{directory.path}\n")


def _places(options: "Namespace") -> tuple[Path, "StudyDirectory"]:
    """The study file, and the directory of the study."""
    from tfcmp.runs.files import check_name
    from tfcmp.runs.layout import STUDY
    from tfcmp.study.directory import StudyDirectory

    if options.resume is not None:
        if options.config is not None or options.name is not None:
            raise CallError("--resume goes on with a study as it is; leave --config and --name out")
        path = Path(options.resume)
        if not (path / STUDY).is_file():
            raise CallError(f"--resume {path}: expected the directory of a study ({STUDY})")
        return path / STUDY, StudyDirectory(path)
    if options.data is not None:
        raise CallError(
            "--data is the new place of the texts of a study that goes on (--resume); a study file "
            "names them itself (settings: data.source)"
        )
    if options.config is None:
        raise CallError(
            "--config is missing: expected a study file, such as configs/studies/demo.yaml"
        )
    file = Path(options.config)
    name = options.name if options.name is not None else file.stem
    return file, StudyDirectory(Path(options.runs) / check_name(name))


def _placed(
    plan: "Plan", study: "Study", directory: "StudyDirectory", options: "Namespace"
) -> "Plan":
    """The plan of a study that is gone on with, its texts where they lie now."""
    from tfcmp.data.run_texts import find_source, settings_at
    from tfcmp.runs.directory import RunDirectory
    from tfcmp.runs.layout import SPLIT
    from tfcmp.study.plan import with_source

    if options.resume is None:
        return plan
    if options.data is None:
        written = study.entries[0].settings.get("data.source", DataSettings.source)
        place = directory.state.source or find_source(written, directory.path.parents)
        return with_source(plan, place)
    plan = with_source(plan, absolute_source(options.data))
    for path in (directory.run(run.name) for run in plan.runs):
        if (path / SPLIT).exists():
            settings_at(RunDirectory(path), options.data)
            break
    return plan


def _report_options(study: "Study", options: "Namespace", file: Path) -> ReportOptions:
    """Requirements, preference, margin and axis of ties of the report; flags before the file."""
    from tfcmp.evaluation.axes import find_axis, parse_requirement

    requirements = options.require or list(study.requirements)
    preference = options.prefer or study.preference or "accuracy"
    then = options.then or study.then
    margin = options.margin if options.margin is not None else (study.margin or 0.5)
    try:
        for axis in (preference, *([then] if then is not None else [])):
            find_axis(axis)
        for requirement in requirements:
            parse_requirement(requirement)
    except CallError as error:
        is_flag = options.require or options.prefer or options.then
        where = "--require, --prefer or --then" if is_flag else f"{file}: report"
        raise CallError(f"{where}: {error}") from None
    if not 0 < margin <= 100:
        raise CallError(f"--margin {margin:g}: expected points above 0, up to 100")
    return requirements, preference, margin / 100, then


def _require_texts(plan: "Plan") -> None:
    """What is missing is told now, not by the first run."""
    settings = [run.configuration.data for run in plan.runs]
    settings += [search.configuration.data for search in plan.searches]
    # TFDS would bring TensorFlow into this process; the first run asks it.
    for data in {
        one.source: one for one in settings if not one.source.startswith("tfds:")
    }.values():
        require_texts(data)


def _parser() -> CommandParser:
    parser = CommandParser(PROGRAM, DESCRIPTION)
    parser.add_argument("--config", type=local_path, help="study file, see configs/studies/")
    parser.add_argument(
        "--runs", type=output_folder, default=DEFAULT_RUNS, help="folder of the study directory"
    )
    parser.add_argument("--name", type=str | None, help="name of the study; that of its file")
    parser.add_argument("--resume", type=local_path, help="study directory to go on with")
    parser.add_argument(
        "--jobs", type=int, default=1, help="processes at a time; above 1 times do not count"
    )
    parser.add_argument(
        "--plan", action="store_true", help="list runs and how far they are, and do nothing"
    )
    parser.add_argument(
        "--require",
        action="append",
        type=str,
        default=[],
        help="of the report, instead of the file's",
    )
    parser.add_argument("--prefer", type=str | None, help="of the report, instead of the file's")
    parser.add_argument("--then", type=str | None, help="of the report, instead of the file's")
    parser.add_argument("--margin", type=float | None, help="of the report, instead of the file's")
    add_cache(parser)
    add_data(parser)
    add_trust(parser)
    return parser


if __name__ == "__main__":
    run_command(main)
