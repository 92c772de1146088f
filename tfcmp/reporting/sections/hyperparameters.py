"""Section: what the searches found, what single settings did, and what the searches cost."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, combinations, count
from typing import Any

import numpy as np

from tfcmp.evaluation.budget import (
    BudgetCurve,
    EqualSteps,
    at_equal_steps,
    budget_curve,
    ranking_flip,
)
from tfcmp.evaluation.effects import interactions, main_effects
from tfcmp.reporting.analysis.comparison import Comparison
from tfcmp.reporting.analysis.training_times import why_search_not_timed
from tfcmp.reporting.figures.search import Grid, draw_budget_curves, draw_heat_map
from tfcmp.reporting.load.searches import Search, as_number
from tfcmp.reporting.render.document import Cell, Column, Figure, Section, Table, make_table

OPTIMIZER, RATE, BATCH = "training.optimizer", "training.learning_rate", "training.batch_size"
# With fewer trials a level is listed, and nothing is said of its place among the others.
FEWEST_TRIALS = 5
EFFECT_COLUMNS = (
    Column("search", "search"),
    Column("setting", "setting"),
    Column("share", "explains of the variance", "share"),
    Column("p", "p", "p"),
    Column("level", "level"),
    Column("trials", "trials", "count"),
    Column("failed", "failed", "count"),
    Column("mean", "mean validation", "share"),
)
EFFECT_NOTE = (
    "The share of the variance of the score that a setting explains alone, adjusted for its number "
    "of levels; p is that of no effect, from shuffled trials, and not adjusted for the number of "
    "settings. A failed trial counts as the lowest score. A setting whose range depends on another "
    "one is told for each of its ranges, on the trials of that range; the values of the other stand "
    "in brackets. Empty where it cannot be told. Means of levels describe these trials: which level "
    f"is best cannot be told from fewer than {FEWEST_TRIALS} trials at each, nor where p is large."
)


def hyperparameters_section(comparison: Comparison) -> Section:
    """Trials, main effects, heat maps, budget curves, and where rankings flip."""
    searches, failed = comparison.inputs.searches, comparison.inputs.failed_searches
    if not searches:
        told = (
            "No search is among these runs: the effect of hyperparameters was not measured. "
            "python -m tfcmp.tune --model NAME measures it; give its folder to the report."
        )
        lost = failed_searches_table(failed)
        return Section("hyperparameters", "Hyperparameters", (told,), tables=(lost,))
    left_out = {
        search.label: why_search_not_timed(search, comparison.search_conditions)
        for search in searches
    }
    curves = {
        search.label: _curve(search, is_timed=left_out[search.label] is None)
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
        "measured, so compare them within a search, and with care. Where they do not count, the table "
        "of searches says why, and budgets are told in trials."
    )
    notes += equal_steps_notes(searches)
    names = file_names(search.label for search in searches)
    figures = [
        figure
        for search in searches
        for figure in heat_maps(
            search, names[search.label], is_timed=left_out[search.label] is None
        )
    ]
    if curves:
        figures.append(draw_budget_curves(curves, comparison.styles))
    tables = (
        searches_table(searches, left_out),
        failed_searches_table(failed),
        effects_table(searches),
        effects_at_equal_steps_table(searches),
        interactions_table(searches),
        budget_table(curves),
        flips_table(curves),
    )
    return Section("hyperparameters", "Hyperparameters", tuple(notes), (), tuple(figures), tables)


def _curve(search: Search, *, is_timed: bool) -> BudgetCurve:
    """The budget curve, against trials alone where the seconds do not count."""
    scores = search.scores()
    return budget_curve(scores, search.seconds() if is_timed else [None] * len(scores))


def searches_table(searches: Sequence[Search], left_out: Mapping[str, str | None]) -> Table:
    """One row per search: its cost and its best trial.

    Args:
        searches: a row each.
        left_out: label -> why its seconds do not count.
    """
    rows = []
    for search in searches:
        scores, reason = search.scores(), left_out[search.label]
        known = [score for score in scores if score is not None]
        best = scores.index(max(known)) if known else None
        settings = search.trials[best] if best is not None else {}
        rows.append(
            (
                search.label,
                len(scores),
                len(scores) - len(known),
                search.total_seconds() if reason is None else None,
                max(known, default=None),
                ", ".join(
                    f"{name.removeprefix('training.')} {_rounded(settings[name])}"
                    for name in search.settings()
                )
                if settings
                else None,
                reason,
            )
        )
    columns = (
        Column("search", "search"),
        Column("trials", "trials", "count"),
        Column("failed", "failed", "count"),
        Column("seconds", "cost", "seconds"),
        Column("best", "best validation", "share"),
        Column("settings", "its settings"),
        Column("left_out", "why times are left out"),
    )
    return make_table("searches", "Searches", columns, rows)


def _rounded(text: str) -> str:
    value = as_number(text)
    return text if value is None else f"{value:.4g}"


def failed_searches_table(failed: Sequence[tuple[str, str]]) -> Table:
    """One row per search of a study that did not end."""
    columns = (Column("search", "search"), Column("reason", "reason"))
    return make_table("failed_searches", "Failed searches", columns, failed)


def effects_table(searches: Sequence[Search]) -> Table:
    """One row per level of each setting, after equal epochs."""
    rows = [row for search in searches for row in _effect_rows(search, list(search.trials))]
    return make_table(
        "effects", "Which setting mattered how much", EFFECT_COLUMNS, rows, EFFECT_NOTE
    )


def effects_at_equal_steps_table(searches: Sequence[Search]) -> Table:
    """The same after equal steps, on the trials that can be compared there."""
    rows = []
    for search in searches:
        found = at_equal_steps(search.courses)
        if found is not None:
            rows += [
                (*row[:2], found.steps, *row[2:])
                for row in _effect_rows(search, _compared(search, found))
            ]
    columns = (*EFFECT_COLUMNS[:2], Column("steps", "after steps", "count"), *EFFECT_COLUMNS[2:])
    return make_table(
        "effects_at_equal_steps",
        "Which setting mattered how much after equally many steps",
        columns,
        rows,
        "In equal epochs small batches take more steps. Here all trials that were validated by then "
        "and had not ended are compared after the same number of steps, by their best validation up "
        "to there. Schedules of the learning rate had not ended for all of them.",
    )


def _effect_rows(search: Search, trials: Sequence[dict[str, Any]]) -> list[tuple[Cell, ...]]:
    return [
        (
            search.label,
            effect.name,
            effect.share,
            effect.p,
            level.label,
            level.trials,
            level.failed,
            level.mean,
        )
        for effect in main_effects(trials, search.settings(), "score", search.alternatives)
        for level in effect.levels
    ]


def _compared(search: Search, found: EqualSteps) -> list[dict[str, Any]]:
    """The trials that can be compared, with their scores there."""
    return [
        {**trial, "score": score}
        for trial, score in zip(search.trials, found.scores, strict=True)
        if score is not None
    ]


def equal_steps_notes(searches: Sequence[Search]) -> list[str]:
    """Where equal epochs are unequal steps: what can be compared, and what cannot."""
    notes = []
    for search in searches:
        ends = sorted(course[-1][0] for course in search.courses if course)
        if not ends:
            if BATCH in search.settings():
                notes.append(
                    f"The trials of {search.label} have no logs here: they are compared in equal "
                    "epochs only, in which small batches take more steps."
                )
        elif ends[0] != ends[-1]:
            found = at_equal_steps(search.courses)
            count = 0 if found is None else sum(one is not None for one in found.scores)
            at = f" {count} of them can be compared after {found.steps:,}." if found else ""
            notes.append(
                f"Trials of {search.label} took {ends[0]:,} to {ends[-1]:,} steps in their epochs.{at}"
            )
    return notes


def interactions_table(searches: Sequence[Search]) -> Table:
    """Whether the best learning rate depends on the batch size, by search."""
    rows = [
        (search.label, name, BATCH, found.share, found.p, found.trials)
        for search in searches
        if {RATE, BATCH} <= set(search.settings())
        for name, found in interactions(search.trials, RATE, BATCH, "score", search.alternatives)
    ]
    columns = (
        Column("search", "search"),
        Column("setting", "setting"),
        Column("with", "with"),
        Column("share", "explains beyond both", "share"),
        Column("p", "p", "p"),
        Column("trials", "trials", "count"),
    )
    return make_table(
        "interactions",
        "Does the effect of the learning rate depend on the batch size",
        columns,
        rows,
        "The share of the variance that the product of both ranks explains beyond the ranks and "
        "their squares; p from shuffled residuals. With few trials only a strong interaction shows.",
    )


def budget_table(curves: dict[str, BudgetCurve]) -> Table:
    """One row per budget of each random search."""
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
    """One row per pair of searches: who is ahead with a small budget, who with a large one."""
    rows: list[tuple[Cell, ...]] = []
    for a, b in combinations(curves, 2):
        are_timed = curves[a].seconds is not None and curves[b].seconds is not None
        flip = ranking_flip(curves[a], curves[b], "seconds" if are_timed else "trials")
        names = {"a": a, "b": b}
        told = [] if are_timed else ["by trials, as their seconds do not compare"]
        if flip is None:
            told = ["the ranking does not flip", *told]
            rows.append((a, b, None, None, None, None, "; ".join(told)))
        else:
            budgets = (flip.budget, None) if are_timed else (None, flip.budget)
            before, after = names[flip.ahead_before], names[flip.ahead_after]
            rows.append((a, b, *budgets, before, after, "; ".join(told) or None))
    columns = (
        Column("search_a", "search"),
        Column("search_b", "other"),
        Column("seconds", "flips at", "seconds"),
        Column("trials", "flips at, trials", "number"),
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


def file_names(labels: Iterable[str]) -> dict[str, str]:
    """A part of a file's name for each label, all different."""
    names: dict[str, str] = {}
    for label in labels:
        name = re.sub(r"[^\w.+-]+", "-", label).strip("-")
        numbered = (f"{name}-{number}" for number in count(2))
        names[label] = next(one for one in chain([name], numbered) if one not in names.values())
    return names


def heat_maps(search: Search, file_name: str, *, is_timed: bool) -> list[Figure]:
    """Score and time over optimizer x learning rate x batch size, where all three were searched.

    Args:
        search: whose trials are drawn.
        file_name: its part of the names of the figures.
        is_timed: whether their seconds count; without, there is no picture of them.
    """
    if not {OPTIMIZER, RATE, BATCH} <= set(search.settings()):
        return []
    rates, batches, scores = _grids(search, "score")
    name, title = f"heat_score_{file_name}", f"{search.label}: score"
    figures = [draw_heat_map(name, title, scores, rates, batches, is_share=True)]
    if is_timed:
        _, _, seconds = _grids(search, "seconds")
        name, title = f"heat_seconds_{file_name}", f"{search.label}: time"
        figures.append(draw_heat_map(name, title, seconds, rates, batches, is_share=False))
    return figures


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
