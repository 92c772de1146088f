from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfcmp.data import tokens
from tfcmp.data.tokens import TEXTS_A_STEP, TokenStore, open_store, store_key, write_store

MAX_LENGTH = 4
TEXTS = ["abc", "a", "abcdefg", "bb"]
KEY = "key"


def encode(texts: list[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A token a letter, cut to `MAX_LENGTH`."""
    ids = np.array([ord(c) for text in texts for c in text[:MAX_LENGTH]], np.int32)
    full = np.array([len(text) for text in texts], np.int64)
    return ids, np.minimum(full, MAX_LENGTH), full


def write(
    cache: Path, texts: Iterable[str] = TEXTS, key: str = KEY, largest_id: int = 255
) -> TokenStore:
    return write_store(cache, key, texts, encode, largest_id)


def read_back(store: TokenStore) -> list[str]:
    return ["".join(map(chr, store.row(index))) for index in range(len(store.lengths))]


def test_rows_read_back_equal_what_was_encoded(tmp_path: Path) -> None:
    assert read_back(write(tmp_path)) == ["abc", "a", "abcd", "bb"]


@given(st.lists(st.text("abcdef", min_size=1, max_size=9), min_size=1, max_size=3 * TEXTS_A_STEP))
def test_rows_of_many_steps_read_back_equal_what_was_encoded(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    store = write(tmp_path_factory.mktemp("cache"), texts)
    assert read_back(store) == [text[:MAX_LENGTH] for text in texts]


def test_the_store_knows_the_lengths_before_truncation(tmp_path: Path) -> None:
    store = write(tmp_path)
    assert store.full_lengths.tolist() == [3, 1, 7, 2]
    assert store.lengths.tolist() == [3, 1, 4, 2]


def test_the_share_of_tokens_cut_off_is_told_for_any_rows(tmp_path: Path) -> None:
    store = write(tmp_path)
    assert store.cut_share(np.array([1, 2])) == pytest.approx(3 / 8)
    assert store.cut_share(np.array([0, 3])) == 0.0


def test_a_written_store_is_opened_again(tmp_path: Path) -> None:
    write(tmp_path)
    store = open_store(tmp_path, KEY)
    assert store is not None
    assert read_back(store) == ["abc", "a", "abcd", "bb"]


def test_nothing_is_opened_under_another_key(tmp_path: Path) -> None:
    write(tmp_path)
    assert open_store(tmp_path, "other") is None


@pytest.mark.parametrize(
    ("largest_id", "dtype"), [(2**16 - 1, np.uint16), (2**16, np.int32), (2**31 - 1, np.int32)]
)
def test_the_largest_id_decides_how_ids_are_kept(
    tmp_path: Path, largest_id: int, dtype: type
) -> None:
    def largest_only(texts: list[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        ones = np.ones(len(texts), np.int64)
        return np.full(len(texts), largest_id, np.int32), ones, ones

    store = write_store(tmp_path, KEY, TEXTS, largest_only, largest_id)
    assert store.ids.dtype == dtype
    assert store.row(0).tolist() == [largest_id]


def file_of(cache: Path, suffix: str) -> Path:
    (file,) = cache.glob(f"tokens-{KEY}-*{suffix}")
    return file


@pytest.mark.parametrize("suffix", [".ids", ".npz"])
@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[: len(content) // 2],
        lambda content: b"",
        lambda content: content + b"x",
        lambda content: bytes(255 - byte for byte in content),
    ],
    ids=["half", "empty", "longer", "other bytes"],
)
def test_a_damaged_file_is_named_and_not_opened(
    tmp_path: Path, suffix: str, damage, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path)
    file = file_of(tmp_path, suffix)
    file.write_bytes(damage(file.read_bytes()))
    assert open_store(tmp_path, KEY) is None
    assert str(file) in capsys.readouterr().err


@pytest.mark.parametrize("suffix", [".ids", ".npz"])
def test_one_file_without_the_other_is_no_store(tmp_path: Path, suffix: str) -> None:
    write(tmp_path)
    file_of(tmp_path, suffix).unlink()
    assert open_store(tmp_path, KEY) is None


def test_ids_of_another_size_than_their_index_are_no_store(tmp_path: Path) -> None:
    write(tmp_path)
    longer = tmp_path / "longer"
    write(longer, [*TEXTS, "one more"])
    file_of(tmp_path, ".ids").unlink()
    file_of(longer, ".ids").rename(tmp_path / file_of(longer, ".ids").name)
    assert open_store(tmp_path, KEY) is None


def test_a_damaged_store_is_replaced_by_a_whole_one(tmp_path: Path) -> None:
    write(tmp_path)
    file_of(tmp_path, ".ids").write_bytes(b"")
    assert read_back(write(tmp_path)) == ["abc", "a", "abcd", "bb"]


def test_processes_that_write_the_same_store_do_not_disturb_each_other(tmp_path: Path) -> None:
    first = write(tmp_path)
    second = write(tmp_path)
    assert read_back(first) == read_back(second)
    assert len(list(tmp_path.iterdir())) == 2


def test_nothing_is_left_in_the_cache_when_encoding_fails_in_the_middle(tmp_path: Path) -> None:
    calls = []

    def failing(texts: list[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        calls.append(len(texts))
        if len(calls) == 2:
            raise KeyboardInterrupt
        return encode(texts)

    texts = ["abc"] * (2 * TEXTS_A_STEP)
    with pytest.raises(KeyboardInterrupt):
        write_store(tmp_path, KEY, texts, failing, 255)
    assert calls == [TEXTS_A_STEP, TEXTS_A_STEP]
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_left_in_the_cache_when_the_index_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(*_columns: object, **_named: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np.lib.format, "write_array", full_disk)
    with pytest.raises(OSError, match="No space left"):
        write(tmp_path)
    assert open_store(tmp_path, KEY) is None
    assert not [file for file in tmp_path.iterdir() if "part" in file.name]


def test_texts_are_encoded_a_few_at_a_time(tmp_path: Path) -> None:
    sizes: list[int] = []

    def encode_and_note(texts: list[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        sizes.append(len(texts))
        return encode(texts)

    texts = (text for text in ["a"] * (TEXTS_A_STEP + 3))
    write_store(tmp_path, KEY, texts, encode_and_note, 255)
    assert sizes == [TEXTS_A_STEP, 3]


def test_very_long_texts_come_in_shorter_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "CHARACTERS_A_STEP", 10)
    lists = list(tokens.batched_lists(["a" * 6, "b" * 6, "c" * 30, "d"], 3))
    assert [[text[0] for text in texts] for texts in lists] == [["a", "b"], ["c"], ["d"]]


def test_the_ids_are_mapped_and_not_read_into_memory(tmp_path: Path) -> None:
    assert isinstance(write(tmp_path).ids, np.memmap)


def test_the_key_changes_with_every_part_of_it() -> None:
    keys = [store_key("a", "b"), store_key("a", "c"), store_key("ab"), store_key("a"), store_key()]
    assert len(set(keys)) == len(keys)
