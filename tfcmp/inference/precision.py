"""A saved model that computes in bfloat16."""

import keras

from tfcmp.errors import CallError
from tfcmp.models.linear import WeightedFeatures
from tfcmp.models.saved_model.encoder import SavedModelEncoder

# Float32 in training too, whatever the policy: rounded, sums of logits would tie.
KEPT = ("tokenizer", "logits", "probabilities")


def compute_in_bfloat16(model: keras.Model) -> None:
    """Lets a loaded model compute as in training under `mixed_bfloat16`; to be called before it answers.

    Its weights stay float32, as do those layers that are so in training.

    Raises:
        CallError: none of its layers could: a linear model, or a SavedModel, whose types are its own.
    """
    layers = list(model._flatten_layers(include_self=False))
    fixed = [layer for layer in layers if isinstance(layer, WeightedFeatures | SavedModelEncoder)]
    if fixed:
        raise CallError(
            "precision 'bf16': this model has no layers that compute in bfloat16; expected float32"
        )
    for layer in layers:
        if layer.name not in KEPT:
            layer.dtype_policy = "mixed_bfloat16"
