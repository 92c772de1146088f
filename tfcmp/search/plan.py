"""What a search is to do: its settings, space, budget and processes; and the folder that says so.

That of a search which was killed before its first trial holds the plan alone: it is abandoned, and
keeps nobody from its name.
"""

import os
import time
from collections.abc import Mapping, Set
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, cast

from tfcmp.config.fields import Configuration
from tfcmp.config.file import write_configuration
from tfcmp.errors import CallError, WorkError
from tfcmp.records.search import Search
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.files import write_json
from tfcmp.runs.layout import CONFIG, ENVIRONMENT, LOCK, SEARCH, SEARCH_FORMAT, SPACE, TRIALS_FOLDER
from tfcmp.search.space import Space, default_space, make_space, read_space_file, write_space

# Of a random or Bayesian search that is given no limit; the others end by themselves.
DEFAULT_TRIALS = 20
Role = Literal["alone", "chief", "worker"]
TUNER_ID = "KERASTUNER_TUNER_ID"
ORACLE_IP = "KERASTUNER_ORACLE_IP"
ORACLE_PORT = "KERASTUNER_ORACLE_PORT"
# The chief answers whoever asks, without a password.
LOOPBACK = "127.0.0.1"
# What search.json says from its first writing on.
WRITTEN_FIRST = ("tuner", "budget", "seed", "space_sha256", "status")
LARGEST_SEED = 2**31
WORKER_PATIENCE_SECONDS = 60
TunerName = Literal["random", "bayesian", "hyperband", "grid"]


@dataclass(frozen=True)
class Budget:
    """Limits of a search; the one that is reached first ends it.

    Attributes:
        trials: most trials, failed ones included, or None.
        seconds: once all trials together have taken that long no other begins, or None. The last
            one is finished.
    """

    trials: int | None = None
    seconds: float | None = None

    def is_limited(self) -> bool:
        """Whether there is a limit."""
        return self.trials is not None or self.seconds is not None

    def units(self) -> int | None:
        """What progress is counted in: trials or else seconds."""
        if self.trials is not None:
            return self.trials
        return None if self.seconds is None else round(self.seconds)


def make_budget(trials: int | None, seconds: float | None, tuner: str) -> Budget:
    """The budget of a call.

    Raises:
        CallError: a limit is none.
    """
    if trials is not None and trials < 1:
        raise CallError(f"--search.trials: expected at least 1, got {trials}")
    # Written so that NaN counts as wrong.
    if seconds is not None and not 0 < seconds < float("inf"):
        raise CallError(f"--search.seconds: expected a number above 0, got {seconds}")
    if trials is None and seconds is None and tuner in ("random", "bayesian"):
        return Budget(DEFAULT_TRIALS)
    return Budget(trials, seconds)


def read_role() -> Role:
    """The role that the environment says; the chief listens on 127.0.0.1 unless told otherwise.

    Raises:
        CallError: some variables are set and others are missing.
    """
    name, port = os.environ.get(TUNER_ID), os.environ.get(ORACLE_PORT)
    if name is None and port is None and ORACLE_IP not in os.environ:
        return "alone"
    if not name or not port:
        missing = TUNER_ID if not name else ORACLE_PORT
        raise CallError(
            f"{missing} is not set: a search over several processes takes {TUNER_ID} (chief, or "
            f"any other name for a worker) and {ORACLE_PORT}"
        )
    if not port.isascii() or not port.isdigit() or not 0 < int(port) < 2**16:
        raise CallError(f"{ORACLE_PORT}={port}: expected a port from 1 to {2**16 - 1}")
    address = os.environ.setdefault(ORACLE_IP, LOOPBACK)
    # What a proxy for the web would do with it is nothing good.
    os.environ.setdefault("no_grpc_proxy", address)
    return "chief" if "chief" in name else "worker"


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
    tuner = cast("TunerName", known["tuner"])
    return Plan(configuration, space, tuner, budget, known["seed"]["search"])


def read_search_file(search: RunDirectory) -> Search:
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
    return cast("Search", known)


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
    end = time.monotonic() + WORKER_PATIENCE_SECONDS
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


def is_abandoned(search: RunDirectory) -> bool:
    """Whether there is the plan of a search, but neither its record, nor a trial, nor a run."""
    begun = any(search.file(name).exists() for name in (SEARCH, ENVIRONMENT, TRIALS_FOLDER))
    return search.file(SPACE).exists() and not begun


def discard_abandoned(search: RunDirectory) -> None:
    """Takes the plan away: it cannot be resumed, and there is nothing of it to lose."""
    if is_abandoned(search):
        for name in (CONFIG, SPACE):
            search.file(name).unlink(missing_ok=True)


def make_room(runs: Path, name: str | None) -> None:
    """Discards what a search of that name left when it was killed.

    Files without the lock of a killed process next to them are the user's, and stay.

    Raises:
        WorkError: another process is at work there.
    """
    if not name or Path(name).name != name or name == "..":
        return
    search = RunDirectory(runs / name)
    if search.file(LOCK).exists() and is_abandoned(search):
        search.lock()
        # Again, now that nobody else can write there.
        discard_abandoned(search)
        search.unlock()
