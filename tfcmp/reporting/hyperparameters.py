"""Section: what the searches found, and what they cost."""

import re
from collections.abc import Sequence
from itertools import combinations

import numpy as np

from tfcmp.evaluation.budget import BudgetCurve, budget_curve, ranking_flip
from tfcmp.evaluation.effects import main_effects
from tfcmp.reporting.document import Column, Figure, Section, Table, make_table
from tfcmp.reporting.figures.palette import Styles
from tfcmp.reporting.figures.search import Grid, draw_budget_curves, draw_heat_map
from tfcmp.reporting.searches import Search, as_number

OPTIMIZER, RATE, BATCH = "training.optimizer", "training.learning_rate", "training.batch_size"


def hyperparameters_section(searches: Sequence[Search], styles: Styles | None = None) -> Section:
    """Trials, main effects, heat maps, budget curves, and where rankings flip."""
    if not searches:
        told = (
            "No search is among these runs: the effect of hyperparameters was not measured. "
            "python -m tfcmp.tune --model NAME measures it; give its folder to the report."
        )
        return Section("hyperparameters", "Hyperparameters", (told,))
    curves = {
        search.label: budget_curve(search.scores(), search.seconds())
        for search in searches
        if search.is_random and any(score is not None for score in search.scores())
    }
    notes = [
        f"The search of {search.label} was not random: its trials depend on each other, so it has "
        "no budget curve."
        for search in searches
        if not search.is_random
    ]
    notes.append(
        "Seconds of trials are those of the clock. What else the machine did during a search is not "
        "measured, so compare them within a search, and with care."
    )
    figures = [figure for search in searches for figure in _heat_maps(search)]
    if curves:
        figures.append(draw_budget_curves(curves, styles))
    tables = (searches_table(searches), effects_table(searches), budget_table(curves))
    return Section(
        "hyperparameters",
        "Hyperparameters",
        tuple(notes),
        (),
        tuple(figures),
        (*tables, flips_table(curves)),
    )


def searches_table(searches: Sequence[Search]) -> Table:
    """A row a search: its cost and its best trial."""
    rows = []
    for search in searches:
        scores, seconds = search.scores(), search.seconds()
        known = [score for score in scores if score is not None]
        best = scores.index(max(known)) if known else None
        settings = search.trials[best] if best is not None else {}
        rows.append(
            (
                search.label,
                len(scores),
                len(scores) - len(known),
                sum(value or 0.0 for value in seconds),
                max(known, default=None),
                ", ".join(
                    f"{name.removeprefix('training.')} {_rounded(settings[name])}"
                    for name in search.settings()
                )
                if settings
                else None,
            )
        )
    columns = (
        Column("search", "search"),
        Column("trials", "trials", "count"),
        Column("failed", "failed", "count"),
        Column("seconds", "cost", "seconds"),
        Column("best", "best validation", "share"),
        Column("settings", "its settings"),
    )
    return make_table("searches", "Searches", columns, rows)


def effects_table(searches: Sequence[Search]) -> Table:
    """A row a level of each setting."""
    rows = [
        (
            search.label,
            effect.name,
            effect.share,
            level.label,
            level.trials,
            level.failed,
            level.mean,
        )
        for search in searches
        for effect in main_effects(
            search.trials, search.settings(), "score", search.alternatives
        )
        for level in effect.levels
    ]
    columns = (
        Column("search", "search"),
        Column("setting", "setting"),
        Column("share", "explains of the variance", "share"),
        Column("level", "level"),
        Column("trials", "trials", "count"),
        Column("failed", "failed", "count"),
        Column("mean", "mean validation", "share"),
    )
    return make_table(
        "effects",
        "Which setting mattered how much",
        columns,
        rows,
        "The share of the variance of the score that a setting explains alone, adjusted for its "
        "number of levels; a failed trial counts as the lowest score. A setting whose range depends "
        "on another one is told for each of its ranges, on the trials of that range; the values of "
        "the other stand in brackets. Empty where it cannot be told.",
    )


def budget_table(curves: dict[str, BudgetCurve]) -> Table:
    """A row a budget of each random search."""
    rows = [
        (
            label,
            int(curve.trials[place]),
            float(curve.seconds[place]) if curve.seconds is not None else None,
            float(curve.expected[place]),
        )
        for label, curve in curves.items()
        for place in range(len(curve.trials))
    ]
    columns = (
        Column("search", "search"),
        Column("trials", "trials", "count"),
        Column("seconds", "cost", "seconds"),
        Column("expected", "expected best validation", "share"),
    )
    return make_table("budget", "Expected best score by budget", columns, rows)


def flips_table(curves: dict[str, BudgetCurve]) -> Table:
    """A row a pair of searches: who is ahead with a small budget, who with a large one."""
    rows: list[tuple] = []
    for a, b in combinations(curves, 2):
        flip = ranking_flip(curves[a], curves[b])
        names = {"a": a, "b": b}
        if flip is None:
            rows.append((a, b, None, None, None, "the ranking does not flip"))
        else:
            before, after = names[flip.ahead_before], names[flip.ahead_after]
            rows.append((a, b, flip.budget, before, after, None))
    columns = (
        Column("search_a", "search"),
        Column("search_b", "other"),
        Column("seconds", "flips at", "seconds"),
        Column("before", "ahead before"),
        Column("after", "ahead after"),
        Column("note", "note"),
    )
    return make_table(
        "flips",
        "The budget at which rankings flip",
        columns,
        rows,
        "Compared up to the budget that both searches had. Expectations, without an interval.",
    )


def _rounded(text: str) -> str:
    value = as_number(text)
    return text if value is None else f"{value:.4g}"


def _heat_maps(search: Search) -> list[Figure]:
    """Score and time over optimizer x learning rate x batch size, where all three were searched."""
    if not {OPTIMIZER, RATE, BATCH} <= set(search.settings()):
        return []
    rates, batches, scores = _grids(search, "score")
    _, _, seconds = _grids(search, "seconds")
    label = re.sub(r"[^\w.+-]+", "-", search.label)
    names = (f"heat_score_{label}", f"heat_seconds_{label}")
    return [
        draw_heat_map(names[0], f"{search.label}: score", scores, rates, batches, is_share=True),
        draw_heat_map(names[1], f"{search.label}: time", seconds, rates, batches, is_share=False),
    ]


def _grids(search: Search, value: str) -> tuple[list[str], list[str], dict[str, Grid]]:
    """Labels of the rates, the batch sizes, and per optimizer the mean value of each cell."""
    trials = [trial for trial in search.trials if as_number(trial[RATE]) is not None]
    rates = np.array([float(trial[RATE]) for trial in trials])
    labels, place = _rate_bins(rates)
    batches = sorted({trial[BATCH] for trial in trials}, key=lambda text: as_number(text) or 0)
    grids: dict[str, Grid] = {}
    for optimizer in sorted({trial[OPTIMIZER] for trial in trials}):
        grid = np.full((len(labels), len(batches)), np.nan)
        for row, column in np.ndindex(*grid.shape):
            values = [
                as_number(trial[value])
                for trial, bin_ in zip(trials, place, strict=True)
                if (trial[OPTIMIZER], bin_, trial[BATCH]) == (optimizer, row, batches[column])
            ]
            known = [one for one in values if one is not None]
            grid[row, column] = np.mean(known) if known else np.nan
        grids[optimizer] = grid
    return labels, batches, grids


def _rate_bins(rates: np.ndarray, most: int = 6) -> tuple[list[str], list[int]]:
    """The rates themselves where they are few, else half decades."""
    distinct = np.unique(rates)
    if len(distinct) <= most:
        return [f"{rate:.2g}" for rate in distinct], np.searchsorted(distinct, rates).tolist()
    # Rounded first: 1e-3 must not fall below its own decade.
    halves = np.floor(np.round(2 * np.log10(rates), 9)).astype(int)
    steps = np.arange(halves.min(), halves.max() + 1)
    labels = [f"{10 ** (step / 2):.1g} to {10 ** ((step + 1) / 2):.1g}" for step in steps]
    return labels, (halves - halves.min()).tolist()
