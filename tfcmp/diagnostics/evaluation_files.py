"""The files of an evaluation: JSON, a page, pictures, and the answers themselves."""

from pathlib import Path
from typing import Any

import numpy as np

from tfcmp.diagnostics.evaluated import Evaluated, mistake_rows, report_of
from tfcmp.evaluation.calibration import reliability_bins
from tfcmp.evaluation.intervals import Interval
from tfcmp.evaluation.slices import class_scores
from tfcmp.reporting.render.html import page_of
from tfcmp.reporting.render.markdown import FIGURES, markdown_of
from tfcmp.reporting.render.write import on_paper
from tfcmp.runs.files import sealed, sha256_of, whole_file, write_json

EVALUATION, PREDICTIONS = "evaluation.json", "predictions.parquet"
# Of more classes than this a matrix would be mostly zeros, and of thousands 100 MB of them.
WIDEST_MATRIX = 100
MISTAKE = ("row", "id", "label", "answer", "confidence", "probability_of_label")


def write_evaluation(
    one: Evaluated, folder: Path, computed_from: dict[str, Any], command: str
) -> None:
    """Writes evaluation.json, .html and .md, the pictures, and predictions.parquet, each whole."""
    report = report_of(one)
    pages = {"evaluation.html": page_of(report)}
    pages["evaluation.md"] = markdown_of(report).replace(f"]({FIGURES}/", "](")
    pages |= {f"{figure.name}.svg": on_paper(figure.svg) for figure in report.figures()}
    for name, page in pages.items():
        with whole_file(folder / name) as part:
            part.write_text(page, encoding="utf-8", errors="replace")
    write_predictions(one, folder / PREDICTIONS)
    sums = {name: sha256_of(folder / name) for name in (*pages, PREDICTIONS)}
    content = {**content_of(one, computed_from, command), "files": sums}
    write_json(folder / EVALUATION, sealed(content))


def content_of(one: Evaluated, computed_from: dict[str, Any], command: str) -> dict[str, Any]:
    """For evaluation.json; no text stands in it."""
    scores = class_scores(one.labels, one.predicted[None], one.groups, len(one.classes))
    bins = reliability_bins(one.labels, one.probabilities)
    return {
        **one.facts,
        "notes": list(one.notes),
        "metrics": one.metrics,
        "classes": [
            {
                "class": name,
                "support": score.support,
                "predicted": int(score.predicted),
                "precision": _plain(score.precision),
                "recall": _plain(score.recall),
                "f1": _plain(score.f1),
            }
            for name, score in zip(one.classes, scores, strict=True)
        ],
        "confusion": {"rows": "label", "columns": "answer", **_confusions(one)},
        "reliability": [one_bin._asdict() for one_bin in bins],
        "mistakes": [dict(zip(MISTAKE, row, strict=True)) for row in mistake_rows(one)],
        "computed_from": computed_from,
        "command": command,
    }


def _confusions(one: Evaluated) -> dict[str, Any]:
    """The matrix; of many classes the cells that are not 0, as [row, column, count]."""
    counts = one.confusions
    if len(counts) <= WIDEST_MATRIX:
        return {"counts": counts.tolist()}
    rows, columns = np.nonzero(counts)
    return {"cells": np.stack([rows, columns, counts[rows, columns]], axis=1).tolist()}


def write_predictions(one: Evaluated, file: Path) -> None:
    """A row per text: row, id, label, probabilities and group, as a run has them."""
    import pyarrow
    import pyarrow.parquet

    classes = one.probabilities.shape[1]
    flat = pyarrow.array(np.asarray(one.probabilities, np.float32).ravel())
    offsets = pyarrow.array(np.arange(len(one.rows) + 1, dtype=np.int64) * classes)
    table = pyarrow.table(
        {
            "row": pyarrow.array(one.rows),
            "id": pyarrow.array(list(one.ids)),
            "label": pyarrow.array(np.asarray(one.labels, np.int32)),
            "probabilities": pyarrow.LargeListArray.from_arrays(offsets, flat),
            "group": pyarrow.array(one.groups),
        }
    )
    with whole_file(file) as part:
        pyarrow.parquet.write_table(table, part)


def _plain(interval: Interval | None) -> dict[str, float] | None:
    if interval is None:
        return None
    return {end: float(value) for end, value in interval._asdict().items()}
