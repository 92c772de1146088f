"""What cells of training show together: speed-up over replicas, and crossover lengths.

A crossover length is one at which a recurrent model and a transformer of the same size train
equally fast.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from tfcmp.evaluation.significance import SIGNIFICANCE, holm
from tfcmp.evaluation.times import (
    MINIMUM_PROCESSES,
    are_comparable,
    find_crossings,
    ratio_of_times,
)
from tfcmp.records.bench import Crossing, Crossings, Quantity, Ratio, Scaling, TrainingCell
from tfcmp.runs.timing import why_disturbed

# What decides the lengths of real texts; cells at a fixed length know none of it.
OF_REAL_TEXTS = ("data", "train_size", "max_length", "truncation")
# Conditions that cases of one set share: to be compared over replicas, and as one curve by length.
SAME_BUT_REPLICAS = (
    "precision",
    "threads",
    "device_names",
    "optimizer",
    "accumulate",
    "jit_compile",
    "strategy",
    *OF_REAL_TEXTS,
)
# Parameters without embeddings count as equal within that.
TOLERANCE = 0.02
DISTURBED = " (other work ran meanwhile, or its load is not known: not to be relied on)"
UNTESTED = (
    f"not tested: that takes at least {MINIMUM_PROCESSES} processes of each, measured in turn "
    f"(--processes {MINIMUM_PROCESSES})"
)
SAME_CURVE = (
    "batch_size",
    "precision",
    "threads",
    "device_names",
    "accumulate",
    "jit_compile",
    "strategy",
    "replicas",
)


def hardware(conditions: Mapping[str, Any]) -> str:
    """Threads, devices, and the parts of a step where there is more than one."""
    parts = [f"{conditions.get('threads')} threads"]
    parts.append(" and ".join(conditions.get("device_names") or ["unknown device"]))
    if (conditions.get("accumulate") or 1) > 1:
        parts.append(f"in {conditions['accumulate']} parts")
    return ", ".join(parts)


def texts_read(conditions: Mapping[str, Any]) -> str:
    """Which real texts, and how much of each; empty where ids are made up."""
    data, size, limit, truncation = (conditions.get(name) for name in OF_REAL_TEXTS)
    if data is None:
        return ""
    of = f"{size} texts of {data}" if size is not None else str(data)
    return f"{of}, {truncation} {limit}" if limit is not None else of


def find_scaling(training: Mapping[str, TrainingCell]) -> dict[str, Scaling]:
    """Every set of cases that differ in the number of replicas alone, by name.

    S_g is the throughput of g replicas over that of one of the same strategy, at a fixed batch the
    same as T_1 / T_g; the efficiency is S_g / g. The interval is Welch's on the logarithms of the
    processes; with fewer than five of each, measured in turn, there is none (null).

    Args:
        training: cells of bench.json.
    """
    sets: dict[tuple[Any, ...], list[TrainingCell]] = {}
    for cell in training.values():
        if cell["loading"]:
            of = cell["conditions"]
            conditions = tuple(str(of.get(name)) for name in SAME_BUT_REPLICAS)
            key = (cell["label"], cell["length"], cell["loading"], _fixed(cell), *conditions)
            sets.setdefault(key, []).append(cell)
    return {_set_name(cells[0]): _speed_ups(cells) for cells in sets.values()}


def _fixed(cell: TrainingCell) -> int:
    """The batch that stays the same over the cases: that of all replicas, or that of each."""
    of = cell["conditions"]
    return int(of["batch_size"]) // (1 if cell["loading"] == "global" else int(of["replicas"]))


def _set_name(cell: TrainingCell) -> str:
    of = cell["conditions"]
    batch = "global batch" if cell["loading"] == "global" else "batch per replica"
    parts = [
        cell["label"],
        f"length {cell['length']}",
        texts_read(of),
        of["precision"],
        of["strategy"],
        f"{batch} {_fixed(cell)}",
        of.get("optimizer"),
        hardware(of),
    ]
    return ", ".join(filter(None, parts))


def _speed_ups(cells: list[TrainingCell]) -> Scaling:
    by_replicas = {cell["conditions"]["replicas"]: cell for cell in cells}
    base = by_replicas.get(1)
    notes = {cell["conditions"].get("replicas_note") for cell in cells} - {None}
    return {
        "speed_up": {
            str(count): _ratio(cell, base, 1) for count, cell in sorted(by_replicas.items())
        },
        "efficiency": {
            str(count): _ratio(cell, base, count) for count, cell in sorted(by_replicas.items())
        },
        "is_contended": any(why_disturbed(cell) for cell in cells),
        "note": next(iter(notes), None),
    }


def _ratio(cell: TrainingCell, base: TrainingCell | None, divisor: int) -> Ratio | None:
    if base is None:
        return None
    ours, theirs = cell["examples_per_second"], base["examples_per_second"]
    if cell is base:
        return {"value": 1.0, "low": 1.0, "high": 1.0}
    if not are_comparable([cell, base]):
        return {"value": ours["value"] / theirs["value"] / divisor, "low": None, "high": None}
    ratio = ratio_of_times(ours["by_process"], theirs["by_process"])
    value, low, high = (end / divisor for end in ratio[:3])
    return {"value": value, "low": low, "high": high}


def compare_lengths(training: Mapping[str, TrainingCell]) -> dict[str, Crossings]:
    """Every pair of a recurrent model and a transformer that was measured alike, by name.

    Args:
        training: cells of bench.json.

    Returns:
        For each pair at which length they cross, or that they do not.
    """
    curves: dict[tuple[Any, ...], dict[tuple[Any, ...], list[TrainingCell]]] = {}
    for cell in training.values():
        if isinstance(cell["length"], int) and not cell["loading"]:
            conditions = tuple(str(cell["conditions"].get(name)) for name in SAME_CURVE)
            model = (cell["label"], cell["conditions"].get("optimizer"))
            curves.setdefault(conditions, {}).setdefault(model, []).append(cell)
    found = {}
    for by_model in curves.values():
        for one, other in _pairs_of_one_size(by_model):
            of = one[0]["conditions"]
            names = " against ".join(_model_name(cells[0]) for cells in (one, other))
            key = f"{names}, batch {of['batch_size']}, {of['precision']}, {hardware(of)}"
            found[key] = crossing(one, other)
    return found


def _model_name(cell: TrainingCell) -> str:
    optimizer = cell["conditions"].get("optimizer")
    return cell["label"] if optimizer is None else f"{cell['label']} ({optimizer})"


def _pairs_of_one_size(
    by_model: dict[tuple[Any, ...], list[TrainingCell]],
) -> Iterable[tuple[list[TrainingCell], list[TrainingCell]]]:
    for one in by_model.values():
        for other in by_model.values():
            sizes = [cells[0]["parameters"]["without_embedding"] for cells in (one, other)]
            is_equal = abs(sizes[0] - sizes[1]) <= TOLERANCE * sizes[0]
            families = (one[0]["family"], other[0]["family"])
            if families == ("recurrent", "transformer") and is_equal:
                yield one, other


def crossing(recurrent: list[TrainingCell], transformer: list[TrainingCell]) -> Crossings:
    """Where the throughputs of two models meet, and who is faster at each length.

    See `evaluation.times` for the interval and the test; p-values are adjusted over the lengths
    (Holm). Fewer than five processes of each, or such as were not measured in turn, give the
    crossing as a number without an interval, and no verdict.

    Returns:
        `crossings`, each with value, low and high (null where the range reaches the end of what
        was measured, or nothing was tested); the lengths, the ratio at each with its adjusted p,
        who is faster there ("even" where that is not significant, null where not tested), whether
        something disturbed the measurement, and the outcome in words.
    """
    ours = {int(cell["length"]): cell["examples_per_second"] for cell in recurrent}
    theirs = {int(cell["length"]): cell["examples_per_second"] for cell in transformer}
    lengths = sorted(ours.keys() & theirs.keys())
    ratios = [ours[n]["value"] / theirs[n]["value"] for n in lengths]
    is_tested = bool(lengths) and are_comparable([*recurrent, *transformer])
    found: list[Crossing] = [
        {"value": value, "low": None, "high": None} for value in meetings(lengths, ratios)
    ]
    p: list[float] = []
    if is_tested:
        p = [float(q) for q in holm([_p_of(ours[n], theirs[n]) for n in lengths])]
        curves = (_curves(lengths, ours), _curves(lengths, theirs))
        found = [
            {"value": one.value, "low": one.low, "high": one.high}
            for one in find_crossings(lengths, *curves)
        ]
    faster = [_faster(ratio, q) for ratio, q in zip(ratios, p, strict=True)] if is_tested else None
    is_disturbed = any(why_disturbed(cell) for cell in (*recurrent, *transformer))
    return {
        "crossings": found,
        "lengths": lengths,
        "recurrent_over_transformer": ratios,
        "adjusted_p": p or None,
        "faster": faster,
        "is_contended": is_disturbed,
        "outcome": _outcome(lengths, found, faster) + (DISTURBED if is_disturbed else ""),
    }


def _p_of(ours: Quantity, theirs: Quantity) -> float:
    return ratio_of_times(ours["by_process"], theirs["by_process"]).p


def _curves(lengths: Sequence[int], rates: dict[int, Quantity]) -> np.ndarray:
    """Throughputs (processes, lengths)."""
    return np.array([rates[length]["by_process"] for length in lengths]).T


def _faster(ratio: float, adjusted_p: float) -> str:
    if adjusted_p > SIGNIFICANCE:
        return "even"
    return "recurrent" if ratio > 1 else "transformer"


def meetings(lengths: list[int], ratios: list[float]) -> list[float]:
    """The lengths at which a ratio passes 1."""
    points = list(zip(map(math.log, lengths), map(math.log, ratios), strict=True))
    found = []
    for (x, y), (next_x, next_y) in pairwise(points):
        if y * next_y < 0 or (y == 0 and next_y != 0):
            found.append(math.exp(x + (next_x - x) * (y / (y - next_y))))
    return found


def _outcome(lengths: list[int], crossings: list[Crossing], faster: list[str] | None) -> str:
    if len(lengths) < 2:
        return "fewer than two lengths in common"
    if not crossings:
        told = f"do not cross between {lengths[0]} and {lengths[-1]} tokens"
    else:
        told = f"cross at {' and '.join(map(_length_told, crossings))} tokens"
    if faster is None:
        return f"{told}; {UNTESTED}"
    parts = []
    for kind in ("recurrent", "transformer", "even"):
        at = [str(n) for n, name in zip(lengths, faster, strict=True) if name == kind]
        if at:
            words = "no difference is shown" if kind == "even" else f"the {kind} is faster"
            parts.append(f"{words} at {', '.join(at)}")
    return f"{told}; {'; '.join(parts)}"


def _length_told(crossing: Crossing) -> str:
    value, low, high = crossing["value"], crossing["low"], crossing["high"]
    if low is None and high is None:
        return f"{value:.0f}"
    ends = f"{low:.0f} to " if low is not None else "up to "
    return f"{value:.0f} ({ends}{high:.0f})" if high is not None else f"{value:.0f} ({low:.0f} up)"
