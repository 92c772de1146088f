"""Tables: lengths at which models train equally fast, and speed-up over replicas."""

from collections.abc import Mapping, Sequence
from typing import Any

from tfcmp.reporting.document import Column, Table, interval_columns, make_table

# Content of a bench.json.
Bench = Mapping[str, Any]


def crossings_table(benches: Sequence[Bench]) -> Table:
    """A row a recurrent model and transformer of one size."""
    rows = [
        (
            name,
            of["length"]["value"],
            of["length"]["low"],
            of["length"]["high"],
            of["outcome"],
        )
        for bench in benches
        for name, of in bench.get("crossings", {}).items()
    ]
    columns = (
        Column("pair", "models"),
        *interval_columns("length", "cross at, tokens", "number"),
        Column("outcome", "outcome"),
    )
    return make_table("crossings", "Length at which they train equally fast", columns, rows)


def scaling_table(benches: Sequence[Bench]) -> Table:
    """A row a number of replicas."""
    rows = []
    for bench in benches:
        for name, of in bench.get("scaling", {}).items():
            for count, speed_up in of["speed_up"].items():
                ratios = [
                    (one or {}).get(end)
                    for one in (speed_up, of["efficiency"][count])
                    for end in ("value", "low", "high")
                ]
                rows.append((name, int(count), *ratios, of.get("note")))
    columns = (
        Column("what", "what"),
        Column("replicas", "replicas", "count"),
        *interval_columns("speed_up", "speed-up", "number", is_named=True),
        *interval_columns("efficiency", "efficiency", "number", is_named=True),
        Column("note", "note"),
    )
    return make_table("scaling", "Speed-up over replicas", columns, rows)
