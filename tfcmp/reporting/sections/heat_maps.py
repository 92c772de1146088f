"""Score and time of a search's trials over optimizer, learning rate and batch size."""

import re
from collections.abc import Iterable
from itertools import chain, count

import numpy as np

from tfcmp.reporting.figures.search import Grid, draw_heat_map
from tfcmp.reporting.load.searches import Search, as_number
from tfcmp.reporting.render.document import Figure

OPTIMIZER, RATE, BATCH = "training.optimizer", "training.learning_rate", "training.batch_size"


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
