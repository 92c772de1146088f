"""How many processors there are to compute with."""

import os


def processors() -> int:
    """Processors that this process may use; where the system does not tell, all there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
