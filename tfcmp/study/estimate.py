"""How long the rest of a study takes, judged by what has been done."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np


def remaining_seconds(
    done: Mapping[str, Sequence[float]],
    waiting: Iterable[str],
    working: Iterable[tuple[str, float]],
    jobs: int,
) -> float | None:
    """Seconds until all is done; None where nothing has been done yet.

    A label that has not been done yet is taken to need what the others needed on average.

    Args:
        done: seconds of finished runs, by label.
        waiting: labels of the runs to come.
        working: label and seconds so far of the runs at work.
        jobs: runs at a time.
    """
    known = {label: float(np.median(seconds)) for label, seconds in done.items() if seconds}
    if not known:
        return None
    usual = float(np.mean(list(known.values())))
    left = [max(0.0, known.get(label, usual) - passed) for label, passed in working]
    ahead = [known.get(label, usual) for label in waiting]
    # No run is shared out: the longest of those at work is a lower bound.
    return max([sum(left + ahead) / jobs, *left])


def duration(seconds: float) -> str:
    """In words, rounded as an estimate is."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
