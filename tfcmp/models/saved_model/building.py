"""Tokenizer and core of a SavedModel text encoder."""

from pathlib import Path

import keras

from tfcmp.errors import CallError
from tfcmp.models.saved_model.encoder import SavedModelEncoder
from tfcmp.models.saved_model.tokenizers import (
    CharacterTokenizer,
    JoinCharacters,
    SavedModelTokenizer,
)
from tfcmp.models.sequence_layers import ENCODER, PaddingMask, SequencePooling, classification_head
from tfcmp.models.tokenizer import TextTokenizer


def build_saved_model_tokenizer(
    preprocessor: Path | None, max_length: int | None, truncation: str, source: str
) -> TextTokenizer:
    """The tokenizer of a preprocessing SavedModel; without one, texts travel as characters.

    Raises:
        CallError: SavedModels are not trusted here, or it is no preprocessor.
    """
    if preprocessor is None:
        return CharacterTokenizer(max_length, truncation, name="tokenizer")
    return SavedModelTokenizer.from_folder(preprocessor, source, max_length, truncation)


def build_saved_model_core(
    encoder: Path,
    tokenizer: TextTokenizer,
    classes: int,
    *,
    pooling: str,
    dropout: float,
    freeze: bool,
    source: str,
) -> keras.Model:
    """A functional model of ids (batch, length) int32 to logits (batch, classes) float32.

    Args:
        encoder: folder of the SavedModel.
        tokenizer: of its preprocessor, or of characters where it takes texts.
        classes: number of classes.
        pooling: "first" token or "mean" over all, where it gives a state per token.
        dropout: before the head.
        freeze: train the head alone.
        source: where the SavedModel comes from.

    Raises:
        CallError: it is not trusted, is no text encoder, has nothing to train, does not go with
            that tokenizer, or not take texts of its length.
        WorkError: its files are damaged.
    """
    layer = SavedModelEncoder.from_folder(encoder, source, tokenizer.padding_id, name=ENCODER)
    _check_fit(layer, tokenizer, source)
    if freeze:
        layer.trainable = False
    elif not layer.trainable_weights:
        raise CallError(f"{source} has no weights that train; give --architecture.freeze")
    layer.require_form(tokenizer.max_length, is_trained=not freeze)
    ids = keras.Input((None,), dtype="int32", name="token_ids")
    inputs = JoinCharacters(name="texts")(ids) if layer.takes_texts else ids
    vector = layer(inputs)
    if layer.output_rank == 3:
        mask = PaddingMask(tokenizer.padding_id, name="padding_mask")(ids)
        vector = SequencePooling(pooling, name="pooling")(vector, mask)
    return keras.Model(ids, classification_head(vector, classes, dropout), name="saved_model")


def _check_fit(layer: SavedModelEncoder, tokenizer: TextTokenizer, source: str) -> None:
    has_preprocessor = isinstance(tokenizer, SavedModelTokenizer)
    if layer.takes_texts and has_preprocessor:
        raise CallError(
            f"{source} takes texts and needs no preprocessor; leave --architecture.preprocessor out"
        )
    if not layer.takes_texts and not has_preprocessor:
        raise CallError(
            f"{source} takes token ids; give the folder or handle of its preprocessing model as "
            "--architecture.preprocessor"
        )
    if layer.takes_texts and layer.output_rank == 3:
        raise CallError(
            f"{source} takes texts and gives a state per token: which of them are padding only it "
            "knows; expected one vector per text"
        )
