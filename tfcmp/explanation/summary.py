"""From a row per text to the figures of explanation.json."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from tfcmp.evaluation.intervals import mean_interval, ratio_contributions
from tfcmp.explanation.explainer import METHODS, OCCLUSION
from tfcmp.explanation.gradients import TOLERANCE

# Explanations that resemble those of a shuffled model this much do not depend on what it learned.
LARGEST_RESEMBLANCE = 0.5
MEASURES = ("comprehensiveness", "sufficiency")
# What the axes at the top of explanation.json are.
MEASURE = "share of the logit margin"

Row = dict[str, Any]
Figures = dict[str, Any]


def summarise(rows: Sequence[Row]) -> Figures:
    """All figures; intervals are at 95 %, cluster-robust over the groups.

    Args:
        rows: of `assessing.assess`, at least one.

    Returns:
        The axes at the top: comprehensiveness and sufficiency as shares of the logit margin and,
        where the deciding words are known, plausibility. They are those of leaving words out, which
        every model allows, where that was measured. The rest stands under named objects.
    """
    methods = [method for method in METHODS if method in rows[0]]
    of_methods = {method: _of_method(rows, method) for method in methods}
    of_axes = OCCLUSION if OCCLUSION in methods else methods[0]
    main = of_methods[of_axes]
    axes = {name: main[f"{name}_of_margin"] for name in MEASURES}
    if "plausibility" in main:
        axes["plausibility"] = main["plausibility"]
    figures: Figures = {
        "method": of_axes,
        "measure": MEASURE,
        **axes,
        "methods": of_methods,
        "random": {
            **{name: _mean(rows, [row["random"][name] for row in rows]) for name in MEASURES},
            **{f"{name}_of_margin": _share_of_margin(rows, "random", name) for name in MEASURES},
        },
    }
    if len(methods) == 2:
        figures["agreement"] = {"methods": _mean(rows, [row["agreement"] for row in rows])}
    sanity = {method: _sanity(rows, method) for method in methods}
    return {**figures, "sanity": {"largest_resemblance": LARGEST_RESEMBLANCE, **sanity}}


def agreement_of_seeds(rows: Sequence[Row], number: int) -> Figures:
    """Rank correlations with the `number`-th other run, by method."""
    methods = [method for method in METHODS if method in rows[0]]
    return {
        method: _mean(rows, [row[method]["seeds"][number] for row in rows]) for method in methods
    }


def _of_method(rows: Sequence[Row], method: str) -> Figures:
    figures: Figures = {}
    for name in MEASURES:
        figures[name] = _mean(rows, [row[method][name] for row in rows])
        figures[f"{name}_less_random"] = _mean(
            rows, [row[method][name] - row["random"][name] for row in rows]
        )
        figures[f"{name}_of_margin"] = _share_of_margin(rows, method, name)
    for name in ("plausibility", "plausibility_by_magnitude"):
        if any(name in row[method] for row in rows):
            figures[name] = _mean(rows, [row[method].get(name) for row in rows])
    seconds = np.array([row[method]["seconds"] for row in rows])
    figures["seconds"] = {
        "median": float(np.median(seconds)),
        "p90": float(np.quantile(seconds, 0.9)),
        "mean": float(seconds.mean()),
    }
    if "steps" in rows[0][method]:
        figures["completeness"] = _completeness(rows, method)
    return figures


def _completeness(rows: Sequence[Row], method: str) -> Figures:
    errors = np.array([row[method]["completeness_error"] for row in rows])
    steps, counts = np.unique([row[method]["steps"] for row in rows], return_counts=True)
    return {
        "median": float(np.median(errors)),
        "p95": float(np.quantile(errors, 0.95)),
        "max": float(errors.max()),
        "tolerance": TOLERANCE,
        "share_within_tolerance": float(np.mean(errors < TOLERANCE)),
        "texts_by_steps": {str(s): int(n) for s, n in zip(steps, counts, strict=True)},
    }


def _sanity(rows: Sequence[Row], method: str) -> Figures:
    """Mean magnitude of the rank correlation with a shuffled model's explanation.

    Random scores of n words have a magnitude of 0.8 / sqrt(n) on average, not of 0.
    """
    compared = [row for row in rows if "sanity" in row[method]]
    correlations = [row[method]["sanity"][0] for row in compared]
    found = _mean(compared, [None if one is None else abs(one) for one in correlations])
    passed = None if found["value"] is None else found["high"] < LARGEST_RESEMBLANCE
    return {"resemblance": found, "passed": passed}


def _share_of_margin(rows: Sequence[Row], method: str, name: str) -> Figures:
    """What the texts lose of their logit margins together, as a share of these.

    It has no bounds, and so no interval where all texts are of one group.
    """
    margins = np.array([row["margin"] for row in rows])
    if margins.sum() <= 0:
        return {"value": None, "texts": len(rows)}
    lost = np.array([row[method][f"margin_{name}"] for row in rows])
    groups = np.array([row["group"] for row in rows])
    interval = mean_interval(ratio_contributions(lost, margins), groups, (-np.inf, np.inf))
    known = {name: float(end) for name, end in interval._asdict().items() if np.isfinite(end)}
    return {**known, "texts": len(rows)}


def _mean(rows: Sequence[Row], values: Sequence[float | None]) -> Figures:
    """Mean with interval of the values that there are, one per row, and their number."""
    pairs = [(v, row["group"]) for v, row in zip(values, rows, strict=True) if v is not None]
    if not pairs:
        return {"value": None, "low": None, "high": None, "texts": 0}
    found, groups = (np.array(column) for column in zip(*pairs, strict=True))
    interval = mean_interval(found.astype(np.float64), groups, (-1.0, 1.0))
    return {**{name: float(end) for name, end in interval._asdict().items()}, "texts": len(found)}
