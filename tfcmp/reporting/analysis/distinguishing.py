"""Whether the data distinguish two models on an axis: the one test behind all that is said of it."""

from collections.abc import Sequence

from tfcmp.evaluation.axes import Axis, Distinguishable, Models, are_distinguishable
from tfcmp.evaluation.significance import NOT_RESOLVED, SIGNIFICANCE
from tfcmp.reporting.analysis.explanations import AXES as EXPLAINED_AXES
from tfcmp.reporting.analysis.explanations import explained_difference, usual_setting
from tfcmp.reporting.analysis.pairwise import Pair
from tfcmp.reporting.load.models import ModelResult

RULE = (
    "accuracy by the adjusted p; explanations by a paired test over the same texts; all else by "
    "whether the 95 % interval of the difference holds 0, where both have an interval"
)


def distinguish(
    entrants: Sequence[ModelResult], pairs: Sequence[Pair], models: Models
) -> Distinguishable:
    """The test of the difference of two models, by label, at 5 %; see `RULE`.

    Args:
        entrants: all models.
        pairs: all pairs of them.
        models: label -> axis -> measurement.
    """
    resolved = {
        frozenset((pair.a.label, pair.b.label)): pair.verdict != NOT_RESOLVED for pair in pairs
    }
    by_label, usual = {one.label: one for one in entrants}, usual_setting(entrants)
    explained: dict[tuple[frozenset[str], str], bool] = {}

    def is_explained_apart(both: frozenset[str], axis: Axis) -> bool:
        first, second = sorted(both)
        paired = explained_difference(by_label[first], by_label[second], axis.name, usual)
        if paired is None:
            return are_distinguishable(models[first], models[second], axis)
        return paired.p <= SIGNIFICANCE

    def distinguishable(first: str, second: str, axis: Axis) -> bool:
        both = frozenset((first, second))
        if axis.name == "accuracy" and both in resolved:
            return resolved[both]
        if axis.name in EXPLAINED_AXES and len(both) == 2:
            if (both, axis.name) not in explained:
                explained[both, axis.name] = is_explained_apart(both, axis)
            return explained[both, axis.name]
        return are_distinguishable(models[first], models[second], axis)

    return distinguishable
