"""Words and punctuation marks as token ids, inside the model and in front of it alike."""

import hashlib
from collections.abc import Iterable

import keras
import numpy as np
import tensorflow as tf

PADDING_ID = 0
UNKNOWN_ID = 1
FIRST_WORD_ID = 2

# Part of the key of the token cache: raise it when a text may be split otherwise.
SPLITTING_VERSION = 1
# Rewritten in this order, then parted at blanks. A single pattern "word or mark" would say the same
# and takes four times as long: RE2 is slow where every character belongs to a captured group.
REWRITES = (
    (r"<br\s*/?>", " "),
    # Separators and control characters (NUL, no-break space, zero-width joiner) part words like a
    # blank; RE2's \s alone would leave them glued to the word beside them.
    (r"[^\pL\pM\pN\pP\pS ]+", " "),
    (r"([^\pL\pM\pN' ])", r" \1 "),
    # An apostrophe belongs to the word only inside it: don't is a word, 'fun' has two marks.
    (r"(''+)", r" \1 "),
    (r"(^| )'", " ' "),
    (r"'( |$)", " ' "),
)
# Stands in for a text that has no token, so that no row of a batch is ever empty: cuDNN aborts on
# a row without a token, and pooling over nothing has no value. No text yields it as a token.
NO_TOKEN = "no token"


@keras.saving.register_keras_serializable("tfcmp")
class WordTokenizer(keras.layers.Layer):
    """Raw text to word ids: lower case, punctuation marks as tokens, cut to `max_length`.

    The same layer fills the token cache before training and stands first in the saved model, so
    that both see the same ids. Id 0 is padding, 1 an unknown word, the vocabulary starts at 2.

    Args:
        max_length: number of tokens kept of a text, at least 2.
        truncation: which tokens are kept of a longer text: "head" the first, "tail" the last,
            "head+tail" the first quarter of `max_length` and the last three quarters
            (the split of Sun et al. 2019, "How to fine-tune BERT for text classification").
    """

    def __init__(self, max_length: int = 400, truncation: str = "head", **options):
        super().__init__(**{"trainable": False, "dtype": "int32", **options})
        self.max_length = max_length
        self.truncation = truncation
        self.lookup = keras.layers.StringLookup(mask_token="", oov_token="[UNK]", name="lookup")
        self.built = True

    def set_vocabulary(self, words: Iterable[str]) -> None:
        """Takes the known words, most frequent first; their ids start at 2."""
        self.lookup.set_vocabulary(list(words))

    def split(self, texts: tf.Tensor) -> tf.RaggedTensor:
        """Texts (batch,) of strings to their tokens (batch, None) as strings, nothing cut off."""
        # Lower-casing would end a text at its first NUL.
        texts = tf.strings.regex_replace(texts, r"\x00", " ")
        texts = tf.strings.lower(texts, encoding="utf-8")
        for pattern, replacement in REWRITES:
            texts = tf.strings.regex_replace(texts, pattern, replacement)
        tokens = tf.strings.split(texts)
        stand_in = tf.fill([tokens.nrows(), 1], NO_TOKEN)
        is_empty = tf.equal(tokens.row_lengths(), 0)
        stand_in = tf.RaggedTensor.from_row_lengths(
            tf.boolean_mask(stand_in[:, 0], is_empty), tf.cast(is_empty, tf.int64)
        )
        return tf.concat([tokens, stand_in], axis=1)

    def encode(self, texts: tf.Tensor) -> tuple[tf.RaggedTensor, tf.Tensor]:
        """Texts (batch,) to ids (batch, None) int32 and the lengths (batch,) before truncation."""
        tokens = self.split(texts)
        lengths = tokens.row_lengths()
        kept = truncate(tokens, self.max_length, self.truncation)
        ids = kept.with_flat_values(tf.cast(self.lookup(kept.flat_values), tf.int32))
        return ids, lengths

    def encode_texts(self, texts: list[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """A list of texts to (ids of all of them, their lengths as kept, their full lengths)."""
        ids, full_lengths = self.encode(tf.constant(encode_utf8(texts)))
        return ids.flat_values.numpy(), ids.row_lengths().numpy(), full_lengths.numpy()

    def split_texts(self, texts: list[str]) -> list[bytes]:
        """A list of texts to the tokens of all of them, nothing cut off; none of an empty text."""
        tokens = self.split(tf.constant(encode_utf8(texts))).flat_values.numpy().tolist()
        # Counted as a word, the stand-in would get an id of its own and be unknown no more.
        return [token for token in tokens if token != NO_TOKEN.encode()]

    def identity(self) -> str:
        """Changes whenever the ids of a text may change; part of the key of the token cache."""
        words = "\n".join(self.lookup.get_vocabulary()).encode()
        settings = (SPLITTING_VERSION, self.max_length, self.truncation)
        return f"{settings} {hashlib.sha256(words).hexdigest()}"

    def call(self, texts):
        """Texts (batch,) or (batch, 1) of strings to ids (batch, longest) int32, padded right."""
        ids, _ = self.encode(tf.reshape(texts, [-1]))
        return ids.to_tensor(PADDING_ID)

    def compute_output_spec(self, texts, **_options):
        """Shape and dtype of `call`."""
        return keras.KerasTensor((texts.shape[0], None), dtype="int32")

    def get_config(self):
        """The arguments; the vocabulary is kept by the lookup layer, as an asset of the archive."""
        return {
            **super().get_config(),
            "max_length": self.max_length,
            "truncation": self.truncation,
        }


def encode_utf8(texts: list[str]) -> list[bytes]:
    """Texts in UTF-8; a lone surrogate, which UTF-8 cannot hold, becomes a question mark."""
    return [text.encode("utf-8", "replace") for text in texts]


def truncate(tokens: tf.RaggedTensor, max_length: int, truncation: str) -> tf.RaggedTensor:
    """Rows of `tokens` (batch, None) cut to `max_length`; see `WordTokenizer` for `truncation`."""
    if truncation == "head":
        return tokens[:, :max_length]
    if truncation == "tail":
        return tokens[:, -max_length:]
    head = max_length // 4
    lengths = tf.cast(tokens.row_lengths(), tf.int64)
    position = tf.ragged.range(lengths).flat_values
    length = tf.gather(lengths, tokens.value_rowids())
    is_kept = (position < head) | (position >= length - (max_length - head))
    return tf.ragged.boolean_mask(tokens, tokens.with_flat_values(is_kept))
