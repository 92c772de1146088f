import pytest
import yaml

from tfcmp.inference.export.model_card import model_card
from tfcmp.runs.directory import RunDirectory

PARITY = {
    "accuracy": {"export": 0.9},
    "changed_labels": 0,
    "texts": 10,
    "largest_difference": 1e-7,
}


@pytest.fixture
def card(finished_run):
    """The function (settings of the architecture, format) -> card."""
    run = RunDirectory(finished_run)
    configuration = yaml.safe_load(run.file("config.yaml").read_text())

    def build(architecture, form="saved_model"):
        changed = {**configuration, "architecture": architecture}
        return model_card(run, changed, form, "float32", PARITY)

    return build


@pytest.mark.parametrize(
    ("architecture", "is_told"),
    [
        ({"lora_rank": None}, True),
        ({"preprocessor": "folder"}, True),
        ({"preprocessor": None}, True),
        ({"units": 4}, False),
    ],
)
def test_operators_of_the_tokenizer_are_told_where_a_model_has_some(card, architecture, is_told):
    assert ("import tensorflow_text" in card(architecture)) == is_told


def test_a_graph_of_ids_needs_no_operators_of_a_tokenizer(card):
    assert "import tensorflow_text" not in card({"lora_rank": None}, "onnx")
