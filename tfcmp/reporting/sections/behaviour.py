"""Section: failure rates of the behaviour tests, from behaviour.json; and the table of `diagnose`."""

import json
from collections.abc import Mapping
from typing import Any

from tfcmp.errors import CallError
from tfcmp.reporting.analysis.comparison import Comparison
from tfcmp.reporting.render.document import Column, Section, Table, interval_columns, make_table

NOTE = (
    "Failed cases in per cent and their Wilson interval at 95 %, which covers the cases of this "
    "grammar only. MFT: the text is not answered with its label; INV: a change that means nothing "
    "changes the answer; DIR: the probability moves by more than {tolerance} against the change."
)


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
        NOTE.format(tolerance=first["tolerance"]),
    )


def behaviour_table(measured: Mapping[str, Mapping[str, Any]], parts: bool = False) -> Table:
    """Failure rates by capability.

    Args:
        measured: name of a run -> content of its behaviour.json.
        parts: one row for every variation too.

    Raises:
        CallError: the runs were not tested on the same cases.
    """
    first = next(iter(measured.values()))
    # Several runs need the room.
    is_alone = len(measured) == 1
    for name, content in measured.items():
        if content["test_set"] != first["test_set"]:
            raise CallError(
                f"{name} was tested on another test set ({content['test_set']}) than "
                f"{next(iter(measured))} ({first['test_set']}); test both anew"
            )
    rows: list[tuple[Any, ...]] = []
    for capability, of_first in first["capabilities"].items():
        results = [content["capabilities"][capability] for content in measured.values()]
        rows.append(
            (
                capability,
                of_first["kind"],
                *([of_first["summary"]] if is_alone else []),
                of_first["failure_rate"]["cases"],
                *(_shown(result["failure_rate"]) for result in results),
            )
        )
        for part in of_first["parts"] if parts else ():
            rates = [result["parts"][part] for result in results]
            empty = ("", "") if is_alone else ("",)
            rows.append((f"  {part}", *empty, rates[0]["cases"], *map(_shown, rates)))
    columns = [
        Column("capability", "capability"),
        Column("kind", "test"),
        *([Column("summary", "what")] if is_alone else []),
        Column("cases", "cases", "count"),
        *(Column(name, name) for name in measured),
    ]
    note = NOTE.format(tolerance=first["tolerance"])
    return make_table("behaviour", "Failure rates of the behaviour tests", columns, rows, note)


def _shown(rate: Mapping[str, Any]) -> str:
    value, low, high = (100 * rate[name] for name in ("value", "low", "high"))
    return f"{value:.1f} % ({low:.1f} to {high:.1f})"
