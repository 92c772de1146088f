"""A share that is the ratio of two sums over the examples, such as what is lost of a margin."""

import numpy as np

from tfcmp.evaluation.intervals import Values


def ratio_contributions(numerators: Values, denominators: Values) -> Values:
    """(n,) contributions whose mean is sum(numerators) / sum(denominators).

    With R the ratio, R + (numerator_i - R denominator_i) / mean(denominators): the linearisation of
    Taylor's expansion, by which intervals and paired tests of means hold for ratios (Cochran 1977,
    section 6.4).

    Args:
        numerators: (n,).
        denominators: (n,), of a sum above 0.
    """
    ratio = numerators.sum() / denominators.sum()
    return ratio + (numerators - ratio * denominators) / np.mean(denominators)
