"""Section: how well each class is answered, and which are taken for which."""

from tfcmp.evaluation.slices import class_scores, confusion_counts
from tfcmp.reporting.analysis.comparison import Comparison
from tfcmp.reporting.analysis.tables import (
    CLASSES_NOTE,
    CONFUSIONS,
    SCORES,
    confusion_rows,
    confusions_table,
    score_rows,
)
from tfcmp.reporting.figures.confusion import draw_confusion
from tfcmp.reporting.render.document import Cell, Column, Section, make_table

MODEL = Column("model", "model")


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
    note = (
        f"{CLASSES_NOTE} Counts of all seeds are added up; texts and answers are means over seeds."
    )
    tables = [make_table("classes", "Scores by class", (MODEL, *SCORES), rows, note)]
    if len(classes) > 2:
        tables.append(confusions_table(confused, (MODEL, *CONFUSIONS)))
    return Section("classes", "Classes", (), (), tuple(figures), tuple(tables))
