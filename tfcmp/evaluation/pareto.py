"""Which models nothing else beats on all axes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tfcmp.evaluation.axes import (
    Axis,
    Distinguishable,
    Models,
    by_differences,
    goodness,
    is_measured,
)


@dataclass(frozen=True)
class Front:
    """The Pareto front, as far as the data show it.

    A is ahead of B where its estimate is at least as good on every axis and better on one; it beats
    B where the data distinguish both on an axis on which it is better.

    Attributes:
        members: models that no other one beats, in the order given.
        beaten: model -> the members that beat it; where none does, the others that do.
        near: member -> the members that are ahead of it without being distinguishable from it.
        unmeasured: model -> axes on which it was not measured, which keeps it off the front.
        empty_axes: axes on which no model was measured; they are left out of the comparison.
    """

    members: tuple[str, ...]
    beaten: Mapping[str, tuple[str, ...]]
    near: Mapping[str, tuple[str, ...]]
    unmeasured: Mapping[str, tuple[str, ...]]
    empty_axes: tuple[str, ...]


def pareto_front(
    models: Models, axes: Sequence[Axis], distinguishable: Distinguishable | None = None
) -> Front:
    """The models that no other one beats on the given axes.

    Args:
        models: name -> axis -> measurement.
        axes: those to compare on.
        distinguishable: whether the data distinguish two models on an axis; by the difference of
            their measurements if left out.
    """
    tested = distinguishable or by_differences(models)
    used = [axis for axis in axes if any(is_measured(of, axis.name) for of in models.values())]
    unmeasured = {
        name: tuple(axis.name for axis in used if not is_measured(of, axis.name))
        for name, of in models.items()
    }
    # Without any axis there is nothing to be best at.
    complete = [name for name in models if used and not unmeasured[name]]
    goods = {name: [goodness(models[name], axis) for axis in used] for name in complete}
    ahead = {
        name: [other for other in complete if _is_ahead(goods[other], goods[name])]
        for name in complete
    }
    beating = {
        name: [
            other
            for other in ahead[name]
            if any(
                better > worse and tested(other, name, axis)
                for better, worse, axis in zip(goods[other], goods[name], used, strict=True)
            )
        ]
        for name in complete
    }
    members = [name for name in complete if not beating[name]]
    return Front(
        members=tuple(members),
        beaten={
            name: tuple([one for one in found if one in members] or found)
            for name, found in beating.items()
            if found
        },
        near={
            name: found
            for name in members
            if (found := tuple(one for one in ahead[name] if one in members))
        },
        unmeasured={name: missing for name, missing in unmeasured.items() if missing},
        empty_axes=tuple(axis.name for axis in axes if axis not in used),
    )


def _is_ahead(first: list[float], second: list[float]) -> bool:
    return first != second and all(a >= b for a, b in zip(first, second, strict=True))
