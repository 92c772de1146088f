"""From a configuration to the token ids that are trained on."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from tfcmp.config.fields import Configuration, PretrainedArchitecture, SavedModelArchitecture
from tfcmp.data.batches import Batch, evaluation_order, read_batches, training_order
from tfcmp.data.cache import find_entry, new_entry
from tfcmp.data.corpus import (
    SPLITS,
    Corpus,
    groups_fingerprint,
    index_source,
    source_changed,
    text_hash,
)
from tfcmp.data.groups import group_by_movie
from tfcmp.data.label_warnings import label_warnings, left_out_rows
from tfcmp.data.rare_classes import settle_rare_classes
from tfcmp.data.sources.opening import open_source
from tfcmp.data.sources.record import Source, SourceDescription
from tfcmp.data.splits import Splits, split_by_settings
from tfcmp.data.tokens import (
    TokenStore,
    batched_lists,
    count_words,
    most_frequent,
    open_store,
    store_key,
    write_store,
)
from tfcmp.evaluation.metrics import group_majority_predictions
from tfcmp.models.building import build_tokenizer
from tfcmp.models.encoder_files import EncoderFiles
from tfcmp.models.tokenizer import TextTokenizer
from tfcmp.models.word_tokenizer import FIRST_WORD_ID, UNKNOWN_ID, WordTokenizer
from tfcmp.progress import progress_bar

TEXTS_PER_COUNT = 512
TEXTS_PER_LOOK = 65_536
# Places of a padded batch where no gradient is kept.
TOKENS_PER_BATCH = 32_768


@dataclass(frozen=True, eq=False)
class Texts:
    """The texts of a run, as every model reads them."""

    corpus: Corpus
    splits: Splits
    tokenizer: TextTokenizer
    store: TokenStore
    pad_multiple: int
    rare_classes: dict[str, object] = field(default_factory=dict)
    of_file: SourceDescription = field(default_factory=SourceDescription)

    def training_order(self, batch_size: int, seed: int, epoch: int) -> list[np.ndarray]:
        """Rows of every training batch of an epoch."""
        rows = self.splits.train
        return training_order(self.store.lengths, rows, batch_size, seed, epoch)

    def batches(self, order: list[np.ndarray]) -> Iterator[Batch]:
        """The batches with the given rows."""
        return read_batches(
            self.store,
            self.corpus.labels,
            order,
            padding_id=self.tokenizer.padding_id,
            pad_multiple=self.pad_multiple,
        )

    def adaptation_batches(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Ids and labels of all training texts, once, for models that count before they train."""
        for batch in self.batches(self._by_length(self.splits.train)):
            yield batch.ids, batch.labels

    def evaluation_batches(self, split: str) -> Iterator[Batch]:
        """All texts of a split, once, the longest first."""
        return self.batches(self._by_length(self.splits.rows(split)))

    def _by_length(self, rows: np.ndarray) -> list[np.ndarray]:
        return evaluation_order(self.store.lengths, rows, TOKENS_PER_BATCH)

    def describe(self) -> dict[str, Any]:
        """Sizes, fingerprints, class shares and truncation of the splits: split.json.

        `notes` and `rare_classes` are there where there is something to say.
        """
        described = {}
        for name in SPLITS:
            rows = self.splits.rows(name)
            shares = np.bincount(self.corpus.labels[rows], minlength=len(self.corpus.classes))
            described[name] = {
                "size": len(rows),
                "groups": len(np.unique(self.splits.groups[rows])),
                "class_sizes": dict(zip(self.corpus.classes, shares.tolist(), strict=True)),
                "fingerprint": self.corpus.fingerprint(rows),
                "groups_fingerprint": groups_fingerprint(
                    self.corpus.hashes[rows], self.corpus.copies[rows], self.splits.groups[rows]
                ),
                **self._cut_shares(rows),
            }
        # What a model makes of the test texts is not looked at before the end.
        for name in ("train", "validation"):
            described[name] |= self._word_shares(self.splits.rows(name))
        return {
            "classes": list(self.corpus.classes),
            "splits": described,
            "removed": self.splits.removed,
            **({"rare_classes": self.rare_classes} if self.rare_classes else {}),
            **({"notes": list(self.splits.notes)} if self.splits.notes else {}),
            "vocabulary_size": self.tokenizer.vocabulary_size,
            **self._rules(),
            **self.of_file,
        }

    def _rules(self) -> dict[str, int]:
        """Version of the rules by which texts are split into words, where they are."""
        if not isinstance(self.tokenizer, WordTokenizer):
            return {}
        return {"splitting": self.tokenizer.splitting}

    def _cut_shares(self, rows: np.ndarray) -> dict[str, float | None]:
        """Shares of tokens and of texts that truncation touched; None where nobody knows."""
        if not self.tokenizer.knows_lengths:
            return {"cut_token_share": None, "cut_text_share": None}
        is_cut = self.store.full_lengths[rows] > self.store.lengths[rows]
        return {
            "cut_token_share": self.store.cut_share(rows),
            "cut_text_share": float(np.mean(is_cut)),
        }

    def _word_shares(self, rows: np.ndarray) -> dict[str, float]:
        """Share of unknown words and mean number of tokens; nothing for tokenizers of pieces.

        Where these are far from what is usual, the texts are in no language of words with blanks.
        """
        if not isinstance(self.tokenizer, WordTokenizer):
            return {}
        unknown, store = np.zeros(len(self.corpus), np.int64), self.store
        for first in range(0, len(unknown), TEXTS_PER_LOOK):
            ends = store.offsets[first : first + TEXTS_PER_LOOK + 1]
            before = np.cumsum(np.append(0, store.ids[ends[0] : ends[-1]] == UNKNOWN_ID))
            unknown[first : first + TEXTS_PER_LOOK] = np.diff(before[ends - ends[0]])
        return {
            "unknown_token_share": float(unknown[rows].sum() / store.lengths[rows].sum()),
            "mean_tokens": float(store.full_lengths[rows].mean()),
        }


def group_majority(texts: Texts) -> dict[str, float]:
    """Accuracy by split of the predictor that never reads a text, but knows its group.

    Where a split tears groups apart, it shows how much of an accuracy the leak may explain.
    """
    splits, labels = texts.splits, texts.corpus.labels
    known = splits.train
    found = {}
    for name in ("validation", "test"):
        rows = splits.rows(name)
        answers = group_majority_predictions(
            labels[known], splits.groups[known], splits.groups[rows]
        )
        found[name] = float(np.mean(answers == labels[rows]))
    return found


def prepare_texts(
    configuration: Configuration,
    cache: Path,
    files: EncoderFiles | None = None,
    tokenizer: TextTokenizer | None = None,
) -> Texts:
    """Index, splits, vocabulary and token ids; each read from `cache` where it is known already.

    Args:
        configuration: fully resolved.
        cache: folder of what is known already.
        files: of a pretrained model, which brings its own tokenizer.
        tokenizer: with a vocabulary already; None makes one as configured.
    """
    data = configuration.data
    source = open_source(data)
    indexed = group_by_movie(index_source(source, cache), source.name)
    of_file = source.describe()
    # Before the splits: what is odd about the labels may be why they cannot be drawn.
    for warning in (*left_out_rows(of_file), *label_warnings(indexed)):
        sys.stderr.write(f"{source.name}: {warning}\n")
    settled = settle_rare_classes(indexed, data)
    corpus = settled.corpus
    splits = split_by_settings(corpus, data)
    for note in (*settled.notes(), *splits.notes):
        sys.stderr.write(f"note: {note}\n")
    is_given = tokenizer is not None
    tokenizer = tokenizer or build_tokenizer(configuration, files)
    if isinstance(tokenizer, WordTokenizer) and not is_given:
        architecture = configuration.architecture
        assert not isinstance(architecture, PretrainedArchitecture | SavedModelArchitecture)
        size = architecture.vocabulary_size - FIRST_WORD_ID
        tokenizer.set_vocabulary(learn_vocabulary(source, corpus, splits, tokenizer, size, cache))
    store = _tokenise(source, corpus, tokenizer, cache)
    pad_multiple = configuration.training.pad_multiple
    return Texts(corpus, splits, tokenizer, store, pad_multiple, settled.describe(), of_file)


def learn_vocabulary(
    source: Source,
    corpus: Corpus,
    splits: Splits,
    tokenizer: WordTokenizer,
    size: int,
    cache: Path,
) -> list[str]:
    """The `size` most frequent words of the training split, most frequent first."""
    key = store_key(str(tokenizer.splitting), str(size), corpus.fingerprint(splits.train))
    file = find_entry(cache, f"vocabulary-{key}", ".txt")
    if file is not None:
        return file.read_text(encoding="utf-8").split("\n")
    is_train = np.zeros(len(corpus), bool)
    is_train[splits.train] = True
    with progress_bar("counting words", len(corpus)) as advance:
        texts = (
            text for row, text in enumerate(_known_texts(source, corpus, advance)) if is_train[row]
        )
        batches = batched_lists(texts, TEXTS_PER_COUNT)
        words = most_frequent(count_words(batches, tokenizer.split_texts), size)
    with new_entry(cache, f"vocabulary-{key}", ".txt") as part:
        part.write_text("\n".join(words), encoding="utf-8")
    return words


def _tokenise(source: Source, corpus: Corpus, tokenizer: TextTokenizer, cache: Path) -> TokenStore:
    key = store_key(tokenizer.identity(), corpus.identity())
    store = open_store(cache, key)
    if store is not None:
        return store
    with progress_bar("tokenising", len(corpus)) as advance:
        texts = _known_texts(source, corpus, advance)
        largest_id = tokenizer.vocabulary_size - 1
        return write_store(cache, key, texts, tokenizer.encode_texts, largest_id)


def _known_texts(source: Source, corpus: Corpus, advance: Callable[[int], None]) -> Iterator[str]:
    """The texts of `source`, read once more, each held against the hash that the index has.

    Raises:
        WorkError: the source has changed since it was indexed.
    """
    rows = 0
    for record in source.records():
        if rows == len(corpus) or text_hash(record.text) != int(corpus.hashes[rows]):
            raise source_changed(source)
        yield record.text
        rows += 1
        advance(1)
    if rows < len(corpus):
        raise source_changed(source)
