"""Golden numbers of captum, made by benchmarks/integrated_gradients_captum.py (torch 2.13, captum 0.9)."""

import numpy as np
import pytest

from tfcmp.explanation.gradients import IntegratedGradients
from tfcmp.explanation.network import Network
from tfcmp.explanation.reading import read_text
from tfcmp.inference.classifier import keras_classifier
from tfcmp.models.building import build_text_classifier
from tfcmp.models.recurrent import build_recurrent

GOLDEN = {
    "word3 word7 word2 word11 word4 word9 word5": (
        [-0.01608, 0.439368, 0.688174],
        [-0.160985, 0.0307, -0.041527, -0.026302, -0.00092, -0.004622, 0.013019],
    ),
    "word10 word6 word3 word8": (
        [0.150337, 0.735048, 0.974055],
        [-0.129993, 0.038702, 0.038416, 0.164555],
    ),
}
VOCABULARY, CHANNELS, UNITS, CLASSES = 12, 5, 4, 3
# As in the benchmark, in the order of the Keras model's weights.
NUMBERS = {
    "token_embedding": (0,),
    "forward_1": (1, 2, 3),
    "backward_1": (4, 5, 6),
    "logits": (7, 8),
}


def formula(number, shape):
    places = np.arange(np.prod(shape)).reshape(shape)
    return np.sin(1.0 + 0.7 * places + 10.0 * number).astype(np.float32)


@pytest.fixture(scope="module")
def network(word_tokenizer):
    core = build_recurrent(
        "gru",
        VOCABULARY,
        CLASSES,
        embedding_size=CHANNELS,
        units=UNITS,
        layers=1,
        direction="both",
        pooling="max",
        word_dropout=0.1,
        embedding_dropout=0.1,
        dropout=0.1,
    )
    for name, numbers in NUMBERS.items():
        layer = core.get_layer(name)
        shapes = [weight.shape for weight in layer.get_weights()[: len(numbers)]]
        values = [formula(n, shape) for n, shape in zip(numbers, shapes, strict=True)]
        layer.set_weights(values + layer.get_weights()[len(numbers) :])
    tokenizer = word_tokenizer(VOCABULARY)
    return Network(keras_classifier(build_text_classifier(tokenizer, core), ("a", "b", "c")))


@pytest.mark.slow
@pytest.mark.parametrize("text", GOLDEN)
def test_integrated_gradients_are_those_of_captum(network, text):
    logits, scores = GOLDEN[text]
    reading = read_text(network.tokenizer, text)
    np.testing.assert_allclose(network.logits([reading.ids])[0], logits, atol=1e-5)
    found = IntegratedGradients(network).attribute(reading, int(np.argmax(logits)), 50, 50)
    np.testing.assert_allclose(found.token_scores, scores, atol=1e-4)
