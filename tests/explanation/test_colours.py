import numpy as np
import pytest

from tfcmp.explanation.colours import colour_of, shares


def luminance(colour):
    """Relative luminance (WCAG 2.2)."""
    parts = [c / 255 for c in colour]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))


def test_scores_are_shares_of_the_largest_magnitude():
    np.testing.assert_array_equal(
        shares(np.array([1.0, -4.0, np.nan, 2.0])), [0.25, -1.0, np.nan, 0.5]
    )


@pytest.mark.parametrize("scores", [[], [0.0, 0.0], [np.nan]])
def test_without_a_largest_there_is_no_colour(scores):
    assert not np.nan_to_num(shares(np.array(scores))).any()


def test_nothing_is_white_and_the_ends_differ():
    assert colour_of(0.0) == (255, 255, 255)
    assert colour_of(1.0) != colour_of(-1.0)
    assert colour_of(0.5)[0] > colour_of(1.0)[0]


@pytest.mark.parametrize("share", np.linspace(-1, 1, 9))
def test_black_text_can_be_read_on_every_colour(share):
    assert (luminance(colour_of(share)) + 0.05) / 0.05 > 4.5
