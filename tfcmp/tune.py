"""`python -m tfcmp.tune --model NAME`: searches for the settings that validate best."""

import shlex
import sys
import time
from argparse import SUPPRESS, Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tfcmp.command.ending import run_command
from tfcmp.command.inputs import arguments_of, cache_folder, require_inputs
from tfcmp.command.options import (
    add_cache,
    add_data,
    add_trust,
    is_trusting,
    parse_configuration,
    parse_resumed,
)
from tfcmp.command.quiet import import_tensorflow
from tfcmp.config.default_paths import DEFAULT_RUNS
from tfcmp.config.values import local_path, output_folder
from tfcmp.errors import CallError, TfcmpError, WorkError
from tfcmp.evaluation.metrics import NAMES, search_score
from tfcmp.models.saved_model.trust import trusting_saved_models
from tfcmp.runs.directory import RunDirectory, create_run
from tfcmp.runs.layout import CONFIG, SEARCH, SPACE
from tfcmp.search.plan import (
    Plan,
    Role,
    discard_abandoned,
    extended,
    make_budget,
    make_plan,
    make_room,
    planned_space,
    read_plan,
    read_role,
    read_search_file,
    require_same,
    wait_for_search,
)
from tfcmp.search.settings import GROUPS
from tfcmp.search.space import default_space, make_space, read_space_file

if TYPE_CHECKING:
    from tfcmp.command.parser import CommandParser, Options
    from tfcmp.records.search import Search

PROGRAM = "python -m tfcmp.tune"
DESCRIPTION = (
    "Searches optimizer, learning rate, batch size and whatever else a space file names, by "
    "validation accuracy (macro F1 with --training.selection macro_f1). Takes all settings of "
    "tfcmp.fit; one that is given by a flag is kept as given and not searched. Writes a directory with every trial and best.yaml for tfcmp.fit."
)


def main(arguments: list[str]) -> None:
    """Parses, searches, prints the best trial and, alone on the last line, the directory."""
    start = time.perf_counter()
    role = read_role()
    resumed = parse_resumed(arguments, PROGRAM, _add_resumed)
    if resumed is None:
        plan, options = _plan_of(arguments)
        cache = cache_folder(options)
        require_inputs(plan.configuration, cache, is_trusting(options))
        if role == "worker":
            search = _joined(options, plan)
        else:
            make_room(Path(options.runs), options.name)
            search = create_run(
                Path(options.runs), f"{plan.configuration.model}-search", options.name
            )
    else:
        options, cache = resumed, cache_folder(resumed)
        search = RunDirectory(Path(resumed.resume))
        plan = _resumed_plan(search, resumed)
        require_inputs(plan.configuration, cache, is_trusting(options))
        if role != "worker":
            search.lock()
    with trusting_saved_models(is_trusting(options)):
        found = _search(plan, search, cache, role, start)
    sys.stdout.write(f"{_summary(found, plan, search.path)}\n{search.path}\n")


def _search(plan: Plan, search: RunDirectory, cache: Path, role: Role, start: float) -> "Search":
    try:
        import_tensorflow()
        from tfcmp.search.searching import run_search

        found = run_search(plan, search, cache, role, lambda: time.perf_counter() - start)
    except KeyboardInterrupt:
        if search.file(SEARCH).exists():
            sys.stderr.write(
                f"stopped; go on with {PROGRAM} --resume {shlex.quote(str(search.path))}\n"
            )
        raise
    except TfcmpError:
        # A mistake leaves nothing behind that would keep the mended call from its --name.
        if role != "worker" and not search.file("trials.csv").exists():
            for name in (CONFIG, SPACE, SEARCH):
                search.file(name).unlink(missing_ok=True)
        raise
    finally:
        if role != "worker":
            discard_abandoned(search)
        search.unlock()
    if found["best"] is None and role != "worker":
        raise WorkError(
            f"none of the {found['trials']['done']} trials has a score; {search.path}/trials.csv "
            "has the reasons"
        )
    return found


def _plan_of(arguments: list[str]) -> tuple[Plan, "Options"]:
    configuration, options = parse_configuration(arguments, PROGRAM, DESCRIPTION, _add_options)
    given = {argument.split("=", 1)[0].removeprefix("--") for argument in arguments}
    fixed = {name for name in given if name.split(".")[0] in GROUPS}
    wanted = Namespace(**options.group("search"))
    budget = make_budget(wanted.trials, wanted.seconds, wanted.tuner)
    plan = make_plan(configuration, wanted.tuner, budget, wanted.seed, wanted.space, fixed)
    return plan, options


def _resumed_plan(search: RunDirectory, options: "Options") -> Plan:
    """The plan of a search that was begun; its budget may be raised, its space may not change."""
    known = read_search_file(search)
    arguments = arguments_of(search, options.data, known.get("environment", {}))
    configuration = parse_configuration(arguments, PROGRAM, DESCRIPTION, _add_options)[0]
    plan = read_plan(search, configuration)
    wanted = Namespace(**options.group("search"))
    if wanted.space is not None:
        # The file that the search was started with, or the space that was made of it. What the
        # search does not vary was given by a flag.
        named = read_space_file(wanted.space)
        fixed = set(default_space(configuration)) - set(plan.space.settings())
        spaces = (
            planned_space(configuration, plan.tuner, named, fixed),
            make_space(named, configuration),
        )
        if plan.space.digest() not in [space.digest() for space in spaces]:
            raise CallError(
                f"--search.space {wanted.space} is not the space of {search.path}; trials of two "
                "spaces are not merged: leave it out, or start anew under another --name"
            )
    budget = extended(plan.budget, wanted.trials, wanted.seconds, plan.tuner)
    if known["status"] == "complete" and budget == plan.budget:
        raise WorkError(
            f"{search.path} is complete; there is nothing to resume, unless --search.trials or "
            "--search.seconds raise its budget"
        )
    return Plan(configuration, plan.space, plan.tuner, budget, plan.seed)


def _joined(options: "Options", plan: Plan) -> RunDirectory:
    """The search of the chief that this worker is to join."""
    if options.name is None:
        raise CallError(
            "--name is missing: a worker has to be told the folder that its chief works in; give "
            "all of them the same --runs and --name"
        )
    search = wait_for_search(Path(options.runs) / options.name)
    arguments = ["--config", str(search.file(CONFIG))]
    configuration = parse_configuration(arguments, PROGRAM, DESCRIPTION, _add_options)[0]
    require_same(search, plan, read_plan(search, configuration))
    return search


def _summary(found: "Search", plan: Plan, path: Path) -> str:
    trials, best = found["trials"], found["best"]
    without = trials["failed"] + trials["invalid"]
    lines = [
        f"{plan.configuration.model}: {trials['done']} trials of a {plan.tuner} search"
        + (f", {without} without a score" if without else "")
    ]
    if best is not None:
        name = NAMES[search_score(plan.configuration.training.selection)]
        lines.append(
            f"best validation {name} {best['score']:.2%} in trial {best['trial']}; train it with "
            f"python -m tfcmp.fit --config {shlex.quote(f'{path}/best.yaml')}"
        )
        size, epochs = plan.configuration.data.train_size, plan.configuration.training.epochs
        if size is not None:
            lines.append(
                f"on {size:,} texts and {epochs} epochs, as searched; add --data.train_size null "
                "and --training.epochs N to train it on all of them"
            )
    if found["share_in_steps"] is not None:
        lines.append(
            f"{found['seconds']['total']:,.0f} s, {found['share_in_steps']:.0%} of them in "
            "training and evaluation steps"
        )
    return "\n".join(lines)


def _add_options(parser: "CommandParser") -> None:
    parser.add_argument(
        "--runs", type=output_folder, default=DEFAULT_RUNS, help="folder of the directory"
    )
    parser.add_argument("--name", type=str | None, help="name of the directory")
    parser.add_argument(
        "--resume", type=local_path, default=SUPPRESS, help="directory of a search to go on with"
    )
    parser.add_argument(
        "--search.tuner",
        type=Literal["random", "bayesian", "hyperband", "grid"],
        default="random",
        help="how the space is walked through",
    )
    parser.add_argument("--search.seed", type=int, default=1, help="seed of what is drawn")
    _add_resumable(parser)


def _add_resumed(parser: "CommandParser") -> None:
    add_data(parser)
    _add_resumable(parser)


def _add_resumable(parser: "CommandParser") -> None:
    parser.add_argument(
        "--search.trials", type=int | None, help="most trials, failed ones included"
    )
    parser.add_argument(
        "--search.seconds",
        type=float | None,
        help="no trial begins once all together have taken that long",
    )
    parser.add_argument("--search.space", type=local_path, help="YAML file of what is searched")
    add_cache(parser)
    add_trust(parser)


if __name__ == "__main__":
    run_command(main)
