"""The scale of the heat maps: blue speaks for the label, orange against it, white says nothing.

Blue and orange stay apart under all common colour blindnesses (ColorBrewer's PuOr and RdBu rest on
the same pairs), and black text keeps a contrast of more than 4.5 on both ends.
"""

import numpy as np
import numpy.typing as npt

FOR, AGAINST, NEUTRAL = (86, 160, 224), (240, 150, 56), (255, 255, 255)


def shares(scores: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Scores as shares of the largest magnitude, -1 to 1; NaN stays NaN."""
    largest = np.nanmax(np.abs(scores)) if np.isfinite(scores).any() else 0.0
    return scores / largest if largest > 0 else scores * 0.0


def colour_of(share: float) -> tuple[int, int, int]:
    """Red, green and blue, 0 to 255, of a share from -1 to 1."""
    end = FOR if share > 0 else AGAINST
    red, green, blue = (
        round(none + abs(share) * (full - none)) for none, full in zip(NEUTRAL, end, strict=True)
    )
    return red, green, blue
