"""What trainings and searches took, and which of their times are compared: those of one machine."""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from tfcmp.evaluation.intervals import Interval, mean_interval
from tfcmp.reporting.load.models import ModelResult
from tfcmp.reporting.load.runs import Run, value_of
from tfcmp.reporting.load.searches import Search
from tfcmp.runs.timing import why_disturbed

_OF_A_SESSION = ("device", "device_names", "threads", "precision")

Conditions = dict[str, str]


def conditions(run: Run) -> Conditions:
    """What its times depend on, apart from the model and its settings."""
    environment = run.environment
    return {
        **machine(environment),
        # Runs that were made before there were strategies say nothing of replicas.
        "replicas": str(environment.get("replicas", 1)),
        "training texts": str(run.split["splits"]["train"]["fingerprint"]),
    }


def machine(environment: Mapping[str, Any]) -> Conditions:
    """What times of a run and of a search depend on alike."""
    return {
        "device": str(environment.get("device")),
        "hardware": ", ".join(environment.get("device_names") or []),
        "threads": str(environment.get("threads")),
        "precision": str(environment.get("precision")),
    }


def modal_conditions(models: Sequence[ModelResult]) -> Conditions:
    """The conditions of most runs whose times count; of equally many the first."""
    counted = Counter(
        tuple(conditions(run).items())
        for model in models
        for run in model.runs
        if own_reason(run) is None
    )
    return dict(counted.most_common(1)[0][0]) if counted else {}


def other_conditions(models: Sequence[ModelResult], usual: Conditions) -> list[Conditions]:
    """The other conditions under which runs have times that count, each once, the first first."""
    found = [conditions(run) for model in models for run in model.runs if own_reason(run) is None]
    return [one for place, one in enumerate(found) if one != usual and one not in found[:place]]


def why_not_timed(run: Run, usual: Conditions) -> str | None:
    """Why the run's times are left out; None where they count."""
    reason = own_reason(run)
    if reason is not None:
        return reason
    for name, value in conditions(run).items():
        if value != usual.get(name):
            if name == "training texts":
                return "trained on other texts than most"
            return f"{name} {value}, of most {usual.get(name)}"
    return None


def own_reason(run: Run) -> str | None:
    """Why its times are worth nothing, whatever the others are."""
    if run.is_contended:
        return run.contention or why_disturbed(run.timing)
    first = _session(run.environment)
    if any(_session(session) != first for session in run.environment.get("resumed") or []):
        return "its sessions ran under different conditions"
    return None


def _session(environment: Mapping[str, Any]) -> list[Any]:
    return [environment.get(name) for name in _OF_A_SESSION]


def timed_runs(model: ModelResult, usual: Conditions) -> list[Run]:
    """The runs whose times count."""
    return [run for run in model.runs if why_not_timed(run, usual) is None]


def training_seconds(run: Run) -> float:
    """Seconds of training steps."""
    return float(run.timing["seconds"].get("training", math.nan))


def examples_per_second(run: Run) -> float:
    """Median over epochs."""
    return _median(run, "examples_per_second")


def seconds_per_epoch(run: Run) -> float:
    """Median over epochs."""
    return _median(run, "seconds")


def _median(run: Run, name: str) -> float:
    values = [float(line[name]) for line in run.epochs() if line.get(name) is not None]
    return float(np.median(values)) if values else math.nan


def seconds_to(run: Run, target: float) -> float:
    """Training seconds until validation reaches the accuracy; NaN where it never does."""
    passed = 0.0
    for line in run.epochs():
        passed += float(line.get("seconds", math.nan))
        if line.get("validation_accuracy", 0.0) >= target:
            return passed
    return math.nan


def mean_over(runs: Sequence[Run], measure: Callable[[Run], float]) -> float | None:
    """Mean over the runs that have the measure; None where none has."""
    values = [value for value in map(measure, runs) if math.isfinite(value)]
    return float(np.mean(values)) if values else None


def interval_over(runs: Sequence[Run], measure: Callable[[Run], float]) -> Interval | float | None:
    """Mean over the runs with its interval (t over runs); a number alone of a single run."""
    values = np.array([value for value in map(measure, runs) if math.isfinite(value)])
    if len(values) < 2:
        return float(values[0]) if len(values) else None
    return mean_interval(values, np.arange(len(values)), (0.0, math.inf))


def later_value(runs: Sequence[Run], name: str) -> float | None:
    """Mean of what a later command measured, whether a number or one with an interval."""
    return mean_over(runs, lambda run: value_of(run.later.get(name)))


def usual_of_searches(searches: Sequence[Search], usual: Conditions) -> Conditions:
    """Those of the runs, with which searches are compared; without any those of most searches."""
    if usual:
        return usual
    known = [search for search in searches if search.environment and search.contention is None]
    counted = Counter(tuple(machine(search.environment).items()) for search in known)
    return dict(counted.most_common(1)[0][0]) if counted else {}


def why_search_not_timed(search: Search, usual: Conditions) -> str | None:
    """Why the seconds of a search are left out; None where they count.

    Its texts are its own: a search on fewer of them is cheaper, and that is what it cost.
    """
    if search.contention is not None:
        return search.contention
    if not search.environment:
        return "where it was made is not known"
    for name, value in machine(search.environment).items():
        if value != usual.get(name):
            return f"{name} {value}, of most {usual.get(name)}"
    return None


class SearchCost(NamedTuple):
    """The cost of one model's search.

    Attributes:
        trials: their number, failed ones too; None without a search.
        seconds: of all of them; None where they do not count.
        left_out: why they do not.
    """

    trials: int | None = None
    seconds: float | None = None
    left_out: str | None = None


def search_costs(
    models: Sequence[ModelResult], searches: Sequence[Search], of_searches: Conditions
) -> dict[str, SearchCost]:
    """Label of a model -> the cost of the search that is called as its runs are.

    A model that shares the label of its runs with another one has a longer one of its own.

    Args:
        models: all models of the report.
        searches: all searches of the report.
        of_searches: conditions under which seconds of searches count.
    """
    return {model.label: _cost(model, searches, of_searches) for model in models}


def _cost(model: ModelResult, searches: Sequence[Search], of_searches: Conditions) -> SearchCost:
    name = model.runs[0].label
    found = [search for search in searches if search.name == name]
    if not found:
        return SearchCost()
    if len(found) > 1:
        told = ", ".join(search.label for search in found)
        return SearchCost(left_out=f"search: {len(found)} are called {name} ({told})")
    (search,) = found
    reason = why_search_not_timed(search, of_searches)
    if reason is not None:
        return SearchCost(len(search.trials), None, f"search: {reason}")
    return SearchCost(len(search.trials), search.total_seconds())


def initial_seconds(run: Run, usual: Conditions) -> float:
    """Seconds of training of the runs that it started from; NaN where one was made elsewhere."""
    started = run.timing.get("initial") or []
    is_here = all(
        usual.get(name) == value for one in started for name, value in machine(one).items()
    )
    seconds = [value for one in started if (value := one.get("training_seconds")) is not None]
    is_known = bool(started) and len(seconds) == len(started)
    return float(sum(seconds)) if is_here and is_known else math.nan
