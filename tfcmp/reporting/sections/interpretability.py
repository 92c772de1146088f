"""Section: how far the explanations of the models can be trusted, from explanation.json."""

from collections.abc import Mapping, Sequence
from typing import Any

from tfcmp.reporting.analysis.comparison import Comparison
from tfcmp.reporting.analysis.explanations import METHODS, why_not_alike
from tfcmp.reporting.load.runs import Run, ends_of
from tfcmp.reporting.render.document import (
    Cell,
    Column,
    Section,
    Table,
    interval_columns,
    make_table,
)

COLUMNS = (
    Column("model", "model"),
    Column("method", "method"),
    *(
        column
        for name, heading in (
            ("comprehensiveness_of_margin", "comprehensiveness, of the margin"),
            ("sufficiency_of_margin", "sufficiency, of the margin"),
            ("comprehensiveness", "comprehensiveness, of the probability"),
            ("sufficiency", "sufficiency, of the probability"),
        )
        for column in (
            *interval_columns(name, heading, "number", is_named=True),
            Column(f"random_{name}", "random", "number"),
        )
    ),
    *interval_columns("plausibility", "plausibility", "number", is_named=True),
    Column("seconds", "an explanation, median", "seconds"),
    Column("seconds_p90", "p90", "seconds"),
    Column("completeness_error", "completeness error, p95", "number"),
    Column("sanity", "sanity check"),
    Column("texts", "texts", "count"),
    Column("texts_of", "texts of"),
    Column("left_out", "why it has no part in the decision"),
    Column("run", "run"),
)
MEASURES = (
    "comprehensiveness_of_margin",
    "sufficiency_of_margin",
    "comprehensiveness",
    "sufficiency",
)
NOTE = (
    "Comprehensiveness: how much is lost without the top words; higher is better. Sufficiency: how "
    "much is lost with the top words alone; lower is better. Both are means over 1, 5, 10, 20 and "
    "50 % of the words, next to a random ranking of the same words. Of the margin: the share that "
    "is lost of the logit of the answer less that of the class that comes second; no temperature "
    "changes it, so it compares models, and it can exceed 1 where the answer turns. Of the "
    "probability: as ERASER defines it (DeYoung et al. 2020); it falls with the confidence of a model, "
    "so it compares methods of one model only. Plausibility is the agreement with the words that "
    "decide, where they are known: 0 is chance, 1 is all. An explanation that hardly changes with "
    "shuffled weights fails the sanity check."
)


def interpretability_section(comparison: Comparison) -> Section:
    """One row per run and method; says so where nothing was measured."""
    usual = comparison.explanation_setting
    rows = [
        _row(model.label, run, method, why_not_alike(run, usual))
        for model in comparison.models
        for run in model.runs
        if "explanation" in run.measured
        for method in run.measured["explanation"].get("methods", {})
    ]
    note = (
        ()
        if rows
        else (
            "Not measured in these runs. python -m tfcmp.explain RUN --evaluate measures how faithful "
            "the explanations of a run are.",
        )
    )
    return Section("interpretability", "Interpretability", note, (), (), (_table(rows),))


def _table(rows: Sequence[tuple[Cell, ...]]) -> Table:
    return make_table("explanations", "Explanations by model and method", COLUMNS, rows, NOTE)


def _row(label: str, run: Run, method: str, reason: str | None) -> tuple[Cell, ...]:
    content = run.measured["explanation"]
    of: Mapping[str, Any] = content["methods"][method]
    random: Mapping[str, Any] = content.get("random", {})
    seconds = of.get("seconds", {})
    sanity: Mapping[str, Any] = content.get("sanity", {})
    passed = sanity.get(method, {}).get("passed")
    return (
        label,
        METHODS.get(method, method),
        *(
            cell
            for name in MEASURES
            for cell in (*ends_of(of.get(name)), ends_of(random.get(name))[0])
        ),
        *ends_of(of.get("plausibility")),
        seconds.get("median"),
        seconds.get("p90"),
        of.get("completeness", {}).get("p95"),
        None if passed is None else ("passed" if passed else "failed"),
        content.get("sample", {}).get("texts"),
        content.get("sample", {}).get("texts_of"),
        reason,
        run.name,
    )
