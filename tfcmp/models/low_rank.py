"""Low-rank updates (LoRA) become part of the weights that they update."""

import keras
import numpy as np


def weights_without_updates(core: keras.Model) -> list[keras.Variable]:
    """Weights of `core` in its order but for low-rank updates: those of a model without any."""
    updates = set()
    for layer in core._flatten_layers():
        if getattr(layer, "lora_enabled", False):
            updates |= {id(layer.lora_kernel_a), id(layer.lora_kernel_b)}
    return [weight for weight in core.weights if id(weight) not in updates]


def whole_weights(core: keras.Model) -> list[np.ndarray]:
    """Weights of `core` in its order, without low-rank updates, which are added to their kernels.

    The order is that of a model of the same layers without updates, for its `set_weights`.

    Hu et al. 2022, "LoRA: Low-Rank Adaptation of Large Language Models": W + scale * A B.
    """
    wholes = {
        id(layer._kernel): layer.kernel
        for layer in core._flatten_layers()
        if getattr(layer, "lora_enabled", False)
    }
    return [
        keras.ops.convert_to_numpy(wholes.get(id(weight), weight))
        for weight in weights_without_updates(core)
    ]
