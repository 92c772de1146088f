"""Speed-up and efficiency over replicas, from what was measured in the arms."""

from typing import Any

from tfcmp.evaluation.times import are_comparable, ratio_of_times
from tfcmp.measurement.conditions import OF_REAL_TEXTS, hardware, texts_read
from tfcmp.timing.contention import why_disturbed

SAME = (
    "precision",
    "threads",
    "device_names",
    "optimizer",
    "accumulate",
    "jit_compile",
    "strategy",
    *OF_REAL_TEXTS,
)


def find_scaling(training: dict[str, Any]) -> dict[str, Any]:
    """Every set of arms that differ in the number of replicas alone, by name.

    S_g is the throughput of g replicas over that of one of the same strategy, at a fixed batch the
    same as T_1 / T_g; the efficiency is S_g / g. The interval is Welch's on the logarithms of the
    processes; with fewer than five of each, measured in turn, there is none (null).

    Args:
        training: cells of bench.json.
    """
    sets: dict[tuple, list[dict]] = {}
    for cell in training.values():
        if cell["loading"]:
            of = cell["conditions"]
            conditions = tuple(str(of.get(name)) for name in SAME)
            key = (cell["label"], cell["length"], cell["loading"], _fixed(cell), *conditions)
            sets.setdefault(key, []).append(cell)
    return {_named(cells[0]): _speed_ups(cells) for cells in sets.values()}


def _fixed(cell: dict[str, Any]) -> int:
    """The batch that stays the same over the arms: that of all replicas, or that of each."""
    of = cell["conditions"]
    return of["batch_size"] // (1 if cell["loading"] == "global" else of["replicas"])


def _named(cell: dict[str, Any]) -> str:
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


def _speed_ups(cells: list[dict]) -> dict[str, Any]:
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


def _ratio(cell: dict, base: dict | None, divisor: int) -> dict | None:
    if base is None:
        return None
    ours, theirs = cell["examples_per_second"], base["examples_per_second"]
    if cell is base:
        return {"value": 1.0, "low": 1.0, "high": 1.0}
    if not are_comparable([cell, base]):
        return {"value": ours["value"] / theirs["value"] / divisor, "low": None, "high": None}
    ratio = ratio_of_times(ours["by_process"], theirs["by_process"])
    ends = zip(("value", "low", "high"), ratio[:3], strict=True)
    return {name: end / divisor for name, end in ends}
