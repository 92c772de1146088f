"""Adjustment of p-values where several differences are tested at once."""

from collections.abc import Sequence

import numpy as np

from tfcmp.evaluation.intervals import Values


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

    return multipletests(values, method="holm")[1]
