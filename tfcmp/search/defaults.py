"""The space that is searched unless another is given: optimizer, learning rate, batch size.

Learning rates are drawn on a logarithmic scale. Those of SGD have a range of their own: a step of
the other three is divided by the size of the gradient, so that their rate is about the length of a
step, and SGD's is not. Fine-tuning stays near the pretrained weights, with rates about a hundred
times smaller (Mosbach et al. 2021 take 2e-5 to 5e-5; here with room to both sides).
"""

from typing import Any

from tfcmp.config.fields import Configuration
from tfcmp.models.catalogue import find_model

OPTIMIZER, RATE, BATCH = "training.optimizer", "training.learning_rate", "training.batch_size"
ADAPTIVE = ("rmsprop", "adam", "adamw")

# (lowest, highest) learning rate of SGD, and of the adaptive optimizers; batch sizes.
FROM_SCRATCH = ((1e-2, 1.0), (1e-4, 1e-2), (16, 32, 64, 128))
LINEAR = ((1e-2, 10.0), (1e-4, 1e-1), (16, 32, 64, 128))
FINE_TUNED = ((1e-4, 1e-1), (1e-5, 3e-4), (16, 32, 64))
# The head alone, or low-rank updates that start at nothing: both are trained from scratch.
PARTLY_TRAINED = ((1e-3, 1.0), (1e-4, 1e-2), (16, 32, 64))


def default_space(configuration: Configuration) -> dict[str, Any]:
    """Entries of the space by setting, as a space file has them."""
    sgd, adaptive, batches = _ranges(configuration)
    return {
        OPTIMIZER: ["sgd", *ADAPTIVE],
        RATE: [
            {"low": low, "high": high, "scale": "log", "when": {OPTIMIZER: list(optimizers)}}
            for (low, high), optimizers in ((sgd, ("sgd",)), (adaptive, ADAPTIVE))
        ],
        BATCH: list(batches),
    }


def _ranges(configuration: Configuration) -> tuple:
    family = find_model(configuration.model).family
    if family == "linear":
        return LINEAR
    if family in ("recurrent", "transformer"):
        return FROM_SCRATCH
    architecture = configuration.architecture
    if getattr(architecture, "freeze", False) or getattr(architecture, "lora_rank", None):
        return PARTLY_TRAINED
    return FINE_TUNED
