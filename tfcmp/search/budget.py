"""How much a search may spend, so that two searches can be said to have had the same."""

from dataclasses import dataclass

from tfcmp.errors import CallError

# Of a random or Bayesian search that is given no limit; the others end by themselves.
DEFAULT_TRIALS = 20


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
