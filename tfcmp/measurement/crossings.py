"""At which length a recurrent model and a transformer of the same size train equally fast."""

import math
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from tfcmp.measurement.conditions import hardware

# Parameters without embeddings count as equal within that.
TOLERANCE = 0.02
# Share of the machine that other processes may take before a time is none of the model's.
CONTENDED = 0.05
BESIDE = " (measured beside other work: not to be relied on)"
SAME = (
    "batch_size",
    "precision",
    "threads",
    "device_names",
    "accumulate",
    "jit_compile",
    "strategy",
    "replicas",
)


def find_crossings(training: dict[str, Any]) -> dict[str, Any]:
    """Every pair of a recurrent model and a transformer that was measured alike, by name.

    Args:
        training: cells of bench.json.

    Returns:
        For each pair at which length they cross, or that they do not.
    """
    curves: dict[tuple, dict[tuple, list[dict]]] = {}
    for cell in training.values():
        if isinstance(cell["length"], int) and not cell["loading"]:
            conditions = tuple(str(cell["conditions"].get(name)) for name in SAME)
            model = (cell["label"], cell["conditions"].get("optimizer"))
            curves.setdefault(conditions, {}).setdefault(model, []).append(cell)
    found = {}
    for by_model in curves.values():
        for one, other in _pairs(by_model):
            of = one[0]["conditions"]
            names = " against ".join(_named(cells[0]) for cells in (one, other))
            key = f"{names}, batch {of['batch_size']}, {of['precision']}, {hardware(of)}"
            found[key] = crossing(one, other)
    return found


def _named(cell: dict[str, Any]) -> str:
    optimizer = cell["conditions"].get("optimizer")
    return cell["label"] if optimizer is None else f"{cell['label']} ({optimizer})"


def _pairs(by_model: dict[tuple, list[dict]]) -> Iterable[tuple[list[dict], list[dict]]]:
    for one in by_model.values():
        for other in by_model.values():
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
        `crossings`, each with value, low and high (null where the end's curve does not cross there);
        the lengths, the ratio at each, who is faster there ("even" where the intervals overlap),
        whether other work ran beside, and the outcome in words.
    """
    ours = {cell["length"]: cell["examples_per_second"] for cell in recurrent}
    theirs = {cell["length"]: cell["examples_per_second"] for cell in transformer}
    lengths = sorted(ours.keys() & theirs.keys())
    ratios = [ours[n]["value"] / theirs[n]["value"] for n in lengths]
    lows = [ours[n]["low"] / theirs[n]["high"] for n in lengths]
    highs = [ours[n]["high"] / theirs[n]["low"] for n in lengths]
    ends = [meetings(lengths, curve) for curve in (lows, highs)]
    values = meetings(lengths, ratios)
    # Ends can be told which crossing they belong to only where there is one of each.
    is_single = len(values) == len(ends[0]) == len(ends[1]) == 1
    interval = sorted([ends[0][0], ends[1][0]]) if is_single else [None, None]
    faster = [
        "recurrent" if low > 1 else "transformer" if high < 1 else "even"
        for low, high in zip(lows, highs, strict=True)
    ]
    shares = [cell.get("others_share") or 0.0 for cell in (*recurrent, *transformer)]
    is_contended = max(shares) > CONTENDED
    return {
        "crossings": [{"value": v, "low": interval[0], "high": interval[1]} for v in values],
        "lengths": lengths,
        "recurrent_over_transformer": ratios,
        "faster": faster,
        "is_contended": is_contended,
        "outcome": _outcome(lengths, values, interval, faster) + (BESIDE if is_contended else ""),
    }


def meetings(lengths: list[int], ratios: list[float]) -> list[float]:
    """The lengths at which a ratio passes 1."""
    points = list(zip(map(math.log, lengths), map(math.log, ratios), strict=True))
    found = []
    for (x, y), (next_x, next_y) in pairwise(points):
        if y * next_y < 0 or (y == 0 and next_y != 0):
            found.append(math.exp(x + (next_x - x) * (y / (y - next_y))))
    return found


def _outcome(lengths, values, interval, faster) -> str:
    if len(lengths) < 2:
        return "fewer than two lengths in common"
    if not values:
        told = f"do not cross between {lengths[0]} and {lengths[-1]} tokens"
    else:
        told = f"cross at {' and '.join(f'{value:.0f}' for value in values)} tokens"
        if interval[0] is not None:
            told += f" ({interval[0]:.0f} to {interval[1]:.0f})"
    parts = []
    for kind in ("recurrent", "transformer", "even"):
        at = [str(n) for n, name in zip(lengths, faster, strict=True) if name == kind]
        if at:
            words = "even within the spread" if kind == "even" else f"the {kind} is faster"
            parts.append(f"{words} at {', '.join(at)}")
    return f"{told}; {'; '.join(parts)}"
