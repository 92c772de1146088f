"""Tables of what single settings of a search did, at equal epochs and at equal steps."""

from collections.abc import Sequence
from typing import Any

from tfcmp.evaluation.budget import EqualSteps, at_equal_steps
from tfcmp.evaluation.effects import interactions, main_effects
from tfcmp.reporting.load.searches import Search
from tfcmp.reporting.render.document import Column, Table, make_table

RATE, BATCH = "training.learning_rate", "training.batch_size"
# With fewer trials a level is listed, and nothing is said of its place among the others.
FEWEST_TRIALS = 5
COLUMNS = (
    Column("search", "search"),
    Column("setting", "setting"),
    Column("share", "explains of the variance", "share"),
    Column("p", "p", "p"),
    Column("level", "level"),
    Column("trials", "trials", "count"),
    Column("failed", "failed", "count"),
    Column("mean", "mean validation", "share"),
)
NOTE = (
    "The share of the variance of the score that a setting explains alone, adjusted for its number "
    "of levels; p is that of no effect, from shuffled trials, and not adjusted for the number of "
    "settings. A failed trial counts as the lowest score. A setting whose range depends on another "
    "one is told for each of its ranges, on the trials of that range; the values of the other stand "
    "in brackets. Empty where it cannot be told. Means of levels describe these trials: which level "
    f"is best cannot be told from fewer than {FEWEST_TRIALS} trials at each, nor where p is large."
)


def effects_table(searches: Sequence[Search]) -> Table:
    """A row per level of each setting, after equal epochs."""
    rows = [row for search in searches for row in _rows(search, list(search.trials))]
    return make_table("effects", "Which setting mattered how much", COLUMNS, rows, NOTE)


def effects_at_equal_steps_table(searches: Sequence[Search]) -> Table:
    """The same after equal steps, on the trials that can be compared there."""
    rows = []
    for search in searches:
        found = at_equal_steps(search.courses)
        if found is not None:
            rows += [
                (*row[:2], found.steps, *row[2:]) for row in _rows(search, _compared(search, found))
            ]
    columns = (*COLUMNS[:2], Column("steps", "after steps", "count"), *COLUMNS[2:])
    return make_table(
        "effects_at_equal_steps",
        "Which setting mattered how much after equally many steps",
        columns,
        rows,
        "In equal epochs small batches take more steps. Here all trials that were validated by then "
        "and had not ended are compared after the same number of steps, by their best validation up "
        "to there. Schedules of the learning rate had not ended for all of them.",
    )


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


def _rows(search: Search, trials: Sequence[dict[str, Any]]) -> list[tuple]:
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
