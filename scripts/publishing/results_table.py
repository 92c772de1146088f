"""The short table of results that a README shows, from the published files of a study alone."""

import csv
import json
from collections.abc import Mapping
from pathlib import Path

from tfcmp.reporting.render.format import duration

# Heading and alignment; a column without any value is left out.
COLUMNS = (
    ("model", "---"),
    ("runs", "---:"),
    ("test accuracy, %", "---:"),
    ("95 % interval", ":---:"),
    ("parameters", "---:"),
    ("text cut off", "---:"),
    ("training", "---:"),
    ("texts/s", "---:"),
    ("latency p90, ms", "---:"),
)

Row = Mapping[str, str]


def results_table(folder: Path) -> str:
    """Markdown: one row per model, and under the table what it was measured on.

    Args:
        folder: with tables/ of a report, and published.json.
    """
    times = {row["model"]: row for row in _rows(folder, "times")}
    cut = {row["model"]: row for row in _rows(folder, "truncation")}
    # Baselines that read no text have no seeds.
    rows = [
        _cells(row, times[row["model"]], cut[row["model"]])
        for row in _rows(folder, "accuracy")
        if row["seeds"]
    ]
    kept = [place for place in range(len(COLUMNS)) if any(row[place] for row in rows)]
    table = [[name for name, _ in COLUMNS], [ruler for _, ruler in COLUMNS], *rows]
    lines = [f"| {' | '.join(row[place] for place in kept)} |" for row in table]
    return "\n".join([*lines, "", _footer(folder, times)])


def _cells(row: Row, of: Row, cut: Row) -> list[str]:
    mean, low, high = (f"{100 * float(row[name]):.2f}" for name in ("mean", "low", "high"))
    training, rate, latency = (
        of[name] for name in ("training_seconds", "examples_per_second", "latency_p90_ms")
    )
    return [
        f"`{row['model']}`",
        row["seeds"],
        mean,
        f"{low} to {high}",
        f"{int(of['parameters']):,}",
        f"{100 * float(cut['test_tokens']):.0f} %",
        duration(float(training)) if training else "",
        f"{float(rate):,.0f}" if rate else "",
        f"{float(latency):.3g}" if latency else "",
    ]


def _footer(folder: Path, times: Mapping[str, Row]) -> str:
    published = json.loads((folder / "published.json").read_text(encoding="utf-8"))
    told = (
        f"{'; '.join(dict.fromkeys(published['hardware']))}; {', '.join(published['dates'])}; "
        f"commit {', '.join(commit[:10] for commit in published['commits'])}."
    )
    untimed = [model for model, row in times.items() if not row["training_seconds"]]
    if untimed:
        reasons = dict.fromkeys(times[model]["left_out"] for model in untimed)
        why = "; ".join(filter(None, reasons)) or "none were measured"
        told += f" No training times of {', '.join(f'`{model}`' for model in untimed)}: {why}."
    return told


def _rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "tables" / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
