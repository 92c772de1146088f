"""The subwords of a pretrained encoder as token ids."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from tfcmp.errors import CallError, WorkError
from tfcmp.models.markup import LINE_BREAK
from tfcmp.models.tokenizer import TextTokenizer, truncate

# Part of the key of the token cache: raise it when a text may be split otherwise.
FRAMING_VERSION = 1
SPECIAL_TOKENS = 2
# Patterns of RE2, and of Python too.
BLANK = rf"{LINE_BREAK.pattern}|\x00"
# What `folded` does, in this order: a pattern and what takes its place, or a step by its name.
FOLDING = (("``|''", '"'), ("NFKD", ""), (r"\p{Mn}", ""), ("lower case", ""))
# Hugging Face's RoBERTa counts positions from 2.
RESERVED_POSITIONS = {"roberta": 2, "xlm-roberta": 2}


@keras.saving.register_keras_serializable("tfcmp")
class PresetTokenizer(TextTokenizer):
    """A tokenizer of KerasHub, its start token in front of a text and its end token behind.

    Its vocabulary goes into the saved model as an asset of the wrapped layer.

    Args:
        tokenizer: a tokenizer of KerasHub that has start, end and padding tokens.
        max_length: number of tokens kept of a text, start and end included, at least 3; None
            keeps all.
        truncation: see `TextTokenizer`; start and end stay in any case.
        folds: lower-cases a text and takes its accents away, where the tokenizer itself does not
            and its encoder has seen no others.
    """

    def __init__(
        self,
        tokenizer: keras.layers.Layer,
        max_length: int | None = 256,
        truncation: str = "head",
        folds: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(max_length, truncation, **options)
        self.tokenizer = tokenizer
        self.folds = folds
        # Outside a graph KerasHub splits in plain Python, seven times slower than TensorFlow Text.
        self._special = _parted(tokenizer.special_tokens)
        self._split = tf.function(tokenizer, input_signature=[tf.TensorSpec([None], tf.string)])

    @property
    def padding_id(self) -> int:
        """Id that fills the right end of a batch."""
        return int(self.tokenizer.pad_token_id)

    @property
    def vocabulary_size(self) -> int:
        """Number of ids."""
        return int(self.tokenizer.vocabulary_size())

    @property
    def framing(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Start token and end token."""
        return (self.tokenizer.start_token_id,), (self.tokenizer.end_token_id,)

    @property
    def mask_id(self) -> int | None:
        """Id of [MASK]; None for an encoder that was not trained by hiding tokens."""
        return getattr(self.tokenizer, "mask_token_id", None)

    @property
    def rewrites(self) -> tuple[tuple[str, str], ...]:
        """Patterns of RE2 and what takes their place, in this order, before a text is split."""
        return (BLANK, " "), (self._special, r"\1 \2")

    def encode(self, texts: tf.Tensor) -> tuple[tf.RaggedTensor, tf.Tensor]:
        """Texts (batch,) to ids (batch, None) int32 and the lengths (batch,) before truncation.

        Lengths count start and end.
        """
        for pattern, replacement in self.rewrites:
            texts = tf.strings.regex_replace(texts, pattern, replacement)
        if self.folds:
            texts = folded(texts)
        subwords = tf.cast(self._split(texts), tf.int32)
        lengths = subwords.row_lengths() + SPECIAL_TOKENS
        limit = None if self.max_length is None else self.max_length - SPECIAL_TOKENS
        kept = truncate(subwords, limit, self.truncation)
        column = tf.ones([kept.nrows(), 1], tf.int32)
        start, end = self.tokenizer.start_token_id, self.tokenizer.end_token_id
        return tf.concat([column * start, kept, column * end], axis=1), lengths

    def identity(self) -> str:
        """Changes whenever the ids of a text may change; part of the key of the token cache."""
        import keras_hub

        tokenizer = self.tokenizer
        held = [
            FRAMING_VERSION,
            keras_hub.__version__,
            self.max_length,
            self.truncation,
            keras.saving.serialize_keras_object(tokenizer),
            tokenizer.get_vocabulary(),
            getattr(tokenizer, "merges", None),
            str(getattr(tokenizer, "proto", None)),
            *(["folded"] if self.folds else []),
        ]
        return hashlib.sha256(json.dumps(held, default=str).encode()).hexdigest()

    def get_config(self) -> dict[str, Any]:
        """The arguments; the wrapped tokenizer as Keras describes it."""
        return {
            **super().get_config(),
            "tokenizer": keras.saving.serialize_keras_object(self.tokenizer),
            "folds": self.folds,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "PresetTokenizer":
        """The layer of `get_config`; the vocabulary follows with the assets."""
        tokenizer = keras.saving.deserialize_keras_object(config["tokenizer"])
        return cls(**{**config, "tokenizer": tokenizer})


def folded(texts: tf.Tensor) -> tf.Tensor:
    """Texts in lower case without accents, and with one kind of double quotes, as ALBERT's are.

    Lan et al. 2020, "ALBERT: A Lite BERT", on the steps of Hugging Face's tokenizer.
    """
    import tensorflow_text

    texts = tf.strings.regex_replace(texts, "``|''", '"')
    texts = tf.strings.regex_replace(tensorflow_text.normalize_utf8(texts, "NFKD"), r"\p{Mn}", "")
    return tf.strings.lower(texts, encoding="utf-8")


def _parted(tokens: list[str]) -> str:
    """A pattern of the special tokens in two groups, the first character and the rest.

    Some tokenizers take "<pad>" in a text for padding. With a blank behind the first character it
    is a word like others.
    """
    firsts = "|".join(sorted({re.escape(token[0]) for token in tokens}))
    rests = "|".join(sorted({re.escape(token[1:]) for token in tokens}))
    return f"({firsts})({rests})"


def build_preset_tokenizer(
    folder: Path, max_length: int | None, truncation: str
) -> PresetTokenizer:
    """The tokenizer of a preset.

    Raises:
        CallError: `max_length` is more than the encoder has positions for.
        WorkError: the folder's tokenizer cannot be read.
    """
    import keras_hub

    limit = position_limit(folder)
    if max_length is not None and limit is not None and max_length > limit:
        raise CallError(
            f"--data.max_length {max_length}: expected at most {limit}, which is all that this "
            "encoder has positions for"
        )
    tokenizer = read_preset(
        folder, keras_hub.tokenizers.Tokenizer.from_preset, **_accent_options(folder)
    )
    return PresetTokenizer(
        tokenizer,
        limit if max_length is None else max(max_length, SPECIAL_TOKENS + 1),
        truncation,
        isinstance(tokenizer, keras_hub.tokenizers.AlbertTokenizer) and _folds(folder, tokenizer),
        name="tokenizer",
    )


def position_limit(folder: Path) -> int | None:
    """Tokens that the encoder has positions for; None where its configuration does not say."""
    config: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    limit: int | None
    if "class_name" in config:
        limit = config["config"].get("max_sequence_length")
        return limit
    limit = config.get("max_position_embeddings")
    return limit - RESERVED_POSITIONS.get(config["model_type"], 0) if limit else None


def _accent_options(folder: Path) -> dict[str, bool]:
    # Uncased encoders have been trained without accents: a word with one would be unknown. Hugging
    # Face says so where it does otherwise; KerasHub's converter and its own presets never do.
    if not is_hugging_face(folder):
        # Only tokenizers that split into word pieces have this setting.
        own = _read(folder / "tokenizer.json").get("config") or {}
        return {"strip_accents": True} if own.get("lowercase") else {}
    theirs = _read(folder / "tokenizer_config.json")
    if (folder / "spiece.model").exists():
        return {}
    strips = theirs.get("strip_accents")
    is_stripped = theirs.get("do_lower_case") if strips is None else strips
    return {"strip_accents": True} if is_stripped else {}


def is_hugging_face(folder: Path) -> bool:
    """Whether a folder is one of Hugging Face; else it is a preset of KerasHub.

    Raises:
        WorkError: its configuration cannot be read.
    """
    return "registered_name" not in _read(folder / "config.json")


def _folds(folder: Path, tokenizer: Any) -> bool:
    # The program that splits ALBERT's texts does not lower them; Hugging Face does so in front of
    # it unless told not to.
    is_lower = _read(folder / "tokenizer_config.json").get("do_lower_case")
    if is_lower is not None:
        return bool(is_lower)
    special = set(tokenizer.special_tokens)
    return not any(
        piece != piece.lower() for piece in tokenizer.get_vocabulary() if piece not in special
    )


def _read(file: Path) -> dict[str, Any]:
    try:
        return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    except ValueError as error:
        raise WorkError(f"{file} cannot be read: expected JSON ({error})") from error


def read_preset(folder: Path, load: Any, **options: Any) -> Any:
    """What `load` (a `from_preset`) makes of a folder.

    Raises:
        WorkError: a file of it is missing, damaged, or of another model.
    """
    # Whatever h5py, safetensors or KerasHub raise on a damaged file: none of it is the user's words.
    try:
        return load(str(folder), **options)
    except Exception as error:
        reason = " ".join(str(error).split())[:300]
        raise WorkError(
            f"the preset in {folder} cannot be read ({type(error).__name__}: {reason}); a file is "
            "damaged, missing or of another model: put it back, or fetch the preset anew"
        ) from error
