"""Tokenizers of SavedModel encoders: itself a SavedModel (the TF Hub convention), or characters."""

from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from tfcmp.errors import CallError
from tfcmp.models.saved_model.program import (
    ProgramLayer,
    answering,
    checksum_of,
    function_of,
    takes_texts,
)
from tfcmp.models.tokenizer import TextTokenizer, truncate

SPECIAL_TOKENS = 2
IDS, MASK = "input_word_ids", "input_mask"
# Where a preprocessor does not tell how many ids it knows: the bound of their type.
UNKNOWN_SIZE = 2**31 - 1


@keras.saving.register_keras_serializable("tfcmp")
class SavedModelTokenizer(ProgramLayer, TextTokenizer):
    """Raw text to the ids of a preprocessing SavedModel.

    One with `tokenize` is asked for tokens, which are cut here and framed by its start and end
    token. One without is used as it is: its own length limit holds as well.

    Args:
        source: where the SavedModel comes from.
        max_length: tokens kept of a text, start and end included; None is the preprocessor's own.
        truncation: see `TextTokenizer`; without `tokenize` only "head".
        frame: ids of start, end and padding; found when the SavedModel is loaded from a folder.
    """

    def __init__(
        self,
        source: str,
        max_length: int | None = None,
        truncation: str = "head",
        frame: tuple[int, int, int] = (0, 0, 0),
        **options: Any,
    ) -> None:
        super().__init__(max_length, truncation, **options)
        self.source = source
        self.frame = tuple(frame)

    @classmethod
    def from_folder(
        cls, folder: Path, source: str, max_length: int | None, truncation: str
    ) -> "SavedModelTokenizer":
        """The tokenizer of the SavedModel in `folder`.

        Raises:
            CallError: SavedModels are not trusted here, it is no preprocessor, or it cannot
                truncate that way.
        """
        layer = cls(source, max_length, truncation, name="tokenizer")
        layer.open_program(folder)
        if not takes_texts(function_of(layer.program, source)):
            raise CallError(
                f"{source}: expected a preprocessor, which takes texts; this takes none"
            )
        if truncation != "head" and not layer.can_tokenize:
            raise CallError(
                f"--data.truncation {truncation}: {source} has no tokenize and cuts texts itself; "
                "expected head"
            )
        with answering(source, "an empty text"):
            ids, mask = layer._preprocess(tf.constant([""]))
        kept = ids[0][mask[0] > 0].numpy().tolist()
        if len(kept) < SPECIAL_TOKENS:
            raise CallError(f"{source}: expected a start and an end token, got the ids {kept}")
        behind = ids[0][mask[0] == 0].numpy().tolist()
        layer.frame = (kept[0], kept[-1], behind[-1] if behind else 0)
        if layer.max_length is None:
            layer.max_length = int(ids.shape[1])
        return layer

    @property
    def can_tokenize(self) -> bool:
        """Whether the program gives tokens that are not cut yet."""
        return callable(getattr(self.program, "tokenize", None))

    @property
    def knows_lengths(self) -> bool:
        """Not without `tokenize`: what the program cuts itself nobody hears of."""
        return self.can_tokenize

    @property
    def padding_id(self) -> int:
        """Id that fills the right end of a batch."""
        return self.frame[2]

    @property
    def framing(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Start token and end token."""
        return (self.frame[0],), (self.frame[1],)

    @property
    def vocabulary_size(self) -> int:
        """Number of ids, as far as the preprocessor tells it."""
        if not self.can_tokenize or not hasattr(self.program.tokenize, "get_special_tokens_dict"):
            return UNKNOWN_SIZE
        return int(self.program.tokenize.get_special_tokens_dict()["vocab_size"])

    def encode(self, texts: tf.Tensor) -> tuple[tf.RaggedTensor, tf.Tensor]:
        """Texts (batch,) to ids (batch, None) int32 and the lengths (batch,) before truncation."""
        texts = tf.strings.regex_replace(texts, r"<br\s*/?>|\x00", " ")
        if not self.can_tokenize:
            return self._encode_whole(texts)
        tokens = self.program.tokenize(texts)
        while tokens.ragged_rank > 1:
            tokens = tokens.merge_dims(1, 2)
        tokens = tf.cast(tokens, tf.int32)
        lengths = tf.cast(tokens.row_lengths(), tf.int64) + SPECIAL_TOKENS
        limit = None if self.max_length is None else self.max_length - SPECIAL_TOKENS
        kept = truncate(tokens, limit, self.truncation)
        column = tf.ones([kept.nrows(), 1], tf.int32)
        start, end, _ = self.frame
        return tf.concat([column * start, kept, column * end], axis=1), lengths

    def _encode_whole(self, texts: tf.Tensor) -> tuple[tf.RaggedTensor, tf.Tensor]:
        ids, mask = self._preprocess(texts)
        rows = tf.ragged.boolean_mask(ids, mask > 0)
        lengths = tf.cast(rows.row_lengths(), tf.int64)
        if self.max_length is None or ids.shape[1] is None or ids.shape[1] <= self.max_length:
            return rows, lengths
        # The end token stays the last one.
        head = rows[:, : self.max_length - 1]
        is_cut = lengths >= self.max_length
        return tf.concat([head, tf.ragged.boolean_mask(rows[:, -1:], is_cut[:, None])], 1), lengths

    def _preprocess(self, texts: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Ids and mask (batch, length) int32 as the preprocessor pads them."""
        outputs = function_of(self.program, self.source)(texts)
        if not isinstance(outputs, dict) or not {IDS, MASK} <= set(outputs):
            told = ", ".join(outputs) if isinstance(outputs, dict) else type(outputs).__name__
            raise CallError(f"{self.source}: expected the outputs {IDS} and {MASK}, got {told}")
        return tf.cast(outputs[IDS], tf.int32), tf.cast(outputs[MASK], tf.int32)

    def open_program(self, folder: Path) -> None:
        """Loads the SavedModel, whose operations TensorFlow Text has to bring."""
        import tensorflow_text  # noqa: F401

        super().open_program(folder)

    def identity(self) -> str:
        """Changes whenever the ids of a text may change; part of the key of the token cache."""
        return f"{checksum_of(self.files)} {self.max_length} {self.truncation}"

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {**super().get_config(), "frame": list(self.frame)}


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

    def call(self, ids: tf.Tensor) -> tf.Tensor:
        """The texts."""
        characters = tf.RaggedTensor.from_tensor(ids, padding=PADDING_ID)
        return tf.strings.unicode_encode(characters, "UTF-8")

    def compute_output_spec(self, ids: tf.Tensor) -> keras.KerasTensor:
        """A text per row."""
        return keras.KerasTensor((ids.shape[0],), dtype="string")
