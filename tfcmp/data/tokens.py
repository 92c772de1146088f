"""The vocabulary, and the token ids of all texts of a corpus in one memory-mapped file."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tfcmp.data.cache import find_entry, new_entry, read_arrays, write_arrays

# Part of the key of every cached file: raise it when the layout of the files changes.
STORE_VERSION = 2
TEXTS_PER_STEP = 512
CHARACTERS_PER_STEP = 8_000_000

Encode = Callable[[list[str]], tuple[np.ndarray, np.ndarray, np.ndarray]]
# The number of distinct words grows with that of the texts. Above this limit words seen only once
# are dropped; those frequent enough for a vocabulary soon return.
LARGEST_COUNT = 5_000_000


@dataclass(frozen=True, eq=False)
class TokenStore:
    """The ids of n texts, one after the other.

    Attributes:
        ids: memory-mapped, (all tokens,) uint16 or int32.
        offsets: (n + 1,) int64; text i is `ids[offsets[i]:offsets[i + 1]]`.
        full_lengths: (n,) int64, tokens of each text before truncation.
    """

    ids: np.ndarray
    offsets: np.ndarray
    full_lengths: np.ndarray

    @property
    def lengths(self) -> np.ndarray:
        """(n,) int64, tokens of each text as kept."""
        return np.diff(self.offsets)

    def row(self, index: int) -> np.ndarray:
        """Ids of one text."""
        return self.ids[self.offsets[index] : self.offsets[index + 1]]

    def cut_share(self, rows: np.ndarray) -> float:
        """Share of the tokens of `rows` that were truncated."""
        full = self.full_lengths[rows].sum()
        return float(1 - self.lengths[rows].sum() / full) if full else 0.0


def store_key(*parts: str) -> str:
    """Key of a store from everything that its content depends on."""
    return hashlib.sha256("\n".join((str(STORE_VERSION), *parts)).encode()).hexdigest()[:24]


def open_store(cache: Path, key: str) -> TokenStore | None:
    """The store kept under `key`, or None."""
    index = read_arrays(cache, f"tokens-{key}")
    ids_file = None if index is None else find_entry(cache, f"tokens-{key}", ".ids")
    if index is None or ids_file is None:
        return None
    offsets, dtype = index["offsets"], np.dtype(str(index["dtype"]))
    # Each of the two is sound, but another process may have replaced one of them.
    if ids_file.stat().st_size != offsets[-1] * dtype.itemsize:
        return None
    return TokenStore(np.memmap(ids_file, dtype, "r"), offsets, index["full_lengths"])


def write_store(
    cache: Path,
    key: str,
    texts: Iterable[str],
    encode: Encode,
    largest_id: int,
) -> TokenStore:
    """Encodes `texts` a few at a time and keeps their ids in the folder `cache`.

    Args:
        cache, key: see `open_store` and `store_key`.
        texts: the texts, streamed.
        encode: a list of texts to (ids of all texts, kept lengths, full lengths).
        largest_id: decides between two and four bytes per id.
    """
    dtype = np.dtype(np.uint16 if largest_id < 2**16 else np.int32)
    lengths, full_lengths = [np.zeros(1, np.int64)], [np.zeros(0, np.int64)]
    with new_entry(cache, f"tokens-{key}", ".ids") as part:
        with part.open("wb") as stream:
            for batch in batched_lists(texts, TEXTS_PER_STEP):
                ids, kept, full = encode(batch)
                stream.write(ids.astype(dtype).tobytes())
                lengths.append(kept)
                full_lengths.append(full)
        # Mapped under the temporary name: it survives what other processes do to the entry.
        written = np.memmap(part, dtype, "r")
    store = TokenStore(written, np.cumsum(np.concatenate(lengths)), np.concatenate(full_lengths))
    index = {
        "offsets": store.offsets,
        "full_lengths": store.full_lengths,
        "dtype": np.array(dtype.name),
    }
    write_arrays(cache, f"tokens-{key}", index)
    return store


def batched_lists(texts: Iterable[str], size: int) -> Iterator[list[str]]:
    """Consecutive lists of at most `size` texts and, to limit memory, `CHARACTERS_PER_STEP` characters."""
    batch: list[str] = []
    characters = 0
    for text in texts:
        batch.append(text)
        characters += len(text)
        if len(batch) == size or characters >= CHARACTERS_PER_STEP:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch


def count_words(
    batches: Iterable[list[str]], split: Callable[[list[str]], list[bytes]]
) -> Counter[bytes]:
    """How often each word occurs in lists of texts, which `split` cuts into words in UTF-8."""
    counts: Counter[bytes] = Counter()
    for texts in batches:
        counts.update(split(texts))
        if len(counts) > LARGEST_COUNT:
            counts = Counter({word: count for word, count in counts.items() if count > 1})
    return counts


def most_frequent(counts: Counter[bytes], size: int) -> list[str]:
    """The `size` most frequent words; of equal counts the alphabetically first."""
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [word.decode() for word, _ in ranked[:size]]
