"""Section: failure rates of the behaviour tests, from behaviour.json."""

import json
from typing import Any

from tfcmp.reporting.analysis.comparison import Comparison
from tfcmp.reporting.analysis.tables import BEHAVIOUR_NOTE
from tfcmp.reporting.render.document import Column, Section, Table, interval_columns, make_table


def behaviour_section(comparison: Comparison) -> Section:
    """A table for each set of cases that runs were tested on; says so where none was."""
    by_set: dict[str, dict[str, dict[str, Any]]] = {}
    for model in comparison.models:
        for run in model.runs:
            if "behaviour" in run.measured:
                content = run.measured["behaviour"]
                name = model.label if len(model.runs) == 1 else f"{model.label} {run.seed}"
                key = json.dumps(content["test_set"], sort_keys=True)
                by_set.setdefault(key, {})[name] = content
    if not by_set:
        told = (
            "Not measured in these runs. python -m tfcmp.diagnose RUN --behaviour tests negation, "
            "contrast, names, typos and the like."
        )
        return Section("behaviour", "Behaviour", (told,))
    tables = [_section_table(number, of) for number, of in enumerate(by_set.values(), start=1)]
    return Section("behaviour", "Behaviour", (), (), (), tuple(tables))


def _section_table(number: int, measured: dict[str, dict[str, Any]]) -> Table:
    """One row per capability; rate and interval of each run."""
    first = next(iter(measured.values()))
    rows = []
    for capability, of_first in first["capabilities"].items():
        rates = [of["capabilities"][capability]["failure_rate"] for of in measured.values()]
        ends = [rate[end] for rate in rates for end in ("value", "low", "high")]
        told = (capability, of_first["kind"], of_first["summary"])
        rows.append((*told, of_first["failure_rate"]["cases"], *ends))
    columns = [
        Column("capability", "capability"),
        Column("kind", "test"),
        Column("summary", "what"),
        Column("cases", "cases", "count"),
    ]
    for name in measured:
        columns += interval_columns(name, name, "share", is_named=True)
    return make_table(
        f"behaviour_{number}" if number > 1 else "behaviour",
        "Failure rates of the behaviour tests",
        columns,
        rows,
        BEHAVIOUR_NOTE.format(tolerance=first["tolerance"]),
    )
