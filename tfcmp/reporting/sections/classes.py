"""Section: how well each class is answered, and which are taken for which."""

from collections.abc import Sequence

from tfcmp.evaluation.intervals import Interval
from tfcmp.evaluation.slices import (
    ClassScores,
    Counts,
    class_scores,
    confusion_counts,
    most_frequent_confusions,
)
from tfcmp.reporting.analysis.comparison import Comparison
from tfcmp.reporting.figures.confusion import draw_confusion
from tfcmp.reporting.render.document import (
    Cell,
    Column,
    Section,
    Table,
    interval_columns,
    make_table,
)

SCORES = (
    Column("class", "class"),
    Column("support", "texts", "count"),
    Column("predicted", "answers", "count"),
    *(
        column
        for name in ("precision", "recall", "f1")
        for column in interval_columns(
            name, name.capitalize() if name == "f1" else name, "share", is_named=True
        )
    ),
)
MODEL = Column("model", "model")
NOTE = (
    "Precision is the share of the answers of a class that are right, recall the share of its texts "
    "that are found, F1 their harmonic mean. Intervals cover the sampling of groups of texts and are "
    "not adjusted for the number of classes."
)
CONFUSIONS = (
    Column("label", "label"),
    Column("answer", "answer"),
    Column("texts", "texts", "count"),
    Column("share_of_label", "of the label's texts", "share"),
)
MOST_CONFUSIONS = 10


def classes_section(comparison: Comparison) -> Section:
    """Scores by class; from three classes on with the confusions, a picture per model."""
    classes = comparison.models[0].runs[0].result["classes"]
    rows: list[tuple[Cell, ...]] = []
    confused: list[tuple[Cell, ...]] = []
    figures = []
    for number, model in enumerate(comparison.models, start=1):
        labels, predicted = model.first.labels, model.predicted
        scores = class_scores(labels, predicted, comparison.test_groups, len(classes))
        rows += [(model.label, *row) for row in score_rows(classes, scores)]
        counts = confusion_counts(labels, predicted, len(classes))
        seeds = len(predicted)
        confused += [(model.label, *row) for row in confusion_rows(classes, counts, seeds)]
        if len(classes) > 2:
            name, title = f"confusion_{number}", f"Confusions of {model.label}"
            figures.append(draw_confusion(name, title, classes, counts, seeds))
    note = f"{NOTE} Counts of all seeds are added up; texts and answers are means over seeds."
    tables = [make_table("classes", "Scores by class", (MODEL, *SCORES), rows, note)]
    if len(classes) > 2:
        tables.append(_confusions_table(confused, (MODEL, *CONFUSIONS)))
    return Section("classes", "Classes", (), (), tuple(figures), tuple(tables))


def score_rows(classes: Sequence[str], scores: Sequence[ClassScores]) -> list[tuple[Cell, ...]]:
    """Cells of `SCORES`, one row per class."""
    return [
        (
            name,
            one.support,
            one.predicted,
            *_cells(one.precision),
            *_cells(one.recall),
            *_cells(one.f1),
        )
        for name, one in zip(classes, scores, strict=True)
    ]


def confusion_rows(
    classes: Sequence[str], counts: Counts, seeds: int = 1
) -> list[tuple[Cell, ...]]:
    """Cells of `CONFUSIONS`: the most frequent ones; texts are means over seeds."""
    supports = counts.sum(axis=1)
    return [
        (classes[label], classes[answer], count / seeds, count / int(supports[label]))
        for label, answer, count in most_frequent_confusions(counts, MOST_CONFUSIONS)
    ]


def confusions_table(classes: Sequence[str], counts: Counts) -> Table:
    """The most frequent confusions of one model."""
    return _confusions_table(confusion_rows(classes, counts), CONFUSIONS)


def _confusions_table(rows: Sequence[tuple[Cell, ...]], columns: Sequence[Column]) -> Table:
    return make_table("confusions", "Most frequent confusions", columns, rows)


def _cells(interval: Interval | None) -> tuple[Cell, Cell, Cell]:
    if interval is None:
        return None, None, None
    return interval.value, interval.low, interval.high
