import keras
import numpy as np
import pytest

from tfcmp.models.head import classification_head

BATCH, CHANNELS, CLASSES = 3, 4, 2


@pytest.fixture
def half_precision():
    keras.config.set_dtype_policy("mixed_bfloat16")
    yield
    keras.config.set_dtype_policy("float32")


def build(dropout: float = 0.0) -> keras.Model:
    vector = keras.Input((CHANNELS,))
    return keras.Model(vector, classification_head(vector, CLASSES, dropout))


def test_a_vector_becomes_a_row_of_logits() -> None:
    assert build()(np.ones((BATCH, CHANNELS), np.float32)).shape == (BATCH, CLASSES)


@pytest.mark.usefixtures("half_precision")
def test_logits_are_float32_under_half_precision() -> None:
    model = build(dropout=0.1)
    assert model(np.ones((BATCH, CHANNELS), np.float32)).dtype == "float32"
    assert model.get_layer("logits").compute_dtype == "float32"


@pytest.mark.parametrize(("dropout", "present"), [(0.0, False), (0.3, True)])
def test_dropout_stands_before_the_logits_only_where_asked_for(
    dropout: float, present: bool
) -> None:
    assert ("head_dropout" in [layer.name for layer in build(dropout).layers]) == present
