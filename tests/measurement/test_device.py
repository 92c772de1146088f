import keras
import numpy as np
import pytest

from tfcmp.measurement.device import (
    audit_model,
    forget_peaks,
    peak_of_gpus,
    peak_resident,
    why_no_cudnn,
)
from tfcmp.models.building import build_core

LSTM, GRU = keras.layers.LSTM, keras.layers.GRU


@pytest.mark.parametrize("layer", [LSTM(3), GRU(3)])
def test_layers_as_they_come_can_use_cudnn(layer):
    assert why_no_cudnn(layer) == []


@pytest.mark.parametrize(
    ("layer", "reason"),
    [
        (keras.layers.SimpleRNN(3), "no kernel"),
        (LSTM(3, activation="relu"), "not tanh"),
        (GRU(3, recurrent_activation="hard_sigmoid"), "not sigmoid"),
        (LSTM(3, recurrent_dropout=0.1), "recurrent dropout"),
        (LSTM(3, unroll=True), "unrolled"),
        (LSTM(3, use_bias=False), "no bias"),
        (GRU(3, reset_after=False), "reset_after"),
        (GRU(3, use_cudnn=False), "use_cudnn is off"),
    ],
)
def test_what_keeps_a_layer_from_cudnn_is_named(layer, reason):
    assert any(reason in told for told in why_no_cudnn(layer))


def test_every_recurrent_layer_is_audited(tiny_configuration, word_tokenizer):
    found = audit_model(build_core(tiny_configuration("gru"), word_tokenizer(), 2))
    assert set(found["recurrent_layers"]) == {"forward_1", "backward_1"}
    assert found["recurrent_layers"]["forward_1"]["why_not"] == ["there is no GPU"]
    assert found["jit_compile"] is False


def test_a_transformer_has_no_recurrent_layer(tiny_configuration, word_tokenizer):
    core = build_core(tiny_configuration("transformer"), word_tokenizer(), 2)
    assert audit_model(core)["recurrent_layers"] == {}


def test_the_peak_grows_with_what_is_held():
    forget_peaks()
    before = peak_resident()
    held = np.ones(8_000_000)
    assert peak_resident() - before > 0.9 * held.nbytes / 1e6


def test_without_a_gpu_there_is_no_peak_of_one():
    assert peak_of_gpus() is None
