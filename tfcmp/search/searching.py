"""A search, from its plan to its best configuration."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tfcmp.errors import WorkError
from tfcmp.models.encoder_files import resolve_encoder
from tfcmp.progress import progress_bar, tell_line
from tfcmp.records.search import Search, SessionStart
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.files import write_json
from tfcmp.runs.layout import ORACLE, SEARCH
from tfcmp.search.hyperparameters import grid_size, make_hyperparameters, settings_of
from tfcmp.search.plan import Plan, Role, read_search_file, write_plan
from tfcmp.search.record import Outcome, Record, read_outcome, write_outcome
from tfcmp.search.trial import TrialRunner
from tfcmp.search.tuner import HyperbandOracle, TrialTuner, make_oracle, name_of_process
from tfcmp.training.environment import commit_of_package, describe_environment
from tfcmp.training.hardware import set_up_hardware
from tfcmp.training.objective import build_objective


def run_search(
    plan: Plan, search: RunDirectory, cache: Path, role: Role, elapsed: Callable[[], float]
) -> Search:
    """Runs a search, or goes on with one, until its budget is spent.

    Args:
        plan: what is searched.
        search: its directory.
        cache: folder of indexes, vocabularies and token ids.
        role: whether this process works alone, hands out trials, or is handed them.
        elapsed: seconds since the session began.

    Returns:
        The content of search.json.

    Raises:
        WorkError: texts, space or state are not those that the search began with.
    """
    imports, configuration = elapsed(), plan.configuration
    hardware = set_up_hardware(configuration)
    files = resolve_encoder(configuration, cache)
    if files is not None:
        files.check()
    environment = describe_environment(
        {**hardware, "pretrained": files.describe() if files else None}, "tune"
    )
    if not search.file(SEARCH).exists():
        write_plan(search, plan, environment)
    worker = name_of_process()
    runner = TrialRunner(configuration, search.path, cache, files, str(hardware["device"]), worker)
    texts = runner.texts(configuration)
    # A weight for a class that is none would fail every trial, one after the other.
    build_objective(
        configuration.training, texts.corpus.labels[texts.splits.train], texts.corpus.classes
    )
    _require_same_texts(search, texts.describe()["splits"], role)
    session: SessionStart = {
        "started": environment["started"],
        "command": environment["command"],
        "commit": commit_of_package(),
        "imports": round(imports, 2),
        "texts": round(elapsed() - imports, 2),
    }
    record = Record(search, plan, role, session, elapsed)
    try:
        _run_trials(plan, search, role, runner, record)
    except KeyboardInterrupt:
        if role != "worker":
            record.write()
        raise
    if role == "worker":
        return read_search_file(search)
    return record.write("complete")


def _run_trials(
    plan: Plan, search: RunDirectory, role: Role, runner: TrialRunner, record: Record
) -> None:
    hyperparameters = make_hyperparameters(plan.space, plan.tuner)
    epochs = plan.configuration.training.epochs
    oracle = make_oracle(plan.tuner, hyperparameters, plan.budget, plan.seed, epochs)
    oracle.state_file = search.file(ORACLE)
    limit = plan.budget.seconds
    oracle.is_spent = lambda: limit is not None and record.seconds_of_trials() >= limit
    if role != "worker":
        if oracle.state_file.exists():
            oracle.reload()
        record.write()
    with progress_bar(_description(plan, role), _units(plan, oracle)) as advance:
        progress = _Progress(advance, in_seconds=plan.budget.trials is None and limit is not None)
        for outcome in record.outcomes():
            progress.end(outcome)

        def ended(trial: Any) -> None:
            outcome = _outcome_of(search.path, int(trial.trial_id), plan, trial)
            record.write()
            progress.end(outcome)
            tell_line(_line(outcome))

        def run(number: int, values: Mapping[str, Any]) -> Outcome:
            return runner.run(number, settings_of(values, plan.space), progress.advance)

        oracle.on_ended = ended
        tuner = TrialTuner(oracle, run, str(search.path))
        if role == "worker":
            _require_same_space(tuner, hyperparameters)
        tuner.search()


class _Progress:
    """Shares of trials, or seconds, to units of the bar."""

    def __init__(self, advance: Callable[[float], None], *, in_seconds: bool) -> None:
        self._advance = advance
        self._in_seconds = in_seconds
        self._shown = 0.0

    def advance(self, share: float) -> None:
        """Shows a part of the trial under way."""
        if not self._in_seconds:
            self._shown += share
            self._advance(share)

    def end(self, outcome: Outcome) -> None:
        """Shows the rest of a trial: it may have stopped early or failed."""
        self._advance(outcome.seconds if self._in_seconds else 1 - self._shown)
        self._shown = 0.0


def _line(outcome: Outcome) -> str:
    """A trial that has ended, where no bar shows how far the search is."""
    told = (
        f"validation accuracy {outcome.score:.2%}"
        if outcome.score is not None
        else f"{outcome.status.lower()}, {outcome.reason}"
    )
    return f"trial {outcome.trial}: {told}; {outcome.seconds:,.1f} s"


def _description(plan: Plan, role: Role) -> str:
    return f"{plan.configuration.model}, {plan.tuner} search" + (
        "" if role == "alone" else f" ({role})"
    )


def _units(plan: Plan, oracle: Any) -> int | None:
    """What the whole search comes to on the bar; None where it cannot be known."""
    if plan.budget.is_limited():
        return plan.budget.units()
    if isinstance(oracle, HyperbandOracle):
        return oracle.trials_per_round()
    return grid_size(plan.space) if plan.tuner == "grid" else None


def _outcome_of(search: Path, number: int, plan: Plan, trial: Any) -> Outcome:
    """The outcome that a trial has left in the folder."""
    outcome = read_outcome(search, number)
    if outcome is None:
        outcome = Outcome(
            number,
            "FAILED",
            settings_of(trial.hyperparameters.values, plan.space),
            plan.configuration.seed,
            reason=f"its worker left no outcome in {search.name}; chief and workers share a folder",
        )
        write_outcome(search, outcome)
    return outcome


def _require_same_texts(search: RunDirectory, splits: dict[str, Any], role: Role) -> None:
    """Writes the splits into search.json, or compares them with those that are there.

    Raises:
        WorkError: trials would be trained or scored on other texts than those before.
    """
    known = read_search_file(search)
    fingerprints = {name: split["fingerprint"] for name, split in splits.items()}
    if "splits" not in known:
        if role != "worker":
            write_json(search.file(SEARCH), {**known, "splits": fingerprints})
    elif known["splits"] != fingerprints:
        raise WorkError(
            f"the texts are not those that {search.path} began with: scores would not compare; "
            "bring back the data as they were, or start anew under another --name"
        )


def _require_same_space(tuner: TrialTuner, hyperparameters: Any) -> None:
    # By name: on its way from the chief a space is sorted by kind.
    theirs, ours = (
        {one.name: sorted(map(str, one.values)) for one in space.space}
        for space in (tuner.oracle.get_space(), hyperparameters)
    )
    if theirs != ours:
        raise WorkError(
            "the chief searches another space than this worker; start all of them with the same "
            "settings, and give every search a port of its own"
        )
