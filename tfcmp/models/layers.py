"""Every Keras layer of this package: importing this module registers them with Keras.

Keras loads a `.keras` file in safe mode only where all layers in it are registered.
"""

# ruff: noqa: F401
import tfcmp.models.linear
import tfcmp.models.preset_tokenizer
import tfcmp.models.pretrained
import tfcmp.models.recurrence
import tfcmp.models.saved_model.building
import tfcmp.models.sequence_layers
import tfcmp.models.transformer
import tfcmp.models.word_tokenizer
