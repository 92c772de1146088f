"""Words and punctuation marks as token ids, inside the model and in front of it alike."""

import hashlib
import re
from collections.abc import Iterable
from typing import Any

import keras
import tensorflow as tf

from tfcmp.models.markup import LINE_BREAK_OF_ANY_CASE, line_break_of_normalized
from tfcmp.models.normalization import normalized
from tfcmp.models.tokenizer import TextTokenizer, encode_utf8, truncate

PADDING_ID = 0
UNKNOWN_ID = 1
FIRST_WORD_ID = 2

# How a text is split: the version of new tokenizers. Saved ones keep theirs, so that a change of the
# rules below, or of the table of Unicode, is a new version next to the old one.
SPLITTING_VERSION = 2
# Scripts that put no blank between words: every character of theirs is a token, with its marks.
UNSPACED = "".join(
    rf"\p{{{script}}}"
    for script in (
        "Han", "Hiragana", "Katakana", "Bopomofo", "Thai", "Lao", "Khmer", "Myanmar", "Tibetan",
        "Tai_Le", "New_Tai_Lue", "Tai_Tham", "Tai_Viet",
    )
)  # fmt: skip
# Rewritten in this order, then parted at blanks. A single pattern "word or mark" would say the same
# and takes four times as long: RE2 is slow where every character belongs to a captured group.
# \0 is all that was found.
REWRITES = (
    # Line breaks, separators and control characters (NUL, no-break space) part words like a blank;
    # RE2's \s alone would leave these glued to the word next to them.
    (r"<br[\s\x00]*/?>|[^\pL\pM\pN\pP\pS ]+", " "),
    # Two hyphens and more are a dash, which is one hyphen by now.
    (r"--+", "-"),
    (rf"[^\pL\pM\pN' ]|[{UNSPACED}]\pM*", r" \0 "),
    # An apostrophe belongs to the word only inside it: don't is a word, 'fun' has two marks.
    (r"''+", r" \0 "),
    (r"(^| )'", " ' "),
    (r"'( |$)", " ' "),
)
# The rules of splitting 1, behind the lower-casing of TensorFlow.
FORMER_REWRITES = (
    (r"<br\s*/?>", " "),
    (r"[^\pL\pM\pN\pP\pS ]+", " "),
    (r"([^\pL\pM\pN' ])", r" \1 "),
    *REWRITES[-3:],
)
# Stands in for a text that has no token, so that no row of a batch is ever empty: cuDNN aborts on
# a row without a token, and pooling over nothing has no value. No text yields it as a token, for a
# control character is a blank.
NO_TOKEN = "\1"


@keras.saving.register_keras_serializable("tfcmp")
class WordTokenizer(TextTokenizer):
    """Normalised words and punctuation marks; the vocabulary is learned from the training texts.

    Id 0 is padding, 1 an unknown word, the vocabulary starts at 2. It is kept by the lookup layer,
    as an asset of the saved model.

    Args:
        max_length: number of tokens kept of a text, at least 2; None keeps all.
        truncation: see `TextTokenizer`.
        splitting: version of the rules by which a text is split, 1 or 2.
    """

    def __init__(
        self,
        max_length: int | None = 400,
        truncation: str = "head",
        splitting: int = SPLITTING_VERSION,
        **options: Any,
    ) -> None:
        super().__init__(max_length, truncation, **options)
        self.splitting = splitting
        self.lookup = keras.layers.StringLookup(mask_token="", oov_token="[UNK]", name="lookup")

    @property
    def padding_id(self) -> int:
        """Id that fills the right end of a batch."""
        return PADDING_ID

    @property
    def vocabulary_size(self) -> int:
        """Number of ids, padding and unknown word included."""
        return int(self.lookup.vocabulary_size())

    @property
    def markup(self) -> re.Pattern[str]:
        """Line breaks of HTML; normalised before they are looked for, they are so in any case."""
        return LINE_BREAK_OF_ANY_CASE if self.splitting == 1 else line_break_of_normalized()

    @property
    def rewrites(self) -> tuple[tuple[str, str], ...]:
        """Patterns of RE2 and what takes their place, in order, once a text is in lower case."""
        return FORMER_REWRITES if self.splitting == 1 else REWRITES

    def set_vocabulary(self, words: Iterable[str]) -> None:
        """Takes the known words, most frequent first; their ids start at 2."""
        self.lookup.set_vocabulary(list(words))

    def split(self, texts: tf.Tensor) -> tf.RaggedTensor:
        """Texts (batch,) of strings to their tokens (batch, None) as strings, nothing cut off."""
        if self.splitting == 1:
            # This lower-casing would end a text at its first NUL.
            texts = tf.strings.regex_replace(texts, r"\x00", " ")
            texts = tf.strings.lower(texts, encoding="utf-8")
        else:
            # Of ASCII, which is all that the table leaves in upper case, and faster for that.
            texts = tf.strings.lower(normalized(texts))
        for pattern, replacement in self.rewrites:
            texts = tf.strings.regex_replace(texts, pattern, replacement)
        is_blank = tf.strings.regex_full_match(texts, " *")
        return tf.strings.split(tf.where(is_blank, NO_TOKEN, texts))

    def encode(self, texts: tf.Tensor) -> tuple[tf.RaggedTensor, tf.Tensor]:
        """Texts (batch,) to ids (batch, None) int32 and the lengths (batch,) before truncation."""
        tokens = self.split(texts)
        lengths = tokens.row_lengths()
        kept = truncate(tokens, self.max_length, self.truncation)
        ids = kept.with_flat_values(tf.cast(self.lookup(kept.flat_values), tf.int32))
        return ids, lengths

    def split_texts(self, texts: list[str]) -> list[bytes]:
        """A list of texts to the tokens of all of them, nothing cut off; none of an empty text."""
        tokens = self.split(tf.constant(encode_utf8(texts))).flat_values.numpy().tolist()
        # Counted as a word, the stand-in would get an id of its own and be unknown no more.
        return [token for token in tokens if token != NO_TOKEN.encode()]

    def identity(self) -> str:
        """Changes whenever the ids of a text may change; part of the key of the token cache."""
        words = "\n".join(self.lookup.get_vocabulary()).encode()
        settings = (self.splitting, self.max_length, self.truncation)
        return f"{settings} {hashlib.sha256(words).hexdigest()}"

    def get_config(self) -> dict[str, Any]:
        """The arguments."""
        return {**super().get_config(), "splitting": self.splitting}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "WordTokenizer":
        """The layer of `get_config`; one saved without a version of its rules has the first."""
        tokenizer: WordTokenizer = super().from_config({"splitting": 1, **config})
        return tokenizer
