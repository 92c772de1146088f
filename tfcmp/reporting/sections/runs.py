"""Section: the runs, what they ran on, and how their settings differ."""

from collections.abc import Iterable, Sequence
from typing import Any

from tfcmp.reporting.analysis.comparison import Comparison
from tfcmp.reporting.analysis.training_times import why_not_timed
from tfcmp.reporting.load.models import ModelResult, flat_settings
from tfcmp.reporting.load.runs import Run
from tfcmp.reporting.render.document import Column, Section, Table, interval_columns, make_table

COLUMNS = (
    Column("model", "model"),
    Column("run", "run"),
    Column("seed", "seed", "count"),
    *interval_columns("accuracy", "test accuracy", "share"),
    Column("training_seconds", "training", "seconds"),
    Column("hardware", "hardware"),
    Column("threads", "threads"),
    Column("precision", "precision"),
    Column("started", "started"),
    Column("commit", "commit"),
    Column("times", "times"),
)


def runs_section(comparison: Comparison) -> Section:
    """One row per run, and the settings in which models differ."""
    return Section(
        "runs",
        "Runs",
        ("Every number of this report is computed from the files of these runs.",),
        (),
        (),
        (runs_table(comparison), settings_table(comparison.models)),
    )


def runs_table(comparison: Comparison) -> Table:
    """One row per complete run; intervals are those of its result.json."""
    rows = []
    for model in comparison.models:
        for run in model.runs:
            environment, accuracy = run.environment, run.result["test"]["accuracy"]
            rows.append(
                (
                    model.label,
                    run.name,
                    run.seed,
                    accuracy["value"],
                    accuracy["low"],
                    accuracy["high"],
                    run.timing["seconds"].get("training"),
                    ", ".join(environment.get("device_names") or []) or environment.get("device"),
                    str(environment.get("threads")),
                    environment.get("precision"),
                    str(environment.get("started", ""))[:10],
                    str(environment.get("commit") or "")[:10],
                    why_not_timed(run, comparison.conditions) or "count",
                )
            )
    return make_table("runs", "Complete runs", COLUMNS, rows)


def settings_table(models: Sequence[ModelResult]) -> Table:
    """One row per setting in which the models differ, one column per model."""
    settings = [flat_settings(model.configuration) for model in models]
    names = dict.fromkeys(name for of in settings for name in of if name != "seed")
    rows = [
        (name, *(_told(of, name) for of in settings))
        for name in names
        if len({_told(of, name) for of in settings}) > 1
    ]
    columns = [Column(f"model_{n}", model.label) for n, model in enumerate(models, start=1)]
    columns = [Column("setting", "setting"), *columns]
    note = "Settings that are the same everywhere are left out; config.yaml of each run has all."
    return make_table("settings", "Settings that differ", columns, rows, note)


def facts(comparison: Comparison) -> tuple[tuple[str, str], ...]:
    """What stands at the top of the report."""
    runs = [run for model in comparison.models for run in model.runs]
    first, groups = runs[0], comparison.test_groups
    fingerprint = first.split["splits"]["test"]["fingerprint"]
    return (
        ("data", _each(str(run.result.get("data")) for run in runs)),
        ("classes", ", ".join(map(str, first.result["classes"]))),
        ("test texts", f"{len(groups):,} in {len(set(groups.tolist())):,} groups"),
        ("test split", fingerprint[:16]),
        ("models and runs", f"{len(comparison.models)} and {len(runs)}"),
        ("hardware", _each(_hardware(run) for run in runs)),
        ("fitted", _each(sorted(str(run.environment.get("started"))[:10] for run in runs))),
        ("commits", _each(str(run.environment.get("commit") or "unknown")[:10] for run in runs)),
    )


def _told(settings: dict[str, Any], name: str) -> str:
    return str(settings[name]) if name in settings else "not a setting"


def _each(values: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(values))


def _hardware(run: Run) -> str:
    environment = run.environment
    names = ", ".join(environment.get("device_names") or [str(environment.get("device"))])
    return f"{names}, {environment.get('threads')} threads, {environment.get('precision')}"
