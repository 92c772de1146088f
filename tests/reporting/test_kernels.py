import pytest

from tfcmp.reporting.render.kernels import kernels

NO_GPU = {"cudnn": False, "why_not": ["there is no GPU"]}


@pytest.mark.parametrize(
    ("layers", "told"),
    [
        ({}, "no recurrent layer"),
        ({"forward_1": {"cudnn": True, "why_not": []}}, "forward_1: cuDNN"),
        (
            {"forward_1": NO_GPU, "backward_1": NO_GPU},
            "forward_1, backward_1: no cuDNN (there is no GPU)",
        ),
    ],
)
def test_layers_of_one_answer_are_told_together(layers, told):
    assert kernels({"recurrent_layers": layers}) == told


def test_without_an_audit_nothing_is_told():
    assert kernels(None) is None
