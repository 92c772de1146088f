"""Batches of texts of similar length, padded right to the longest of the batch."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from tfcmp.data.tokens import TokenStore

# Texts are sorted by length inside windows of this many batches: enough to leave 2 to 4 % padding,
# few enough that the texts of a batch still change with every epoch.
BATCHES_A_WINDOW = 50


class Batch(NamedTuple):
    """Texts of one step: ids (batch, length) int32, labels (batch,) int32, rows (batch,) int64."""

    ids: np.ndarray
    labels: np.ndarray
    rows: np.ndarray
    tokens: int


def training_order(
    lengths: np.ndarray, rows: np.ndarray, batch_size: int, seed: int, epoch: int
) -> list[np.ndarray]:
    """The rows of every batch of an epoch; the same for the same seed and epoch.

    Args:
        lengths: (n,) tokens of every text of the corpus.
        rows: (m,) the training rows.
        batch_size: texts per batch; the last batch may be smaller.
        seed: seed of the run.
        epoch: number of the epoch, from 0.
    """
    draw = np.random.default_rng((seed, epoch))
    shuffled = draw.permutation(rows)
    window = batch_size * BATCHES_A_WINDOW
    batches = []
    for start in range(0, len(shuffled), window):
        part = shuffled[start : start + window]
        part = part[np.argsort(lengths[part], kind="stable")]
        batches += [part[i : i + batch_size] for i in range(0, len(part), batch_size)]
    return [batches[i] for i in draw.permutation(len(batches))]


def evaluation_order(
    lengths: np.ndarray, rows: np.ndarray, tokens_a_batch: int
) -> list[np.ndarray]:
    """The rows of every batch, longest texts first: memory runs out at once or not at all.

    Args:
        lengths: (n,) tokens of every text.
        rows: (m,) the rows to be read, each once.
        tokens_a_batch: bound on the places of a padded batch; one text may be longer alone.
    """
    ordered = rows[np.argsort(-lengths[rows], kind="stable")]
    batches, start = [], 0
    while start < len(ordered):
        size = max(1, tokens_a_batch // max(1, int(lengths[ordered[start]])))
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
        pad_multiple: batch lengths are rounded up to a multiple of it, which keeps their number
            small; under XLA every new length is a compilation. None is longer than the longest
            text of the store: a length limit is one for the padding too.
    """
    lengths = store.lengths
    longest = int(lengths.max())
    for rows in order:
        kept = lengths[rows]
        width = min(-(-int(kept.max()) // pad_multiple) * pad_multiple, longest)
        ids = np.full((len(rows), width), padding_id, np.int32)
        for place, row in enumerate(rows):
            ids[place, : kept[place]] = store.row(row)
        yield Batch(ids, labels[rows].astype(np.int32), rows, int(kept.sum()))
