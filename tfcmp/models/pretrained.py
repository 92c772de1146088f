"""Pretrained encoders of KerasHub under the classification head."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import keras

from tfcmp.models.preset_tokenizer import is_hugging_face, read_preset
from tfcmp.models.sequence_layers import ENCODER, PaddingMask, SequencePooling, classification_head


@keras.saving.register_keras_serializable("tfcmp")
class EncoderInputs(keras.layers.Layer):
    """Ids (batch, length) to what a KerasHub encoder takes: ids, padding mask, segment ids.

    Args:
        names: the inputs of the encoder; some have no segments.
        padding_id: id that pads the end of a text.
    """

    def __init__(self, names: list[str], padding_id: int, **options: Any) -> None:
        super().__init__(**options)
        self.names = sorted(names)
        self.padding_id = padding_id

    def call(self, ids: keras.KerasTensor) -> dict[str, keras.KerasTensor]:
        """A dictionary of int32 tensors (batch, length); a text is one segment, number 0."""
        inputs = {
            "token_ids": ids,
            "padding_mask": keras.ops.cast(keras.ops.not_equal(ids, self.padding_id), "int32"),
            "segment_ids": keras.ops.zeros_like(ids),
        }
        return {name: inputs[name] for name in self.names}

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {**super().get_config(), "names": self.names, "padding_id": self.padding_id}


def build_pretrained(
    folder: Path,
    *,
    padding_id: int,
    classes: int,
    pooling: str,
    dropout: float,
    freeze: bool,
    lora_rank: int | None,
    with_weights: bool = True,
) -> keras.Model:
    """A functional model of token ids (batch, length) int32 to logits (batch, classes) float32.

    The pooler that some presets have is not used: it is untrained in some of them (ELECTRA) and
    absent in others, and every encoder is to have the same head.

    Args:
        folder: preset of KerasHub, or folder of Hugging Face that KerasHub converts.
        padding_id: id that pads the end of a text.
        classes: number of classes.
        pooling: "first" token or "mean" over all.
        dropout: before the head.
        freeze: train the head alone; the encoder's own dropout is off then.
        lora_rank: rank of low-rank updates (Hu et al. 2022, LoRA) of queries and values, whose
            biases are trained too; the rest of the encoder stays.
        with_weights: False leaves zeros, for a copy that takes its weights from elsewhere.

    Raises:
        WorkError: the weights cannot be read.
    """
    with zeros_for_random_values():
        backbone = read_preset(
            folder,
            _loader_of(folder),
            name=ENCODER,
            load_weights=with_weights,
            # Keras hands `training` down to every layer, whatever it was called with when the model
            # was put together: a frozen encoder is one that has nothing to drop.
            **({"dropout": 0.0} if freeze else {}),
            dtype=keras.config.dtype_policy().name,
        )
    if lora_rank is not None:
        backbone.enable_lora(lora_rank)
    # The backbone stays one layer: it is then built again from its few settings when a file is loaded. Its parts
    # on their own do not all come back (DeBERTa's relative embedding is left unbuilt).
    if hasattr(backbone, "pooled_dense"):
        backbone.pooled_dense.trainable = False
    if freeze:
        backbone.trainable = False
    ids = keras.Input((None,), dtype="int32", name="token_ids")
    inputs = EncoderInputs(list(backbone.input), padding_id, name="encoder_inputs")(ids)
    states = backbone(inputs)
    if isinstance(states, dict):
        states = states["sequence_output"]
    mask = PaddingMask(padding_id, name="padding_mask")(ids)
    vector = SequencePooling(pooling, name="pooling")(states, mask)
    logits = classification_head(vector, classes, dropout)
    return keras.Model(ids, logits, name="pretrained")


def _loader_of(folder: Path) -> Callable[..., keras.Model]:
    """What loads the encoder of a folder, KerasHub's own or one of Hugging Face."""
    import keras_hub

    if is_hugging_face(folder):
        from tfcmp.models.hugging_face import load_encoder

        return load_encoder
    load: Callable[..., keras.Model] = keras_hub.models.Backbone.from_preset
    return load


@contextmanager
def zeros_for_random_values() -> Iterator[None]:
    """Starts weights at 0 that would be drawn at random: drawing takes longer than loading them.

    For encoders whose weights all come from elsewhere. Of those that none of their files has (an
    untrained pooler) none is used.
    """
    kind = keras.initializers.TruncatedNormal
    draw = kind.__call__
    kind.__call__ = lambda _self, shape, dtype=None: keras.ops.zeros(shape, dtype)
    try:
        yield
    finally:
        kind.__call__ = draw
