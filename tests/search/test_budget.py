import math

import pytest

from tfcmp.errors import CallError
from tfcmp.search.budget import DEFAULT_TRIALS, Budget, make_budget


def test_a_search_that_would_never_end_has_a_default_budget():
    assert make_budget(None, None, "random") == Budget(DEFAULT_TRIALS)
    assert make_budget(None, None, "bayesian") == Budget(DEFAULT_TRIALS)
    assert not make_budget(None, None, "grid").is_limited()
    assert make_budget(None, 60.0, "random") == Budget(None, 60.0)


def test_progress_counts_trials_or_else_seconds():
    assert [Budget(5, 60).units(), Budget(None, 60.4).units(), Budget().units()] == [5, 60, None]


@pytest.mark.parametrize("limits", [(0, None), (-1, None), (None, 0.0), (None, math.nan)])
def test_a_budget_of_nothing_is_refused(limits):
    with pytest.raises(CallError, match=r"--search\.(trials|seconds): expected"):
        make_budget(*limits, "random")
