"""What a model's answers to newly labelled texts come to: tables, figures, JSON and a page."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tfcmp.evaluation.calibration import ece_interval, reliability_bins
from tfcmp.evaluation.intervals import Interval
from tfcmp.evaluation.metrics import predicted_classes
from tfcmp.evaluation.slices import (
    class_scores,
    confusion_counts,
    macro_f1_interval,
)
from tfcmp.evaluation.summary import summarise
from tfcmp.records.run import Metrics
from tfcmp.reporting.analysis.tables import (
    CLASSES_NOTE,
    SCORES,
    confusion_rows,
    confusions_table,
    score_rows,
)
from tfcmp.reporting.figures.calibration import draw_reliability
from tfcmp.reporting.figures.confusion import draw_confusion
from tfcmp.reporting.render.document import (
    Cell,
    Column,
    Figure,
    Kind,
    Report,
    Section,
    Table,
    interval_columns,
    make_table,
)
from tfcmp.reporting.render.html import page_of
from tfcmp.reporting.render.markdown import FIGURES, markdown_of
from tfcmp.reporting.write import on_paper
from tfcmp.runs.files import sealed, sha256_of, whole_file, write_json

# Wider matrices are a picture, and a list of the most frequent confusions.
WIDEST_MATRIX = 12
LONGEST_TEXT = 400
METRICS: tuple[tuple[str, str, Kind], ...] = (
    ("accuracy", "accuracy", "share"),
    ("macro_f1", "macro F1", "share"),
)
CALIBRATION: tuple[tuple[str, str, Kind], ...] = (
    ("ece", "ECE", "share"),
    ("brier", "Brier", "number"),
    ("nll", "NLL", "number"),
)
SCORES_NOTE = (
    "Intervals at 95 %, robust to what texts of one group (or copies of one text) have in common; "
    "they cover the sampling of texts only."
)
CALIBRATION_NOTE = "ECE in 15 bins; Brier over all classes, from 0 to 2; NLL in nats."
EVALUATION, PREDICTIONS = "evaluation.json", "predictions.parquet"
# Of more classes than this a matrix would be mostly zeros, and of thousands 100 MB of them.
MOST_CLASSES = 100
MISTAKE = ("row", "id", "label", "answer", "confidence", "probability_of_label")


@dataclass(frozen=True, eq=False)
class Evaluated:
    """Answers to labelled texts.

    Attributes:
        facts: what was evaluated, for JSON.
        classes: names.
        rows: (n,) places of the texts in their source, from 1.
        ids: their ids.
        labels: (n,) positions in `classes`.
        probabilities: (n, classes).
        groups: (n,).
        notes: what a reader must know.
        texts: of the shown mistakes by place in the arrays; empty where they are not to be shown.
        most_mistakes: how many are listed.
    """

    facts: dict[str, Any]
    classes: tuple[str, ...]
    rows: npt.NDArray[np.int64]
    ids: Sequence[str]
    labels: npt.NDArray[np.integer]
    probabilities: npt.NDArray[np.floating]
    groups: npt.NDArray[np.integer]
    notes: tuple[str, ...] = ()
    texts: dict[int, str] = field(default_factory=dict)
    most_mistakes: int = 10

    @cached_property
    def predicted(self) -> npt.NDArray[np.intp]:
        """(n,) answers."""
        return predicted_classes(self.probabilities)

    @cached_property
    def metrics(self) -> Metrics:
        """All metrics of `summarise`, macro F1 and ECE with intervals too."""
        found = summarise(self.labels, self.probabilities, self.groups)
        intervals = {
            "macro_f1": macro_f1_interval(
                self.labels, self.predicted, self.groups, len(self.classes)
            ),
            "ece": ece_interval(self.labels, self.probabilities, self.groups),
        }
        for name, interval in intervals.items():
            value, low, high = map(float, interval)
            found[name] = {"value": value, "low": low, "high": high}
        return found

    @cached_property
    def confusions(self) -> npt.NDArray[np.int64]:
        """(classes, classes) texts by label and answer."""
        return confusion_counts(self.labels, self.predicted[None], len(self.classes))

    @cached_property
    def mistakes(self) -> list[int]:
        """Places of the wrong answers of the highest probability, the highest first."""
        confidences = self.probabilities.max(axis=1)
        wrong = np.flatnonzero(self.predicted != self.labels)
        order = wrong[np.argsort(-confidences[wrong], kind="stable")]
        return [int(place) for place in order[: self.most_mistakes]]


def tables_of(one: Evaluated) -> list[Table]:
    """All tables, in the order in which they are read."""
    scores = class_scores(one.labels, one.predicted[None], one.groups, len(one.classes))
    tables = [
        _scores_table(one),
        make_table(
            "classes", "Scores by class", SCORES, score_rows(one.classes, scores), CLASSES_NOTE
        ),
    ]
    if len(one.classes) <= WIDEST_MATRIX:
        tables.append(_matrix(one))
    if len(one.classes) > 2:
        tables.append(confusions_table(confusion_rows(one.classes, one.confusions)))
    return [
        table
        for table in (*tables, _calibration_table(one), _bins_table(one), _mistakes_table(one))
        if table.rows
    ]


def figures_of(one: Evaluated) -> list[Figure]:
    """Confusion matrix and reliability diagram."""
    bins = {one.facts["model"]: (reliability_bins(one.labels, one.probabilities),)}
    caption = (
        "Accuracy against confidence; on the grey line the model is right as often as it says."
    )
    return [
        draw_confusion("confusion", "Confusion matrix", one.classes, one.confusions),
        draw_reliability(bins, ("",), caption),
    ]


def report_of(one: Evaluated) -> Report:
    """The page."""
    facts = [(name.replace("_", " "), str(value)) for name, value in one.facts.items()]
    section = Section(
        "evaluation",
        "How good the answers are",
        one.notes,
        (),
        tuple(figures_of(one)),
        tuple(tables_of(one)),
    )
    return Report(f"Evaluation of {one.facts['run']}", tuple(facts), (section,))


def _scores_table(one: Evaluated) -> Table:
    columns = [Column("texts", "texts", "count"), Column("groups", "groups", "count")]
    cells: list[Cell] = [len(one.rows), len(np.unique(one.groups))]
    _add_metrics(one, METRICS, columns, cells)
    columns.append(Column("majority", "most frequent class", "share"))
    cells.append(one.metrics["majority"]["value"])
    return make_table("metrics", "Scores", columns, [cells], SCORES_NOTE)


def _calibration_table(one: Evaluated) -> Table:
    columns: list[Column] = []
    cells: list[Cell] = []
    _add_metrics(one, CALIBRATION, columns, cells)
    return make_table("calibration", "Calibration", columns, [cells], CALIBRATION_NOTE)


def _add_metrics(
    one: Evaluated,
    metrics: Sequence[tuple[str, str, Kind]],
    columns: list[Column],
    cells: list[Cell],
) -> None:
    """Adds the columns of metrics and their cells, an interval each."""
    for name, heading, kind in metrics:
        columns += interval_columns(name, heading, kind, is_named=True)
        cells += [one.metrics[name][part] for part in ("value", "low", "high")]


def _matrix(one: Evaluated) -> Table:
    columns = [Column("label", "label \\ answer")]
    columns += [
        Column(f"answer_{number}", name, "count") for number, name in enumerate(one.classes)
    ]
    rows = [
        (name, *counts) for name, counts in zip(one.classes, one.confusions.tolist(), strict=True)
    ]
    return make_table("confusion", "Confusion matrix", columns, rows)


def _bins_table(one: Evaluated) -> Table:
    columns = (
        Column("above", "confidence above", "share"),
        Column("up_to", "up to", "share"),
        Column("texts", "texts", "count"),
        Column("confidence", "mean confidence", "share"),
        Column("accuracy", "accuracy", "share"),
    )
    bins = reliability_bins(one.labels, one.probabilities)
    rows = [tuple(one_bin) for one_bin in bins if one_bin.examples]
    return make_table("reliability", "Confidence and accuracy", columns, rows)


def mistake_rows(one: Evaluated) -> list[tuple[Any, ...]]:
    """Row, id, label, answer, and the probabilities of answer and label, of the listed mistakes."""
    return [
        (
            int(one.rows[place]),
            one.ids[place],
            one.classes[one.labels[place]],
            one.classes[one.predicted[place]],
            float(one.probabilities[place].max()),
            float(one.probabilities[place, one.labels[place]]),
        )
        for place in one.mistakes
    ]


def _mistakes_table(one: Evaluated) -> Table:
    columns = [
        Column("row", "row", "count"),
        Column("id", "id"),
        Column("label", "label"),
        Column("answer", "answer"),
        Column("confidence", "p(answer)", "number"),
        Column("of_label", "p(label)", "number"),
    ]
    rows = mistake_rows(one)
    if one.texts:
        columns.append(Column("text", "text"))
        rows = [
            (*row, _harmless(one.texts[place]))
            for row, place in zip(rows, one.mistakes, strict=True)
        ]
    wrong = int((one.predicted != one.labels).sum())
    note = f"The {len(rows)} of {wrong:,} wrong answers that the model is most sure of. Rows count the texts of the source from 1."
    return make_table("mistakes", "Most confident mistakes", columns, rows, note)


def _harmless(text: str) -> str:
    """A text in a cell: in one line, without what a terminal would take for a command."""
    kept = "".join(letter if letter.isprintable() else " " for letter in text)
    return kept if len(kept) <= LONGEST_TEXT else f"{kept[: LONGEST_TEXT - 1]}…"


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
    if len(counts) <= MOST_CLASSES:
        return {"counts": counts.tolist()}
    rows, columns = np.nonzero(counts)
    return {"cells": np.stack([rows, columns, counts[rows, columns]], axis=1).tolist()}


def write_predictions(one: Evaluated, file: Path) -> None:
    """One row per text: row, id, label, probabilities and group, as a run has them."""
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
