"""Section: what the searches found, and what they cost."""

from collections.abc import Mapping, Sequence
from itertools import combinations

from tfcmp.evaluation.budget import BudgetCurve, budget_curve, ranking_flip
from tfcmp.reporting.analysis.comparability import (
    Conditions,
    usual_of_searches,
    why_search_not_timed,
)
from tfcmp.reporting.figures.palette import Styles
from tfcmp.reporting.figures.search import draw_budget_curves
from tfcmp.reporting.load.searches import Search, as_number
from tfcmp.reporting.render.document import Column, Section, Table, make_table
from tfcmp.reporting.sections.effects import (
    effects_at_equal_steps_table,
    effects_table,
    equal_steps_notes,
    interactions_table,
)
from tfcmp.reporting.sections.heat_maps import file_names, heat_maps


def hyperparameters_section(
    searches: Sequence[Search],
    styles: Styles | None = None,
    failed: Sequence[tuple[str, str]] = (),
    usual: Conditions | None = None,
) -> Section:
    """Trials, main effects, heat maps, budget curves, and where rankings flip.

    Args:
        searches: those that have trials.
        styles: by label.
        failed: name and reason of searches that found nothing.
        usual: conditions under which times of the runs count; without them those of most searches.
    """
    if not searches:
        told = (
            "No search is among these runs: the effect of hyperparameters was not measured. "
            "python -m tfcmp.tune --model NAME measures it; give its folder to the report."
        )
        lost = failed_searches_table(failed)
        return Section("hyperparameters", "Hyperparameters", (told,), tables=(lost,))
    of_searches = usual_of_searches(searches, usual or {})
    left_out = {search.label: why_search_not_timed(search, of_searches) for search in searches}
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
        figures.append(draw_budget_curves(curves, styles))
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
    """A row a search: its cost and its best trial.

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


def failed_searches_table(failed: Sequence[tuple[str, str]]) -> Table:
    """A row a search of a study that did not end."""
    columns = (Column("search", "search"), Column("reason", "reason"))
    return make_table("failed_searches", "Failed searches", columns, failed)


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


def _rounded(text: str) -> str:
    value = as_number(text)
    return text if value is None else f"{value:.4g}"
