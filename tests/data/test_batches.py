import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfcmp.data.batches import evaluation_order, read_batches, training_order
from tfcmp.data.tokens import TokenStore

PADDING_ID = 0


def store_of(lengths):
    """Text i is the id i + 1, as often as it is long."""
    ids = np.repeat(np.arange(1, len(lengths) + 1), lengths).astype(np.int32)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return TokenStore(ids, offsets, np.array(lengths, np.int64))


def read(lengths, order, pad_multiple=1):
    labels = np.arange(len(lengths), dtype=np.int64) % 3
    return list(
        read_batches(
            store_of(lengths), labels, order, padding_id=PADDING_ID, pad_multiple=pad_multiple
        )
    )


def as_lists(order):
    return [batch.tolist() for batch in order]


@st.composite
def lengths_and_rows(draw):
    lengths = draw(st.lists(st.integers(1, 30), min_size=1, max_size=300))
    keep = draw(st.lists(st.booleans(), min_size=len(lengths), max_size=len(lengths)))
    return np.array(lengths), np.flatnonzero(keep)


@given(lengths_and_rows(), st.integers(1, 9), st.integers(0, 3), st.integers(0, 3))
def test_every_row_comes_once_per_epoch_and_all_batches_but_one_are_full(
    texts, batch_size, seed, epoch
):
    lengths, rows = texts
    order = training_order(lengths, rows, batch_size, seed, epoch)
    assert sorted(row for batch in as_lists(order) for row in batch) == rows.tolist()
    sizes = sorted(map(len, order))
    assert sizes[1:] == [batch_size] * (len(sizes) - 1)
    assert all(0 < size <= batch_size for size in sizes)


@given(lengths_and_rows(), st.integers(0, 3), st.integers(0, 3))
def test_the_same_seed_and_epoch_give_the_same_order(texts, seed, epoch):
    first, second = (as_lists(training_order(*texts, 4, seed, epoch)) for _ in range(2))
    assert first == second


def test_another_seed_or_epoch_gives_another_order():
    lengths, rows = np.arange(1, 61), np.arange(60)
    draws = ((1, 0), (1, 1), (2, 0), (0, 1))
    assert len({str(as_lists(training_order(lengths, rows, 4, *draw))) for draw in draws}) == 4


def test_texts_meet_other_texts_in_another_epoch():
    lengths = np.random.default_rng(0).integers(1, 100, 2000)
    rows = np.arange(2000)
    first, second = (
        {frozenset(batch) for batch in as_lists(training_order(lengths, rows, 8, 1, epoch))}
        for epoch in (0, 1)
    )
    assert len(first & second) < len(first) / 10


def test_batches_do_not_come_in_the_order_of_their_length():
    lengths, rows = np.arange(1, 1001), np.arange(1000)
    longest = [int(lengths[b].max()) for b in training_order(lengths, rows, 10, 1, 0)]
    assert longest != sorted(longest)
    assert longest != sorted(longest, reverse=True)


def test_little_of_a_training_batch_is_padding():
    drawn = np.random.default_rng(0).lognormal(5.2, 0.6, 5000)
    lengths = np.clip(drawn, 10, 400).astype(np.int64)
    order = training_order(lengths, np.arange(5000), 32, 1, 0)
    cells = sum(len(batch) * int(lengths[batch].max()) for batch in order)
    assert 1 - lengths.sum() / cells < 0.04


@given(lengths_and_rows(), st.integers(1, 9))
def test_every_row_is_evaluated_exactly_once_the_longest_first(texts, batch_size):
    lengths, rows = texts
    order = [
        row for batch in as_lists(evaluation_order(lengths, rows, batch_size)) for row in batch
    ]
    assert sorted(order) == rows.tolist()
    assert (np.diff(lengths[order]) <= 0).all()


def test_a_batch_carries_its_labels_rows_and_number_of_tokens():
    (batch,) = read([1, 3, 2], [np.array([2, 0])])
    assert batch.labels.tolist() == [2, 0]
    assert batch.rows.tolist() == [2, 0]
    assert batch.tokens == 3
    assert (batch.ids.dtype, batch.labels.dtype) == (np.int32, np.int32)


@pytest.mark.parametrize(("length", "width"), [(1, 8), (8, 8), (9, 16), (17, 20)])
def test_the_width_is_a_multiple_but_not_beyond_the_longest_text(length, width):
    (batch,) = read([length, 20], [np.array([0])], pad_multiple=8)
    assert batch.ids.shape == (1, width)


@given(st.lists(st.integers(1, 20), min_size=1, max_size=40), st.integers(1, 7), st.integers(1, 9))
def test_every_text_stands_whole_in_its_batch(lengths, batch_size, pad_multiple):
    rows = np.arange(len(lengths))
    order = evaluation_order(np.array(lengths), rows, batch_size)
    for batch in read(lengths, order, pad_multiple):
        for ids, row in zip(batch.ids, batch.rows, strict=True):
            kept = ids[ids != PADDING_ID]
            assert kept.tolist() == [row + 1] * lengths[row]
            assert (ids[: len(kept)] != PADDING_ID).all()
