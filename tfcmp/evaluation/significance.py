"""What counts as a difference: p-values of several tests, verdicts on claims, power."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from tfcmp.evaluation.differences import Difference, VariancePart, t_spreads
from tfcmp.evaluation.intervals import Values, t_quantile

Verdict = Literal["supported", "not resolved", "contradicted"]

SUPPORTED: Verdict = "supported"
NOT_RESOLVED: Verdict = "not resolved"
CONTRADICTED: Verdict = "contradicted"
SIGNIFICANCE = 0.05
# Accuracies that differ by less than half a point count as equal.
EQUALITY_MARGIN = 0.005
# Of `smallest_detectable`: the probability of finding it, and the simulated studies.
POWER = 0.8
DRAWS = 4_000
_SEED = 0


def holm(p_values: Sequence[float] | Values) -> Values:
    """Adjusted p-values, in the given order, after Holm 1979.

    With p(1) <= ... <= p(m): adjusted p(i) = max over j <= i of min(1, (m - j + 1) p(j)). Rejecting
    where it is at most alpha keeps the probability of any false rejection at most alpha, however
    the tests depend on each other.

    Args:
        p_values: (m,) from 0 to 1, m >= 0.

    Raises:
        ValueError: a p-value lies outside 0..1 or is NaN.
    """
    values = np.asarray(p_values, dtype=np.float64)
    # Written so that a comparison with NaN, which is False, counts as bad.
    if not ((values >= 0) & (values <= 1)).all():
        raise ValueError(f"Expected p-values from 0 to 1, got {values.tolist()}.")
    if not values.size:
        return values
    # statsmodels takes a second to import.
    from statsmodels.stats.multitest import multipletests

    return np.asarray(multipletests(values, method="holm")[1])


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


def smallest_detectable(difference: Difference, comparisons: int = 1) -> float:
    """The true difference that a study of the same design finds with a probability of 80 %.

    The design is the number of seeds and groups, each with its degrees of freedom, and the number
    of comparisons: in the first step of Holm 1979, p has to be at most 0.05 / comparisons. The
    variances are taken to be those that were estimated. Studies of that design are simulated: the
    variances are drawn (chi-squared), each study has the critical value of its own t
    distributions, and the result is the difference that passes it in 80 % of them. A factor of 2.80
    standard errors (Card et al. 2020) is the limit for many degrees of freedom and one comparison.

    Args:
        difference: the estimate, for its variances.
        comparisons: number of pairs that the p-value is adjusted for, 1 or more.

    Returns:
        A share from 0 to 1; 1 where nothing is known of the variance.
    """
    if difference.sampling is None:
        return 1.0
    generator = np.random.default_rng(_SEED)
    error = generator.standard_normal(DRAWS) * difference.standard_error
    drawn = [
        VariancePart(
            part.variance * generator.chisquare(part.freedom, DRAWS) / part.freedom, part.freedom
        )
        for part in difference.parts
    ]
    quantile = 1 - SIGNIFICANCE / comparisons / 2
    critical = np.max(
        [
            t_quantile(freedom, quantile) * scale
            for scale, freedom in t_spreads(drawn[:-1], drawn[-1])
        ],
        axis=0,
    )
    return float(min(1.0, np.quantile(critical - error, POWER)))
