"""What several fresh processes measured of one case, as one cell."""

from collections.abc import Sequence
from statistics import median
from typing import Any

from tfcmp.evaluation.times import process_interval

_ENDS = ("value", "low", "high")
CONFIDENCE = 0.95


def pool(cells: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """One cell from one per process.

    A quantity (an object with value, low and high) becomes the geometric mean of the processes'
    values with a t interval on their logarithms, and keeps the values as `by_process`; with a
    single process it stays what that process measured, whose interval covers the spread inside
    it alone. Of other numbers the median stays, of what disturbed it the worst.

    Args:
        cells: of the same case, measured in one bench, at least one.
    """
    pooled = _pooled(cells)
    pooled["processes"] = len(cells)
    shares = [cell["others_share"] for cell in cells]
    pooled["others_share"] = None if None in shares else max(shares)
    others = [cell.get("other_gpu_processes") for cell in cells]
    pooled["other_gpu_processes"] = max((one for one in others if one is not None), default=None)
    pooled["is_slowed"] = any(cell.get("is_slowed", False) for cell in cells)
    return pooled


def _pooled(values: Sequence[Any]) -> Any:
    first = values[0]
    if all(isinstance(value, dict) for value in values):
        if all(set(_ENDS) <= set(value) for value in values):
            return _quantity(values)
        # A part that one process could not measure is told instead of the others' numbers.
        left_out = [value for value in values if "left_out" in value]
        if left_out:
            return left_out[0]
        return {key: _pooled([value[key] for value in values if key in value]) for key in first}
    is_number = all(isinstance(value, int | float) for value in values)
    if is_number and not any(isinstance(value, bool) for value in values):
        return first if len(set(values)) == 1 else median(values)
    return first


def _quantity(values: Sequence[dict[str, Any]]) -> dict[str, Any]:
    by_process = [value["value"] for value in values]
    if len(values) == 1:
        return {**values[0], "by_process": by_process}
    interval = process_interval(by_process)
    return {
        **interval._asdict(),
        "coverage": CONFIDENCE,
        "measurements": sum(value.get("measurements", 1) for value in values),
        "by_process": by_process,
    }
