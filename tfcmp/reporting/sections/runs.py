"""Section: the runs, what they ran on, and how their settings differ."""

from collections.abc import Iterable, Sequence

from tfcmp.reporting.analysis.comparability import modal_conditions, why_not_timed
from tfcmp.reporting.load.models import ModelResult, flat_settings, test_groups
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


def runs_section(entrants: Sequence[ModelResult]) -> Section:
    """A row a run, and the settings in which entrants differ."""
    return Section(
        "runs",
        "Runs",
        ("Every number of this report is computed from the files of these runs.",),
        (),
        (),
        (runs_table(entrants), settings_table(entrants)),
    )


def runs_table(entrants: Sequence[ModelResult]) -> Table:
    """A row a complete run; intervals are those of its result.json."""
    usual = modal_conditions(entrants)
    rows = []
    for entrant in entrants:
        for run in entrant.runs:
            environment, accuracy = run.environment, run.result["test"]["accuracy"]
            rows.append(
                (
                    entrant.label,
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
                    why_not_timed(run, usual) or "count",
                )
            )
    return make_table("runs", "Complete runs", COLUMNS, rows)


def settings_table(entrants: Sequence[ModelResult]) -> Table:
    """A row a setting in which the entrants differ, a column an entrant."""
    settings = [flat_settings(entrant.configuration) for entrant in entrants]
    names = dict.fromkeys(name for of in settings for name in of if name != "seed")
    rows = [
        (name, *(_told(of, name) for of in settings))
        for name in names
        if len({_told(of, name) for of in settings}) > 1
    ]
    columns = [Column(f"model_{n}", entrant.label) for n, entrant in enumerate(entrants, start=1)]
    columns = [Column("setting", "setting"), *columns]
    note = "Settings that are the same everywhere are left out; config.yaml of each run has all."
    return make_table("settings", "Settings that differ", columns, rows, note)


def facts(entrants: Sequence[ModelResult]) -> tuple[tuple[str, str], ...]:
    """What stands at the top of the report."""
    runs = [run for entrant in entrants for run in entrant.runs]
    first, groups = runs[0], test_groups(entrants)
    fingerprint = first.split["splits"]["test"]["fingerprint"]
    return (
        ("data", _each(str(run.result.get("data")) for run in runs)),
        ("classes", ", ".join(map(str, first.result["classes"]))),
        ("test texts", f"{len(groups):,} in {len(set(groups.tolist())):,} groups"),
        ("test split", fingerprint[:16]),
        ("models and runs", f"{len(entrants)} and {len(runs)}"),
        ("hardware", _each(_hardware(run) for run in runs)),
        ("fitted", _each(sorted(str(run.environment.get("started"))[:10] for run in runs))),
        ("commits", _each(str(run.environment.get("commit") or "unknown")[:10] for run in runs)),
    )


def _told(settings: dict, name: str) -> str:
    return str(settings[name]) if name in settings else "not a setting"


def _each(values: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(values))


def _hardware(run: Run) -> str:
    environment = run.environment
    names = ", ".join(environment.get("device_names") or [str(environment.get("device"))])
    return f"{names}, {environment.get('threads')} threads, {environment.get('precision')}"
