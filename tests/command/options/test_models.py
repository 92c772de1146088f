import runpy
from pathlib import Path

import pytest

from tfcmp.config.fields import PretrainedArchitecture, SavedModelArchitecture

_calls = runpy.run_path(str(Path(__file__).with_name("calls.py")))
parse = _calls["parse"]
refusal = _calls["refusal"]


@pytest.mark.parametrize(
    "arguments",
    [
        "--model bert_tiny_en --architecture.freeze",
        "--architecture.freeze --model bert_tiny_en",
        "--model bert_tiny_en --architecture.freeze true",
        "--model bert_tiny_en --architecture.freeze=true --seed 2",
    ],
)
def test_a_switch_of_a_model_needs_no_value(arguments):
    assert parse(arguments).architecture.freeze is True


def test_a_switch_of_a_model_can_be_put_off():
    assert parse("--model bert_tiny_en --architecture.freeze false").architecture.freeze is False


@pytest.mark.parametrize(
    ("model", "architecture"),
    [("preset:bert", PretrainedArchitecture), ("saved_model:a/b", SavedModelArchitecture)],
)
def test_a_model_can_be_named_by_its_place(model, architecture):
    configuration = parse("--model", model)
    assert configuration.model == model
    assert isinstance(configuration.architecture, architecture)


def test_a_frozen_encoder_takes_no_low_rank_updates():
    told = refusal("--model bert_tiny_en --architecture.freeze --architecture.lora_rank 2")
    assert "contradict each other" in told


def test_a_layer_learns_no_faster_than_the_one_above():
    told = refusal("--model bert_tiny_en --architecture.layer_decay 1.5")
    assert "--architecture.layer_decay: expected 0 to 1, got 1.5" in told
