import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfcmp.inference.answering import CalibratedClassifier


class Fixed:
    """Answers the text "n" with the n-th row."""

    classes = ("neg", "pos")

    def __init__(self, rows):
        self.rows = np.array(rows, np.float32)

    def probabilities(self, texts):
        return self.rows[np.array([int(text) for text in texts], int)]


def test_probabilities_are_raised_to_one_over_the_temperature_and_sum_to_one():
    calibrated = CalibratedClassifier(Fixed([[0.8, 0.2]]), 2.0)
    # sqrt(0.8) = 2 sqrt(0.2), so that the odds of 4 become 2.
    assert calibrated.probabilities(["0"])[0] == pytest.approx([2 / 3, 1 / 3])
    (prediction,) = calibrated.predict(["0"])
    assert prediction[:2] == ("0", "neg")
    assert prediction.probability == pytest.approx(2 / 3)


def test_a_temperature_of_one_changes_nothing():
    calibrated = CalibratedClassifier(Fixed([[0.1, 0.9], [0.7, 0.3]]), 1.0)
    assert calibrated.probabilities(["0", "1"]) == pytest.approx(np.array([[0.1, 0.9], [0.7, 0.3]]))


@given(
    st.lists(st.floats(0, 1, width=32), min_size=1, max_size=20),
    st.floats(0.05, 20),
)
def test_no_label_changes_at_any_temperature(of_positive, temperature):
    rows = np.stack([1 - np.array(of_positive), np.array(of_positive)], axis=1).astype(np.float32)
    calibrated = CalibratedClassifier(Fixed(rows), temperature)
    predictions = calibrated.predict(map(str, range(len(rows))))
    labels = [calibrated.classes[place] for place in rows.argmax(axis=1)]
    assert [prediction.label for prediction in predictions] == labels
    assert all(0.5 - 1e-6 <= prediction.probability <= 1 for prediction in predictions)


def test_texts_are_answered_in_order_and_streamed():
    calibrated = CalibratedClassifier(Fixed([[0.9, 0.1], [0.2, 0.8]]), 3.0)
    stream = calibrated.stream(iter(["1", "0", "1"]))
    assert [prediction.label for prediction in stream] == ["pos", "neg", "pos"]


@pytest.mark.parametrize("ask", ["predict", "stream", "probabilities"])
def test_a_single_text_is_refused_as_without_calibration(ask):
    calibrated = CalibratedClassifier(Fixed([[0.9, 0.1]]), 3.0)
    with pytest.raises(TypeError, match=r"write \[text\]"):
        getattr(calibrated, ask)("0")


def test_no_texts_have_no_answers():
    calibrated = CalibratedClassifier(Fixed([[0.9, 0.1]]), 3.0)
    assert calibrated.predict([]) == []
    assert calibrated.probabilities([]).shape == (0, 2)


def test_classes_that_rounding_makes_equal_keep_their_ranking():
    raw = np.array([[0.1, 0.45, np.nextafter(np.float32(0.45), np.float32(1))]], np.float32)
    fixed = Fixed(raw)
    fixed.classes = ("a", "b", "c")
    answers = CalibratedClassifier(fixed, 20.0).answer(["0"])
    assert answers.ranking.tolist() == [[2, 1, 0]]
