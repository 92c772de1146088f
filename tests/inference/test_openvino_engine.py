import pytest

pytest.importorskip("openvino", reason="needs pip install 'tfcmp[openvino]'")

from tfcmp.errors import CallError
from tfcmp.inference.openvino_engine import openvino_forward, openvino_model
from tfcmp.models.building import build_text_classifier
from tfcmp.models.linear import build_bag_of_ngrams


def test_keys_of_ngrams_are_refused_that_would_wrap_round_in_32_bits(word_tokenizer):
    core = build_bag_of_ngrams(2, orders=2, features=10)
    model = build_text_classifier(word_tokenizer(8), core)
    for open_model in (openvino_model, lambda model: openvino_forward(model, "float32", 1)):
        with pytest.raises(CallError, match=r"64 bits, .* engine or format onnx"):
            open_model(model)
