"""Parts of tables that the report and the commands show alike: scores by class, behaviour tests."""

from collections.abc import Sequence

from tfcmp.evaluation.calibration import HIGHEST_TEMPERATURE, LOWEST_TEMPERATURE
from tfcmp.evaluation.intervals import Interval
from tfcmp.evaluation.slices import ClassScores, Counts, most_frequent_confusions
from tfcmp.reporting.render.document import Cell, Column, Table, interval_columns, make_table

BEHAVIOUR_NOTE = (
    "Failed cases in per cent and their Wilson interval at 95 %, which covers the cases of this "
    "grammar only. MFT: the text is not answered with its label; INV: a change that means nothing "
    "changes the answer; DIR: the probability moves by more than {tolerance} against the change."
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
CLASSES_NOTE = (
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


def confusions_table(
    rows: Sequence[tuple[Cell, ...]], columns: Sequence[Column] = CONFUSIONS
) -> Table:
    """The most frequent confusions."""
    return make_table("confusions", "Most frequent confusions", columns, rows)


def _cells(interval: Interval | None) -> tuple[Cell, Cell, Cell]:
    if interval is None:
        return None, None, None
    return interval.value, interval.low, interval.high


def bound_note(name: str) -> str:
    """A sentence on a run whose temperature validation does not determine."""
    return (
        f"{name}: the temperature is an end of what is searched ({LOWEST_TEMPERATURE:g} to "
        f"{HIGHEST_TEMPERATURE:g}); validation does not determine it, do not use it."
    )
