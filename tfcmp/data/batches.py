"""Batches of texts of similar length, padded right to the longest of the batch."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from tfcmp.data.tokens import TokenStore

# Texts are sorted by length within windows of this many batches: enough to leave 2 to 4 % padding,
# few enough that the texts of a batch still change with every epoch.
BATCHES_PER_WINDOW = 50


class Batch(NamedTuple):
    """Texts of one step: ids (batch, length) int32, labels (batch,) int32, rows (batch,) int64."""

    ids: np.ndarray
    labels: np.ndarray
    rows: np.ndarray
    tokens: int


def training_order(
    lengths: np.ndarray, rows: np.ndarray, batch_size: int, seed: int, epoch: int
) -> list[np.ndarray]:
    """The rows of every batch of an epoch, which seed and epoch (from 0) determine.

    Args:
        lengths: (n,) tokens of every text of the corpus.
        rows: (m,) the training rows.
        batch_size: texts per batch; the last batch may be smaller.
    """
    draw = np.random.default_rng((seed, epoch))
    shuffled = draw.permutation(rows)
    window = batch_size * BATCHES_PER_WINDOW
    batches = []
    for start in range(0, len(shuffled), window):
        part = shuffled[start : start + window]
        part = part[np.argsort(lengths[part], kind="stable")]
        batches += [part[i : i + batch_size] for i in range(0, len(part), batch_size)]
    return [batches[i] for i in draw.permutation(len(batches))]


def evaluation_order(
    lengths: np.ndarray, rows: np.ndarray, tokens_per_batch: int
) -> list[np.ndarray]:
    """The rows of every batch, longest texts first: memory runs out at once or not at all.

    Args:
        lengths: (n,) tokens of every text.
        rows: (m,) the rows to be read, each once.
        tokens_per_batch: limit on the padded tokens of a batch; a single longer text is a batch.
    """
    ordered = rows[np.argsort(-lengths[rows], kind="stable")]
    batches, start = [], 0
    while start < len(ordered):
        size = max(1, tokens_per_batch // max(1, int(lengths[ordered[start]])))
        batches.append(ordered[start : start + size])
        start += size
    return batches


def read_batches(
    store: TokenStore,
    labels: np.ndarray,
    order: list[np.ndarray],
    *,
    padding_id: int,
    pad_multiple: int,
) -> Iterator[Batch]:
    """The batches of `order`, read from the store one at a time.

    Args:
        store: token ids of the corpus.
        labels: (n,) labels of the corpus.
        order: rows of each batch.
        padding_id: id that fills the right end.
        pad_multiple: batch lengths are rounded up to a multiple of it, but not beyond the longest
            text of the store. This keeps the number of lengths small: under XLA each is compiled.
    """
    lengths = store.lengths
    longest = int(lengths.max())
    for rows in order:
        kept = lengths[rows]
        width = min(-(-int(kept.max()) // pad_multiple) * pad_multiple, longest)
        ids = np.full((len(rows), width), padding_id, np.int32)
        for index, row in enumerate(rows):
            ids[index, : kept[index]] = store.row(row)
        yield Batch(ids, labels[rows].astype(np.int32), rows, int(kept.sum()))
