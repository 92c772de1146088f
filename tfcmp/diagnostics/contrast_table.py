"""Table: accuracy on both sides of contrast pairs, a row a run."""

from collections.abc import Mapping
from typing import Any

from tfcmp.reporting.render.document import Column, Table, make_table

MEASURES = ("original_accuracy", "contrast_accuracy", "consistency")
NOTE = (
    "Consistency: share of originals that are answered right together with all their contrasts. "
    "95 % intervals over movies where they are known, else over originals."
)


def contrast_table(contents: Mapping[str, Mapping[str, Any]]) -> Table:
    """Accuracies and consistency.

    Args:
        contents: name of a run -> content of its contrast.json.
    """
    columns = (
        Column("run", "run"),
        Column("pairs", "pairs", "count"),
        Column("original_accuracy", "originals"),
        Column("contrast_accuracy", "contrasts"),
        Column("consistency", "consistency"),
        Column("movie_in_training", "movie in training", "count"),
    )
    rows = [
        (
            name,
            content["pairs"],
            *(_shown(content[measure]) for measure in MEASURES),
            content["training"]["movie_in_training"] if content["training"]["is_checked"] else None,
        )
        for name, content in contents.items()
    ]
    warnings = [
        f"Warning, {name}: {content['warning']}."
        for name, content in contents.items()
        if content["warning"]
    ]
    note = " ".join([NOTE, *warnings])
    return make_table("contrast", "Contrast pairs", columns, rows, note)


def _shown(interval: Mapping[str, float]) -> str:
    value, low, high = (100 * interval[name] for name in ("value", "low", "high"))
    return f"{value:.1f} % ({low:.1f} to {high:.1f})"
