"""What is said where no model keeps all requirements."""

from collections.abc import Sequence

from tfcmp.evaluation.axes import (
    Measurements,
    Models,
    Requirement,
    bounds,
    estimate,
    is_measured,
    shown,
)
from tfcmp.evaluation.significance import NOT_RESOLVED, SUPPORTED
from tfcmp.reporting.render.document import NOT_MEASURED, Claim


def missed_claim(models: Models, requirements: Sequence[Requirement]) -> Claim | None:
    """That no model keeps all requirements, and which one comes nearest; None if one does.

    The nearest misses the fewest, and of these by the smallest share of its value or the bound.
    """
    missed = {
        name: [one for one in requirements if not one.holds(estimate(of, one.axis))]
        for name, of in models.items()
    }
    if not all(missed.values()):
        return None
    wanted = " and ".join(one.text for one in requirements)
    measured = [
        name
        for name, of in models.items()
        if all(is_measured(of, one.axis) for one in missed[name])
    ]
    if not measured:
        axes = dict.fromkeys(one.axis for wanting in missed.values() for one in wanting)
        return Claim(
            f"No model is known to meet {wanted}: {', '.join(axes)} has no value that counts.",
            NOT_MEASURED,
            "decision",
            to_measure="why not: the table of the decision",
        )
    nearest = min(measured, key=lambda name: _distance(models[name], missed[name]))
    values = [(one.axis, estimate(models[nearest], one.axis)) for one in missed[nearest]]
    told = shown(values[0][1])
    if len(requirements) > 1:
        told = ", ".join(f"{axis} {shown(value)}" for axis, value in dict(values).items())
    is_sure = all(
        any(not any(map(one.holds, bounds(of, one.axis))) for one in missed[name])
        for name, of in models.items()
        if name in measured
    )
    is_all = len(measured) == len(models)
    sentence = f"No model meets {wanted}; the nearest is {nearest} with {told}."
    return Claim(
        sentence if is_all else f"{sentence[:-1]}; not every model was measured.",
        SUPPORTED if is_sure and is_all else NOT_RESOLVED,
        "decision",
        values[0][1],
        unit=values[0][0],
        test="each model's value and interval against the bounds",
    )


def _distance(of: Measurements, missed: Sequence[Requirement]) -> tuple[int, float]:
    """Number of bounds that are missed, and how far, as a share of the larger of value and bound."""
    both = [(estimate(of, one.axis), one.bound) for one in missed]
    far = sum(abs(value - bound) / (max(abs(value), abs(bound)) or 1.0) for value, bound in both)
    return len(missed), far
