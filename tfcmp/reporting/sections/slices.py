"""Section: where the models are right, and how much of the texts they saw."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from tfcmp.evaluation.slices import (
    Slice,
    slices_by_phenomenon,
    slices_by_quartile,
)
from tfcmp.reporting.analysis.comparison import Comparison
from tfcmp.reporting.figures.slices import draw_slices
from tfcmp.reporting.load.models import ModelResult
from tfcmp.reporting.render.document import (
    Column,
    Figure,
    Section,
    Table,
    interval_columns,
    make_table,
)

COLUMNS = (
    Column("model", "model"),
    Column("slice", "part"),
    Column("examples", "texts", "count"),
    Column("groups", "groups", "count"),
    *interval_columns("accuracy", "accuracy", "share"),
)
NOTE = (
    "Means over seeds; intervals cover the sampling of test groups only and are not adjusted for "
    "the number of parts."
)

Cut = Callable[[ModelResult], list[Slice]]


def slices_section(comparison: Comparison) -> Section:
    """By length, and on the diagnostic corpus by phenomenon and cue distance."""
    models, groups, first = comparison.models, comparison.test_groups, comparison.models[0].first
    cuts: list[tuple[str, str, str, Cut, bool]] = []
    # Lengths depend on the tokenizer: those of the first model cut all of them at the same texts.
    tokens = _lengths(models)
    cuts.append(
        (
            "slices_length",
            "Accuracy by length of the text",
            "tokens of the text, quartiles",
            lambda model: slices_by_quartile(model.correct.mean(axis=0), tokens, groups),
            True,
        )
    )
    phenomena, distances = first.phenomena, first.cue_distances
    if phenomena is not None and distances is not None:
        cuts.append(
            (
                "slices_phenomenon",
                "Accuracy by phenomenon",
                "phenomenon",
                lambda one: slices_by_phenomenon(one.correct.mean(axis=0), phenomena, groups),
                False,
            )
        )
        cuts.append(
            (
                "slices_cue_distance",
                "Accuracy by distance of the cue",
                "words between the last deciding word and the end, quartiles",
                lambda one: slices_by_quartile(one.correct.mean(axis=0), distances, groups),
                True,
            )
        )
    made = [_cut(comparison, *cut) for cut in cuts]
    tables = [table for _, table in made]
    figures = tuple(figure for figure, _ in made)
    return Section(
        "slices", "Parts of the test split", (), (), figures, (*tables, truncation_table(models))
    )


def truncation_table(models: Sequence[ModelResult]) -> Table:
    """How much text the models never saw."""
    rows = []
    for model in models:
        settings, splits = model.configuration["data"], model.runs[0].split["splits"]
        shares = [
            splits[name].get(f"cut_{what}_share")
            for what in ("token", "text")
            for name in ("train", "test")
        ]
        rows.append((model.label, settings["max_length"], settings["truncation"], *shares))
    columns = (
        Column("model", "model"),
        Column("max_length", "tokens kept", "count"),
        Column("truncation", "kept side"),
        Column("train_tokens", "tokens cut, train", "share"),
        Column("test_tokens", "test", "share"),
        Column("train_texts", "texts cut, train", "share"),
        Column("test_texts", "test", "share"),
    )
    return make_table("truncation", "How much text was cut off", columns, rows)


def _cut(
    comparison: Comparison,
    name: str,
    title: str,
    across: str,
    cut: Cut,
    is_ordered: bool,
) -> tuple[Figure, Table]:
    slices = {model.label: cut(model) for model in comparison.models}
    rows = [
        (label, one.label, one.examples, one.groups, *one.accuracy)
        for label, parts in slices.items()
        for one in parts
    ]
    figure = draw_slices(name, title, across, slices, is_ordered, comparison.styles)
    return figure, make_table(name, title, COLUMNS, rows, NOTE)


def _lengths(models: Sequence[ModelResult]) -> npt.NDArray[np.int64]:
    """Lengths in the tokens of the first model that counts words, else of the first."""
    for model in models:
        if model.is_recurrent or model.is_baseline:
            return model.first.tokens
    return models[0].first.tokens
