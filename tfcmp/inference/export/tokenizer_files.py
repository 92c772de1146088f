"""A tokenizer as files, for those who make token ids without TensorFlow."""

import shutil
from pathlib import Path

from tfcmp.errors import CallError
from tfcmp.models.normalization import DOTTED, UNICODE_STEP
from tfcmp.models.preset_tokenizer import FOLDING, PresetTokenizer
from tfcmp.models.tokenizer import TextTokenizer, kept_ends
from tfcmp.models.unicode_table import TABLE_FILE
from tfcmp.models.word_tokenizer import UNKNOWN_ID, WordTokenizer
from tfcmp.runs.files import write_json

SETTINGS = "tokenizer.json"
VOCABULARY = "vocabulary.txt"
# Behind the steps, each a pattern and what takes its place, or the name of what is done.
THEN_WORDS = (
    "split at blanks; a word's id is its line in vocabulary.txt, from 0; a text without words is one "
    "unknown word; of a longer text those first and last ids are kept that kept_of_longer_texts says"
)
THEN_PIECES = (
    "split by the tokenizer of KerasHub that wraps names, with its settings and the files beside this "
    "one; of a longer text those first and last ids are kept that kept_of_longer_texts says; only "
    "then start_id is put in front and end_id behind"
)


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
        "kept_of_longer_texts": kept_places(tokenizer),
        "patterns": "RE2",
    }
    if isinstance(tokenizer, WordTokenizer):
        words = tokenizer.lookup.get_vocabulary()
        (folder / VOCABULARY).write_text("\n".join(words) + "\n", encoding="utf-8")
        settings |= {
            "splitting": tokenizer.splitting,
            "steps": [*_first_steps(tokenizer, folder), *map(list, tokenizer.rewrites)],
            "then": THEN_WORDS,
            "unknown_id": UNKNOWN_ID,
        }
    elif isinstance(tokenizer, PresetTokenizer):
        wrapped = tokenizer.tokenizer
        wrapped.save_assets(str(folder))
        folding = FOLDING if tokenizer.folds else ()
        settings |= {
            "steps": [list(step) for step in (*tokenizer.rewrites, *folding)],
            "then": THEN_PIECES,
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


def _first_steps(tokenizer: WordTokenizer, folder: Path) -> list[list[str]]:
    """What is done to a text before its words are looked for; its table goes into `folder`."""
    if tokenizer.splitting == 1:
        return [[r"\x00", " "], ["lower case", ""]]
    shutil.copyfile(TABLE_FILE, folder / TABLE_FILE.name)
    return [["unicode_table.npz", UNICODE_STEP], list(DOTTED), ["lower case of ASCII", ""]]


def kept_places(tokenizer: TextTokenizer) -> dict[str, int] | None:
    """How many ids stay of the beginning and of the end of a longer text; None where all do.

    Those in front of every text and behind it are not counted.
    """
    if tokenizer.max_length is None:
        return None
    room = tokenizer.max_length - sum(map(len, tokenizer.framing))
    first, last = kept_ends(room, tokenizer.truncation)
    return {"first": first, "last": last}
