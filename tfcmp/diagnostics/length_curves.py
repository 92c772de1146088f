"""Curves: accuracy by length of the text, and by how far the deciding word is from the end.

The second shows what a network forgets: it reads the deciding word, then neutral words, and has to
answer at the end.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tfcmp.evaluation.metrics import majority_share
from tfcmp.evaluation.slices import Slice, first_drop, slices_at_edges
from tfcmp.reporting.figures.slices import draw_slices
from tfcmp.reporting.load.models import ModelResult, test_groups
from tfcmp.reporting.render.document import Column, Figure, Table, interval_columns, make_table

# Words between the last deciding word and the end of the text, and the end of each slice.
DISTANCES = (9, 24, 49, 99, 199)
# Phenomena of the diagnostic corpus whose deciding sentences are the same ones: here the distance
# is all that differs, whereas a negation is hard at any distance.
ALIKE = ("plain", "far_cue", "opening_cue")
# Of the first part, below which an interval that holds chance tells nothing.
LEAST_TEXTS = 20
COLUMNS = (
    Column("model", "model"),
    Column("seeds", "seeds", "count"),
    Column("slice", "part"),
    Column("examples", "texts", "count"),
    *interval_columns("accuracy", "accuracy", "share"),
)


class Curve(NamedTuple):
    """A figure, its numbers, and one sentence per model on where its accuracy drops."""

    figure: Figure
    table: Table
    findings: tuple[str, ...]


def curves(models: Sequence[ModelResult]) -> list[Curve]:
    """By length always, by cue distance on the diagnostic corpus."""
    first = models[0].first
    # Lengths depend on the tokenizer: those of the first run cut all models at the same texts.
    lengths = first.tokens
    deciles = np.unique(np.quantile(lengths, np.arange(1, 10) / 10))
    everything = np.ones(len(lengths), bool)
    made = [
        _curve(
            models,
            ("curve_length", "Accuracy by length of the text", "tokens of the text, tenths"),
            lengths,
            deciles,
            everything,
        )
    ]
    if first.cue_distances is not None and first.phenomena is not None:
        alike = np.isin(first.phenomena, ALIKE)
        made.append(
            _curve(
                models,
                (
                    "curve_cue_distance",
                    "Accuracy by distance of the deciding word from the end",
                    f"words behind the deciding word ({', '.join(ALIKE)} only)",
                ),
                first.cue_distances,
                np.array(DISTANCES),
                alike if alike.any() else everything,
            )
        )
    return made


def _curve(
    models: Sequence[ModelResult],
    names: tuple[str, str, str],
    sizes: npt.NDArray[np.int64],
    edges: npt.NDArray[np.floating],
    rows: npt.NDArray[np.bool_],
) -> Curve:
    name, title, across = names
    groups = test_groups(models)[rows]
    slices = {
        model.label: slices_at_edges(
            model.correct[:, rows].mean(axis=0), sizes[rows], groups, edges
        )
        for model in models
    }
    cells = [
        (model.label, len(model.runs), one.label, one.examples, *one.accuracy)
        for model in models
        for one in slices[model.label]
    ]
    chance = majority_share(models[0].first.labels[rows])
    findings = tuple(finding(label, parts, chance) for label, parts in slices.items())
    note = f"Across: {across}. Intervals cover the sampling of test groups only. "
    table = make_table(name, title, COLUMNS, cells, note + " ".join(findings))
    return Curve(draw_slices(name, title, across, slices, True), table, findings)


def finding(label: str, parts: Sequence[Slice], chance: float) -> str:
    """A sentence on where a model forgets.

    Args:
        label: of the model.
        parts: in their order, from what is easiest to keep in mind.
        chance: share of the most frequent class.
    """
    drop, start = first_drop(parts), parts[0]
    told = f"{start.label}: {100 * start.accuracy.value:.1f} %"
    if start.accuracy.low <= chance and start.examples < LEAST_TEXTS:
        return (
            f"{label}: too few texts to say where it forgets, {start.examples} in its first part "
            f"({told}) and {LEAST_TEXTS} needed."
        )
    if start.accuracy.value <= chance:
        return (
            f"{label}: no better than the most frequent class in its first part already ({told}); "
            "nothing learned, nothing to forget."
        )
    if start.accuracy.low <= chance:
        return (
            f"{label}: not told from the most frequent class ({100 * chance:.1f} %) in its first "
            f"part ({told}, at least {100 * start.accuracy.low:.1f} %); nothing can be said of "
            "forgetting, more texts may show it."
        )
    if drop is None:
        return f"{label}: no part lies below the first one ({start.label}) by its whole interval."
    return (
        f"{label}: falls below its first part ({told}) "
        f"from {drop.label} on ({100 * drop.accuracy.value:.1f} %)."
    )
