import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfcmp.data import tokens
from tfcmp.data.tokens import (
    TEXTS_PER_STEP,
    count_words,
    most_frequent,
    open_store,
    store_key,
    write_store,
)

MAX_LENGTH = 4


TEXTS = ["abc", "a", "abcdefg", "bb"]
CUT = ["abc", "a", "abcd", "bb"]


KEY = "key"


def encode(texts):
    """A token a letter, cut to `MAX_LENGTH`."""
    ids = np.array([ord(c) for text in texts for c in text[:MAX_LENGTH]], np.int32)
    full = np.array([len(text) for text in texts], np.int64)
    return ids, np.minimum(full, MAX_LENGTH), full


def write(cache, texts=TEXTS, key=KEY, largest_id=255):
    return write_store(cache, key, texts, encode, largest_id)


def read_back(store):
    return ["".join(map(chr, store.row(index))) for index in range(len(store.lengths))]


@given(st.lists(st.text("abcdef", min_size=1, max_size=9), min_size=1, max_size=3 * TEXTS_PER_STEP))
def test_rows_read_back_equal_what_was_encoded(tmp_path_factory, texts):
    cache = tmp_path_factory.mktemp("cache")
    for store in (write(cache, texts), open_store(cache, KEY)):
        assert isinstance(store.ids, np.memmap)
        assert read_back(store) == [text[:MAX_LENGTH] for text in texts]
    assert open_store(cache, "other") is None


def test_the_store_knows_the_lengths_before_truncation(tmp_path):
    store = write(tmp_path)
    assert store.full_lengths.tolist() == [3, 1, 7, 2]
    assert store.lengths.tolist() == [3, 1, 4, 2]


def test_the_share_of_tokens_cut_off_is_told_for_any_rows(tmp_path):
    store = write(tmp_path)
    assert store.cut_share(np.array([1, 2])) == pytest.approx(3 / 8)
    assert store.cut_share(np.array([0, 3])) == 0.0


@pytest.mark.parametrize(
    ("largest_id", "dtype"), [(2**16 - 1, np.uint16), (2**16, np.int32), (2**31 - 1, np.int32)]
)
def test_the_largest_id_decides_how_ids_are_kept(tmp_path, largest_id, dtype):
    def largest_only(texts):
        ones = np.ones(len(texts), np.int64)
        return np.full(len(texts), largest_id, np.int32), ones, ones

    store = write_store(tmp_path, KEY, TEXTS, largest_only, largest_id)
    assert store.ids.dtype == dtype
    assert store.row(0).tolist() == [largest_id]


def file_of(cache, suffix):
    (file,) = cache.glob(f"tokens-{KEY}-*{suffix}")
    return file


@pytest.mark.parametrize("suffix", [".ids", ".npz"])
@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[: len(content) // 2],
        lambda content: b"",
        lambda content: bytes(255 - byte for byte in content),
    ],
    ids=["half", "empty", "other bytes"],
)
def test_a_damaged_file_is_named_not_opened_and_made_again(tmp_path, suffix, damage, capsys):
    write(tmp_path)
    file = file_of(tmp_path, suffix)
    file.write_bytes(damage(file.read_bytes()))
    assert open_store(tmp_path, KEY) is None
    assert str(file) in capsys.readouterr().err
    assert read_back(write(tmp_path)) == read_back(open_store(tmp_path, KEY)) == CUT


@pytest.mark.parametrize("suffix", [".ids", ".npz"])
def test_one_file_without_the_other_is_no_store(tmp_path, suffix):
    write(tmp_path)
    file_of(tmp_path, suffix).unlink()
    assert open_store(tmp_path, KEY) is None


def test_ids_of_another_size_than_their_index_are_no_store(tmp_path):
    write(tmp_path)
    longer = tmp_path / "longer"
    write(longer, [*TEXTS, "one more"])
    file_of(tmp_path, ".ids").unlink()
    file_of(longer, ".ids").rename(tmp_path / file_of(longer, ".ids").name)
    assert open_store(tmp_path, KEY) is None


def test_processes_that_write_the_same_store_do_not_disturb_each_other(tmp_path):
    first = write(tmp_path)
    second = write(tmp_path)
    assert read_back(first) == read_back(second)
    assert len(list(tmp_path.iterdir())) == 2


def test_nothing_is_left_in_the_cache_when_encoding_fails_in_the_middle(tmp_path):
    calls = []

    def failing(texts):
        calls.append(len(texts))
        if len(calls) == 2:
            raise KeyboardInterrupt
        return encode(texts)

    texts = ["abc"] * (2 * TEXTS_PER_STEP)
    with pytest.raises(KeyboardInterrupt):
        write_store(tmp_path, KEY, texts, failing, 255)
    assert calls == [TEXTS_PER_STEP, TEXTS_PER_STEP]
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_opened_after_the_index_could_not_be_written(tmp_path, monkeypatch):
    def full_disk(*_columns, **_named):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np.lib.format, "write_array", full_disk)
    with pytest.raises(OSError, match="No space left"):
        write(tmp_path)
    assert open_store(tmp_path, KEY) is None
    assert not [file for file in tmp_path.iterdir() if "part" in file.name]


def test_very_long_texts_come_in_shorter_lists(monkeypatch):
    monkeypatch.setattr(tokens, "CHARACTERS_PER_STEP", 10)
    lists = list(tokens.batched_lists(["a" * 6, "b" * 6, "c" * 30, "d"], 3))
    assert [[text[0] for text in texts] for texts in lists] == [["a", "b"], ["c"], ["d"]]


def test_the_key_changes_with_every_part_of_it():
    keys = [store_key("a", "b"), store_key("a", "c"), store_key("ab"), store_key("a"), store_key()]
    assert len(set(keys)) == len(keys)


def split_at_blanks(texts):
    return [word.encode() for text in texts for word in text.split()]


def test_words_are_counted_over_all_batches_and_the_most_frequent_come_first():
    counts = count_words([["b a", "été b"], ["c a"]], split_at_blanks)
    assert counts == {b"a": 2, b"b": 2, b"c": 1, "été".encode(): 1}
    # Of equal counts the alphabetically first.
    assert most_frequent(counts, 2) == ["a", "b"]
    assert most_frequent(counts, 10) == ["a", "b", "c", "été"]


def test_words_seen_once_are_forgotten_above_the_bound(monkeypatch):
    monkeypatch.setattr(tokens, "LARGEST_COUNT", 2)
    counts = count_words([["a a"], ["b c"], ["a"]], split_at_blanks)
    assert counts == {b"a": 3}
