"""At which length a recurrent model and a transformer of the same size train equally fast."""

import math
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

# Parameters without embeddings count as equal within that.
TOLERANCE = 0.02
# Share of the machine that other processes may take before a time is none of the model's.
CONTENDED = 0.05
BESIDE = " (measured beside other work: not to be relied on)"
SAME = ("batch_size", "precision", "threads", "device_names", "jit_compile", "strategy", "replicas")


def find_crossings(training: dict[str, Any]) -> dict[str, Any]:
    """Every pair of a recurrent model and a transformer that was measured alike, by name.

    Args:
        training: cells of bench.json.

    Returns:
        For each pair at which length they cross, or that they do not.
    """
    curves: dict[tuple, dict[str, list[dict]]] = {}
    for cell in training.values():
        if isinstance(cell["length"], int) and not cell["loading"]:
            conditions = tuple(str(cell["conditions"].get(name)) for name in SAME)
            curves.setdefault(conditions, {}).setdefault(cell["label"], []).append(cell)
    found = {}
    for (batch_size, precision, *_), by_label in curves.items():
        for one, other in _pairs(by_label):
            name = f"{one[0]['label']} against {other[0]['label']}"
            key = f"{name}, batch {batch_size}, {precision}"
            found[key] = crossing(one, other)
    return found


def _pairs(by_label: dict[str, list[dict]]) -> Iterable[tuple[list[dict], list[dict]]]:
    for one in by_label.values():
        for other in by_label.values():
            sizes = [cells[0]["parameters"]["without_embedding"] for cells in (one, other)]
            is_equal = abs(sizes[0] - sizes[1]) <= TOLERANCE * sizes[0]
            families = (one[0]["family"], other[0]["family"])
            if families == ("recurrent", "transformer") and is_equal:
                yield one, other


def crossing(recurrent: list[dict], transformer: list[dict]) -> dict[str, Any]:
    """Where the throughputs of two models meet.

    Between two measured lengths the logarithm of their ratio is taken to be straight over the
    logarithm of the length. The interval is where curves through the ends of the intervals meet.

    Returns:
        `length` with value, low and high (null where that curve does not cross), the lengths that
        were measured, the ratio at each, whether other work ran beside, and the outcome in words.
    """
    ours = {cell["length"]: cell["examples_per_second"] for cell in recurrent}
    theirs = {cell["length"]: cell["examples_per_second"] for cell in transformer}
    lengths = sorted(ours.keys() & theirs.keys())
    ratios = {
        "value": [ours[n]["value"] / theirs[n]["value"] for n in lengths],
        "one": [ours[n]["low"] / theirs[n]["high"] for n in lengths],
        "other": [ours[n]["high"] / theirs[n]["low"] for n in lengths],
    }
    meeting = {name: _meeting(lengths, values) for name, values in ratios.items()}
    ends = [end for end in (meeting["one"], meeting["other"]) if end is not None]
    both = len(ends) == 2
    value = meeting["value"]
    outcome = _outcome(lengths, ratios["value"], value, sorted(ends) if both else None)
    shares = [cell.get("others_share") or 0.0 for cell in (*recurrent, *transformer)]
    is_contended = max(shares) > CONTENDED
    return {
        "length": {
            "value": value,
            "low": min(ends) if both else None,
            "high": max(ends) if both else None,
        },
        "lengths": lengths,
        "recurrent_over_transformer": ratios["value"],
        "is_contended": is_contended,
        "outcome": outcome + (BESIDE if is_contended else ""),
    }


def _meeting(lengths: list[int], ratios: list[float]) -> float | None:
    """The first length at which a ratio passes 1."""
    points = list(zip(map(math.log, lengths), map(math.log, ratios), strict=True))
    for (x, y), (next_x, next_y) in pairwise(points):
        if y == 0:
            return math.exp(x)
        if y * next_y < 0:
            return math.exp(x + (next_x - x) * (y / (y - next_y)))
    return float(lengths[-1]) if points and points[-1][1] == 0 else None


def _outcome(lengths, ratios, value, interval) -> str:
    if len(lengths) < 2:
        return "fewer than two lengths in common"
    if value is None:
        faster = "recurrent" if ratios[0] > 1 else "transformer"
        return f"do not cross between {lengths[0]} and {lengths[-1]} tokens: the {faster} is faster"
    told = f" ({interval[0]:.0f} to {interval[1]:.0f})" if interval else " (one end not reached)"
    first = "recurrent" if ratios[0] > 1 else "transformer"
    return f"cross at {value:.0f} tokens{told}: below, the {first} is faster"
