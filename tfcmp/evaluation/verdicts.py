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


def verdict_of_equality(difference: Difference, margin: float = EQUALITY_MARGIN) -> Verdict:
    """Verdict on the claim "a and b are equally accurate, up to the margin".

    Supported where the 90 % interval lies inside -margin..margin, which is the pair of one-sided
    tests (TOST) of Schuirmann 1987 at 5 %; contradicted where the 95 % interval lies wholly
    outside. A difference that is not significant supports nothing.

    Args:
        difference: a minus b, as a share.
        margin: largest difference that counts as none, a share above 0.
    """
    if -margin < difference.low_90 and difference.high_90 < margin:
        return SUPPORTED
    if difference.low > margin or difference.high < -margin:
        return CONTRADICTED
    return NOT_RESOLVED
