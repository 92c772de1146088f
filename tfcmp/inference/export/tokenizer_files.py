"""A tokenizer as files, for those who make token ids without TensorFlow."""

from pathlib import Path

from tfcmp.errors import CallError
from tfcmp.models.preset_tokenizer import PresetTokenizer
from tfcmp.models.tokenizer import TextTokenizer
from tfcmp.models.word_tokenizer import REWRITES, UNKNOWN_ID, WordTokenizer
from tfcmp.runs.files import write_json

SETTINGS = "tokenizer.json"
VOCABULARY = "vocabulary.txt"


def has_files(tokenizer: TextTokenizer) -> bool:
    """Whether the tokenizer is more than a program inside a SavedModel."""
    return isinstance(tokenizer, PresetTokenizer | WordTokenizer)


def write_tokenizer(tokenizer: TextTokenizer, folder: Path) -> None:
    """Writes tokenizer.json, what happens to a text and in which order, and the vocabulary.

    Raises:
        CallError: the tokenizer is a program and has no files.
    """
    folder.mkdir()
    settings = {
        "kind": type(tokenizer).__name__,
        "padding_id": tokenizer.padding_id,
        "vocabulary_size": tokenizer.vocabulary_size,
        "max_length": tokenizer.max_length,
        "truncation": tokenizer.truncation,
    }
    if isinstance(tokenizer, WordTokenizer):
        words = tokenizer.lookup.get_vocabulary()
        (folder / VOCABULARY).write_text("\n".join(words) + "\n", encoding="utf-8")
        rewrites = [[r"\x00", " "], ["lower case", ""], *map(list, REWRITES)]
        settings |= {
            "steps": rewrites,
            "then": "split at blanks; a word's id is its line in vocabulary.txt, from 0",
            "unknown_id": UNKNOWN_ID,
        }
    elif isinstance(tokenizer, PresetTokenizer):
        wrapped = tokenizer.tokenizer
        wrapped.save_assets(str(folder))
        settings |= {
            "wraps": type(wrapped).__name__,
            "start_id": wrapped.start_token_id,
            "end_id": wrapped.end_token_id,
            "settings": wrapped.get_config(),
        }
    else:
        raise CallError(
            "the model's preprocessing is a program in a SavedModel and has no files; export it as "
            "saved_model, which takes raw text"
        )
    write_json(folder / SETTINGS, settings)
