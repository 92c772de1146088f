"""What all tokenizers share: raw text in, padded ids out, the same ids in the cache and the model."""

import re
from abc import abstractmethod
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from tfcmp.models.markup import LINE_BREAK

TRUNCATIONS = ("head", "tail", "head+tail")


class TextTokenizer(keras.layers.Layer):
    """Raw text to token ids, cut to `max_length`.

    The same layer fills the token cache before training and stands first in the saved model, so
    that both see the same ids. Padding goes to the right, and no text is without a token.

    Args:
        max_length: number of tokens kept of a text, special tokens included; None keeps all.
        truncation: which tokens are kept of a longer text: "head" the first, "tail" the last,
            "head+tail" the first quarter of `max_length` and the last three quarters
            (the split of Sun et al. 2019, "How to fine-tune BERT for text classification").
    """

    def __init__(
        self, max_length: int | None = None, truncation: str = "head", **options: Any
    ) -> None:
        super().__init__(**{"trainable": False, "dtype": "int32", **options})
        self.max_length = max_length
        self.truncation = truncation
        self.built = True

    @property
    @abstractmethod
    def padding_id(self) -> int:
        """Id that fills the right end of a batch; no text holds it."""

    @property
    @abstractmethod
    def vocabulary_size(self) -> int:
        """Number of ids, padding included."""

    @property
    def knows_lengths(self) -> bool:
        """Whether the lengths before truncation are those of whole texts."""
        return True

    @property
    def framing(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Ids that stand in front of every text, and behind it."""
        return (), ()

    @property
    def mask_id(self) -> int | None:
        """Id of the token that stands for a hidden one; None where there is none."""
        return None

    @property
    def markup(self) -> re.Pattern[str]:
        """What of a text is a blank to it, in Python's words."""
        return LINE_BREAK

    @abstractmethod
    def encode(self, texts: tf.Tensor) -> tuple[tf.RaggedTensor, tf.Tensor]:
        """Texts (batch,) to ids (batch, None) int32 and the lengths (batch,) before truncation."""

    @abstractmethod
    def identity(self) -> str:
        """Changes whenever the ids of a text may change; part of the key of the token cache."""

    def encode_texts(self, texts: list[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """A list of texts to (ids of all of them, their lengths as kept, their full lengths)."""
        ids, full_lengths = self.encode(tf.constant(encode_utf8(texts)))
        return ids.flat_values.numpy(), ids.row_lengths().numpy(), full_lengths.numpy()

    def call(self, texts: tf.Tensor) -> tf.Tensor:
        """Texts (batch,) or (batch, 1) of strings to ids (batch, longest) int32, padded right."""
        ids, _ = self.encode(tf.reshape(texts, [-1]))
        return ids.to_tensor(self.padding_id)

    def compute_output_spec(self, texts: tf.Tensor, **_options: Any) -> keras.KerasTensor:
        """Shape and dtype of `call`."""
        return keras.KerasTensor((texts.shape[0], None), dtype="int32")

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {
            **super().get_config(),
            "max_length": self.max_length,
            "truncation": self.truncation,
        }


def encode_utf8(texts: list[str]) -> list[bytes]:
    """Texts in UTF-8; a lone surrogate, which UTF-8 cannot hold, becomes a question mark."""
    return [text.encode("utf-8", "replace") for text in texts]


def kept_ends(max_length: int, truncation: str) -> tuple[int, int]:
    """How many ids of a longer text are kept of its beginning and of its end."""
    head = {"head": max_length, "tail": 0, "head+tail": max_length // 4}[truncation]
    return head, max_length - head


def truncate(tokens: tf.RaggedTensor, max_length: int | None, truncation: str) -> tf.RaggedTensor:
    """Rows of `tokens` (batch, None) cut to `max_length`; see `TextTokenizer` for `truncation`."""
    if max_length is None:
        return tokens
    if truncation == "head":
        return tokens[:, :max_length]
    if truncation == "tail":
        return tokens[:, -max_length:]
    head, tail = kept_ends(max_length, truncation)
    lengths = tf.cast(tokens.row_lengths(), tf.int64)
    position = tf.ragged.range(lengths).flat_values
    length = tf.gather(lengths, tokens.value_rowids())
    is_kept = (position < head) | (position >= length - tail)
    return tf.ragged.boolean_mask(tokens, tokens.with_flat_values(is_kept))
