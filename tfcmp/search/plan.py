"""What a search is to do, and its folder: config.yaml, space.yaml and search.json."""

import time
from collections.abc import Mapping, Set
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from tfcmp.config.fields import Configuration
from tfcmp.config.writing import write_configuration
from tfcmp.errors import CallError, WorkError
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.files import write_json
from tfcmp.runs.layout import CONFIG, SEARCH, SEARCH_FORMAT, SPACE
from tfcmp.search.budget import Budget, make_budget
from tfcmp.search.defaults import default_space
from tfcmp.search.space import Space, make_space, read_space_file, write_space

# What search.json says from its first writing on.
WRITTEN_FIRST = ("tuner", "budget", "seed", "space_sha256", "status")
LARGEST_SEED = 2**31
SECONDS_A_WORKER_WAITS = 60

TunerName = Literal["random", "bayesian", "hyperband", "grid"]


@dataclass(frozen=True)
class Plan:
    """A search to be made.

    Attributes:
        configuration: what all trials have in common.
        space: what they differ in.
        tuner: how it is walked through.
        budget: when it ends.
        seed: of what the tuner draws; that of the trials is the configuration's.
    """

    configuration: Configuration
    space: Space
    tuner: TunerName
    budget: Budget
    seed: int

    def settings(self) -> list[str]:
        """Names of the settings in which trials differ."""
        names = self.space.settings()
        return [*names, "training.epochs"] if self.tuner == "hyperband" else names


def make_plan(
    configuration: Configuration,
    tuner: TunerName,
    budget: Budget,
    seed: int,
    space_file: str | None,
    fixed: set[str],
) -> Plan:
    """The plan of a call.

    Args:
        configuration: resolved from defaults, file and flags.
        tuner: its name.
        budget: its limits.
        seed: of the tuner.
        space_file: entries that replace those of the default space, or None.
        fixed: settings given by flags: they are kept as given.

    Raises:
        CallError: the space is not as expected, a setting is both given and searched, or a strategy
            is given.
    """
    require_one_device(configuration)
    if configuration.init_from is not None:
        raise CallError(
            f"--init_from {configuration.init_from}: a search trains its trials from the start; "
            "leave it out, and give it to tfcmp.fit"
        )
    if not 0 <= seed < LARGEST_SEED:
        raise CallError(f"--search.seed: expected 0 to {LARGEST_SEED - 1}, got {seed}")
    named = read_space_file(space_file) if space_file is not None else {}
    for name in sorted(fixed & {name for name, entry in named.items() if entry is not None}):
        raise CallError(
            f"--{name} and --search.space {space_file} contradict each other: the file says to "
            "search it; leave one of them out"
        )
    space = planned_space(configuration, tuner, named, fixed)
    return Plan(configuration, space, tuner, budget, seed)


def require_one_device(configuration: Configuration) -> None:
    """Kept models are built and compiled for one device, whatever a strategy says.

    Raises:
        CallError: a strategy of several is asked for.
    """
    if configuration.strategy != "none":
        raise CallError(
            f"--strategy {configuration.strategy}: a search trains its trials on one device; "
            "expected --strategy none, or several workers (docs/search.md)"
        )


def planned_space(
    configuration: Configuration,
    tuner: str,
    named: Mapping[str, Any],
    fixed: Set[str] = frozenset(),
) -> Space:
    """The default space without what is fixed, its entries replaced by the named ones.

    Raises:
        CallError: the space is not as expected, or does not go with the tuner.
    """
    default = {n: entry for n, entry in default_space(configuration).items() if n not in fixed}
    space = make_space({**default, **named}, configuration)
    if tuner == "hyperband" and "training.epochs" in space.settings():
        raise CallError(
            "--search.tuner hyperband and training.epochs in the space contradict each other: "
            "hyperband sets the epochs of its trials, up to --training.epochs"
        )
    return space


def write_plan(search: RunDirectory, plan: Plan, environment: dict[str, Any]) -> None:
    """Writes what a search is before its first trial; search.json last, as the sign of one.

    The space comes first: a configuration without one may be that of a run.
    """
    write_space(search.file(SPACE), plan.space)
    write_configuration(search.file(CONFIG), plan.configuration)
    write_json(
        search.file(SEARCH),
        {
            "search_format": SEARCH_FORMAT,
            "model": plan.configuration.model,
            "tuner": plan.tuner,
            "budget": asdict(plan.budget),
            "seed": {"search": plan.seed, "trials": plan.configuration.seed},
            "space_sha256": plan.space.digest(),
            "status": "interrupted",
            "environment": environment,
        },
    )


def read_plan(search: RunDirectory, configuration: Configuration) -> Plan:
    """The plan of a search that was begun, its configuration read already.

    Raises:
        WorkError: its space is no longer the one that its trials were drawn from.
    """
    known = read_search_file(search)
    space = make_space(read_space_file(str(search.file(SPACE))), configuration)
    if space.digest() != known["space_sha256"]:
        raise WorkError(
            f"{search.file(SPACE)} is not the space that {search.path} began with; trials of two "
            "spaces are no search: bring it back, or start anew under another --name"
        )
    budget = Budget(**known["budget"])
    return Plan(configuration, space, known["tuner"], budget, known["seed"]["search"])


def read_search_file(search: RunDirectory) -> dict[str, Any]:
    """Content of search.json.

    Raises:
        CallError: there is no such directory.
        WorkError: it is no search, is damaged, or was made by a newer version.
    """
    if not search.path.is_dir():
        raise CallError(f"{search.path}: no such directory; python -m tfcmp.tune makes one")
    if not search.file(SEARCH).exists():
        raise WorkError(f"{search.path} has no {SEARCH}: it is no search")
    known = search.read_json(SEARCH)
    missing = [name for name in ("search_format", *WRITTEN_FIRST) if name not in known]
    if missing:
        raise WorkError(f"{search.file(SEARCH)} is damaged: it has no {missing[0]}")
    if known["search_format"] > SEARCH_FORMAT:
        raise WorkError(
            f"{search.path} was made by a newer tfcmp (search format {known['search_format']}, "
            f"this version reads up to {SEARCH_FORMAT}); upgrade tfcmp"
        )
    return known


def require_same(search: RunDirectory, given: Plan, known: Plan) -> None:
    """Compares what a call asks for with what a search is.

    Raises:
        CallError: space, settings or seed differ.
    """
    differing = {
        "space": given.space.digest() != known.space.digest(),
        "settings": given.configuration != known.configuration,
        "tuner": given.tuner != known.tuner,
        "seed": given.seed != known.seed,
    }
    names = [name for name, differs in differing.items() if differs]
    if names:
        raise CallError(
            f"{search.path} is a search of another {' and '.join(names)}; trials of two are not "
            "merged: give what it began with, or start anew under another --name"
        )


def wait_for_search(path: Path) -> RunDirectory:
    """The directory that a chief makes, once it is there.

    Raises:
        WorkError: it is not there after a while.
    """
    search = RunDirectory(path)
    end = time.monotonic() + SECONDS_A_WORKER_WAITS
    while not search.file(SEARCH).exists():
        if time.monotonic() > end:
            raise WorkError(
                f"{path} has no {SEARCH}: expected a chief that works in this folder; start it "
                "with KERASTUNER_TUNER_ID=chief and the same --runs and --name"
            )
        time.sleep(0.5)
    return search


def extended(budget: Budget, trials: int | None, seconds: float | None, tuner: str) -> Budget:
    """The budget of a resumed search: as it was, but for the limits that are given anew."""
    given = make_budget(trials, seconds, tuner) if {trials, seconds} != {None} else Budget()
    return Budget(given.trials or budget.trials, given.seconds or budget.seconds)
