"""What a model cost before its training: finding its settings, and the runs that it starts from."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from tfcmp.reporting.analysis.comparability import (
    Conditions,
    machine,
    usual_of_searches,
    why_search_not_timed,
)
from tfcmp.reporting.load.models import ModelResult
from tfcmp.reporting.load.runs import Run
from tfcmp.reporting.load.searches import Search


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
    entrants: Sequence[ModelResult], searches: Sequence[Search], usual: Conditions
) -> dict[str, SearchCost]:
    """Label of an entrant -> the cost of the search that is called as its runs are.

    An entrant that shares the label of its runs with another one has a longer one of its own.

    Args:
        entrants: all models of the report.
        searches: all searches of the report.
        usual: conditions under which times of runs count.
    """
    of_searches = usual_of_searches(searches, usual)
    return {entrant.label: _cost(entrant, searches, of_searches) for entrant in entrants}


def _cost(entrant: ModelResult, searches: Sequence[Search], of_searches: Conditions) -> SearchCost:
    name = entrant.runs[0].label
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
    seconds = [one.get("training_seconds") for one in started]
    if not started or not is_here or None in seconds:
        return math.nan
    return float(sum(seconds))
