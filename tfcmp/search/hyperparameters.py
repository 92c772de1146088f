"""The space as KerasTuner's hyperparameters, and its values as settings again.

A setting whose range depends on another one (the learning rate, on the optimizer) is a
hyperparameter per range, each active for some values of its parent: KerasTuner keeps values by
name, and a grid that meets one name with two ranges loses its way. To the trial, and in trials.csv,
they are one setting.
"""

import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from tfcmp.search.space import Domain, Space

if TYPE_CHECKING:
    import keras_tuner

# Digits of drawn numbers: no rate matters to more, and best.yaml stays readable.
DIGITS = 3
EPOCHS = "tuner/epochs"
# What hyperband decides by itself.
OF_HYPERBAND = "training.epochs"


def make_hyperparameters(space: Space, tuner: str) -> "keras_tuner.HyperParameters":
    """The hyperparameters of a space; for a grid, ranges become lists of points."""
    # Imported here: what reads the settings of a trial needs no TensorFlow.
    import keras_tuner

    made = keras_tuner.HyperParameters()
    parents = {domain.setting: domain for domain in space.domains if not domain.parent}
    for domain in space.domains:
        when: dict[str, Any] = {}
        if domain.parent:
            parent = parents[domain.parent]
            when["parent_name"] = domain.parent
            when["parent_values"] = [_encoded(value, parent) for value in domain.parent_values]
        name = _name(domain)
        if domain.values:
            made.Choice(name, [_encoded(value, domain) for value in domain.values], **when)
        elif tuner == "grid":
            made.Choice(name, _points(domain), **when)
        else:
            kind = made.Int if domain.is_whole else made.Float
            kind(name, domain.low, domain.high, sampling=domain.scale, **when)
    return made


def settings_of(values: Mapping[str, Any], space: Space) -> dict[str, Any]:
    """Settings of a trial, by dotted name, from the values of its hyperparameters."""
    settings: dict[str, Any] = {}
    for domain in space.domains:
        if domain.parent and settings[domain.parent] not in domain.parent_values:
            continue
        settings[domain.setting] = _decoded(values[_name(domain)], domain)
    if EPOCHS in values:
        settings[OF_HYPERBAND] = int(values[EPOCHS])
    return settings


def grid_size(space: Space) -> int:
    """Number of combinations that a grid visits."""
    size = 1
    for domain in space.domains:
        if domain.parent:
            continue
        bound = [child for child in space.domains if child.parent == domain.setting]
        if not bound:
            size *= _count(domain)
            continue
        size *= sum(
            math.prod(_count(child) for child in bound if value in child.parent_values)
            for value in domain.values
        )
    return size


def _count(domain: Domain) -> int:
    return len(domain.values or _points(domain))


def _name(domain: Domain) -> str:
    if not domain.parent:
        return domain.setting
    return f"{domain.setting}[{','.join(map(str, domain.parent_values))}]"


def _is_plain(domain: Domain) -> bool:
    """Whether KerasTuner takes the values as they are: all text, all whole or all other numbers."""
    kinds = {type(value) for value in domain.values}
    return len(kinds) == 1 and kinds <= {str, int, float}


def _encoded(value: Any, domain: Domain) -> Any:
    return value if _is_plain(domain) else json.dumps(value)


def _decoded(value: Any, domain: Domain) -> Any:
    if domain.values:
        return value if _is_plain(domain) else json.loads(value)
    if domain.is_whole:
        return int(value)
    return _rounded(float(value), domain)


def _rounded(value: float, domain: Domain) -> float:
    return min(max(float(f"{value:.{DIGITS}g}"), domain.low), domain.high)


def _points(domain: Domain) -> list[Any]:
    """Points from end to end of a range, at equal distances on its scale."""
    space_out = np.geomspace if domain.scale == "log" else np.linspace
    points = space_out(domain.low, domain.high, domain.points).tolist()
    if domain.is_whole:
        return list(dict.fromkeys(round(point) for point in points))
    return [_rounded(point, domain) for point in points]
