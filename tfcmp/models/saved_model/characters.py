"""Texts for encoders that take strings: the training path carries ids, so they travel as characters."""

import keras
import tensorflow as tf

from tfcmp.models.tokenizer import TextTokenizer, truncate

PADDING_ID = 0
CODE_POINTS = 0x110000
FORM_VERSION = 1


@keras.saving.register_keras_serializable("tfcmp")
class CharacterTokenizer(TextTokenizer):
    """A text as its Unicode code points; `max_length` counts characters."""

    @property
    def padding_id(self) -> int:
        """NUL, which no text holds."""
        return PADDING_ID

    @property
    def vocabulary_size(self) -> int:
        """Number of code points."""
        return CODE_POINTS

    def encode(self, texts: tf.Tensor) -> tuple[tf.RaggedTensor, tf.Tensor]:
        """Texts (batch,) to ids (batch, None) int32 and the lengths (batch,) before truncation."""
        texts = tf.strings.regex_replace(texts, r"<br\s*/?>|\x00", " ")
        # An empty row would be a text without a token.
        texts = tf.where(tf.equal(texts, ""), " ", texts)
        characters = tf.strings.unicode_decode(texts, "UTF-8")
        kept = truncate(characters, self.max_length, self.truncation)
        return kept, characters.row_lengths()

    def identity(self) -> str:
        """Changes whenever the ids of a text may change; part of the key of the token cache."""
        return f"characters {FORM_VERSION} {self.max_length} {self.truncation}"


@keras.saving.register_keras_serializable("tfcmp")
class JoinCharacters(keras.layers.Layer):
    """Code points (batch, length) int32 to texts (batch,) of strings; padding is left away."""

    def call(self, ids):
        """The texts."""
        characters = tf.RaggedTensor.from_tensor(ids, padding=PADDING_ID)
        return tf.strings.unicode_encode(characters, "UTF-8")

    def compute_output_spec(self, ids):
        """A text per row."""
        return keras.KerasTensor((ids.shape[0],), dtype="string")
