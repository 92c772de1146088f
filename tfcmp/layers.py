"""Registers the layers of tfcmp, for whoever loads a `model.keras` with plain Keras.

    import keras, tfcmp.layers
    model = keras.saving.load_model("runs/NAME/model.keras")

`tfcmp.load` does it by itself.
"""

import tfcmp.models.layers  # noqa: F401
