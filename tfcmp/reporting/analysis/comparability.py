"""Which times may stand beside each other: those measured under the same conditions."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from tfcmp.reporting.load.models import ModelResult
from tfcmp.reporting.load.runs import Run
from tfcmp.reporting.load.searches import Search
from tfcmp.runs.timing import why_disturbed

_OF_A_SESSION = ("device", "device_names", "threads", "precision")

Conditions = dict[str, str]


def conditions(run: Run) -> Conditions:
    """What its times depend on, beside the model and its settings."""
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


def modal_conditions(entrants: Sequence[ModelResult]) -> Conditions:
    """The conditions of most runs whose times count; of equally many the first."""
    counted = Counter(
        tuple(conditions(run).items())
        for entrant in entrants
        for run in entrant.runs
        if own_reason(run) is None
    )
    return dict(counted.most_common(1)[0][0]) if counted else {}


def other_conditions(entrants: Sequence[ModelResult], usual: Conditions) -> list[Conditions]:
    """The other conditions under which runs have times that count, each once, the first first."""
    found = [
        conditions(run) for entrant in entrants for run in entrant.runs if own_reason(run) is None
    ]
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


def usual_of_searches(searches: Sequence[Search], usual: Conditions) -> Conditions:
    """Those of the runs, beside which searches stand; without any the machine of most searches."""
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
