"""What a difference says about a claim."""

from typing import Literal

from tfcmp.evaluation.differences import Difference

Verdict = Literal["supported", "not resolved", "contradicted"]

SUPPORTED: Verdict = "supported"
NOT_RESOLVED: Verdict = "not resolved"
CONTRADICTED: Verdict = "contradicted"
SIGNIFICANCE = 0.05
# Accuracies that differ by less than half a point count as equal.
EQUALITY_MARGIN = 0.005


def verdict_of_difference(difference: Difference, adjusted_p: float) -> Verdict:
    """Verdict on the claim "a is more accurate than b".

    Args:
        difference: a minus b.
        adjusted_p: its p-value after adjustment for all comparisons made (`holm`); significant
            where at most 0.05.
    """
    if adjusted_p > SIGNIFICANCE or difference.value == 0:
        return NOT_RESOLVED
    return SUPPORTED if difference.value > 0 else CONTRADICTED


def verdict_of_equality(within_p: float, beyond_p: float) -> Verdict:
    """Verdict on the claim "a and b are equally accurate, up to a margin".

    Supported where two one-sided tests (TOST: Schuirmann 1987) reject a difference of the margin or
    more; contradicted where a difference within the margin is rejected. A difference that is not
    significant supports nothing.

    Args:
        within_p: `Difference.within_p` at the margin, after adjustment for all pairs (`holm`).
        beyond_p: `Difference.beyond_p` likewise. As it is never below the p of "no difference",
            what is contradicted here is a resolved difference as well.
    """
    if within_p <= SIGNIFICANCE:
        return SUPPORTED
    return CONTRADICTED if beyond_p <= SIGNIFICANCE else NOT_RESOLVED
