"""Tables: lengths at which models train equally fast, and speed-up over replicas."""

from collections.abc import Mapping, Sequence
from typing import Any

from tfcmp.reporting.render.document import Column, Table, interval_columns, make_table

ENDS = ("value", "low", "high")
DISTURBED = "other work ran meanwhile, or its load is not known"
# Content of a bench.json.
Bench = Mapping[str, Any]


def crossings_table(benches: Sequence[Bench]) -> Table:
    """A row for every length at which a recurrent model and a transformer of one size cross.

    Pairs that do not cross have a row too; so do those measured beside other work, without numbers.
    """
    rows = []
    for bench in benches:
        for name, of in bench.get("crossings", {}).items():
            found = [] if of.get("is_contended") else of["crossings"]
            rows += [(name, *(at.get(end) for end in ENDS), of["outcome"]) for at in found or [{}]]
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
                measured = (speed_up, of["efficiency"][count])
                is_busy = of.get("is_contended")
                ratios = [(one or {}).get(end) for one in measured for end in ENDS]
                notes = [of.get("note"), DISTURBED if is_busy else None]
                told = "; ".join(filter(None, notes)) or None
                rows.append((name, int(count), *([None] * 6 if is_busy else ratios), told))
    columns = (
        Column("what", "what"),
        Column("replicas", "replicas", "count"),
        *interval_columns("speed_up", "speed-up", "number", is_named=True),
        *interval_columns("efficiency", "efficiency", "number", is_named=True),
        Column("note", "note"),
    )
    return make_table("scaling", "Speed-up over replicas", columns, rows)
