"""Bounds that a user sets on an axis, such as latency_p90_ms<=20."""

import math
import operator
import re
from collections.abc import Sequence
from typing import NamedTuple

from tfcmp.errors import CallError
from tfcmp.evaluation.axes import AXES, Axis, find_axis

_COMPARISONS = {"<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt}
_REQUIREMENT = re.compile(r"\s*([A-Za-z]\w*)\s*(<=|>=|<|>)\s*(\S+)\s*")


class Requirement(NamedTuple):
    """A bound on an axis; `text` is as the user wrote it."""

    text: str
    axis: str
    comparison: str
    bound: float

    def holds(self, value: float) -> bool:
        """Whether a measured value keeps the bound."""
        return bool(_COMPARISONS[self.comparison](value, self.bound))


def parse_requirement(text: str, axes: Sequence[Axis] = AXES) -> Requirement:
    """Reads a requirement such as "latency_p90_ms<=20"; the comparisons are <=, >=, < and >.

    Raises:
        CallError: it is none, or its axis is unknown.
    """
    found = _REQUIREMENT.fullmatch(text)
    try:
        bound = float(found[3]) if found else math.nan
    except ValueError:
        bound = math.nan
    if found is None or not math.isfinite(bound):
        raise CallError(
            f"--require {text!r}: expected an axis, one of <=, >=, <, > and a number, such as "
            "latency_p90_ms<=20"
        )
    return Requirement(text.strip(), find_axis(found[1], axes).name, found[2], bound)
