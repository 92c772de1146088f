from types import SimpleNamespace

import pytest

from tfcmp.evaluation.intervals import Interval
from tfcmp.reporting.sections.inference_figures import inference_figures

ACCURACIES = {"gru": Interval(0.89, 0.88, 0.9)}


@pytest.fixture
def draw(benches):
    """The function (curves of a cell) -> names of the figures."""

    def build(**curves):
        measured = {**benches.inference_cell(8.0), **curves}
        cell = SimpleNamespace(name="gru: keras float32", measured=measured)
        return [figure.name for figure in inference_figures([cell], ACCURACIES, None)]

    return build


def test_accuracy_length_and_texts_of_a_query_have_a_figure_each(draw):
    assert draw() == ["accuracy_latency", "latency_length", "latency_batch"]


def test_points_that_were_left_out_make_no_curve(draw):
    left_out = {"left_out": "the device's memory is too small"}
    assert draw(by_batch_size={"8": left_out, "512": left_out}, by_length={}) == [
        "accuracy_latency"
    ]
