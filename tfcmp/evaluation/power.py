"""What a comparison can find: the smallest difference that its design detects four times of five."""

import numpy as np

from tfcmp.evaluation.differences import Difference
from tfcmp.evaluation.variance import VariancePart, t_spreads

POWER = 0.8
SIGNIFICANCE = 0.05
DRAWS = 4_000
_SEED = 0


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
    from scipy.special import stdtrit

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
        [stdtrit(freedom, quantile) * scale for scale, freedom in t_spreads(drawn[:-1], drawn[-1])],
        axis=0,
    )
    return float(min(1.0, np.quantile(critical - error, POWER)))
