"""The known words: counted on the training split only."""

from collections import Counter
from collections.abc import Callable, Iterable

# A count of distinct words grows for ever with the number of texts. Above this bound the words
# seen once so far are forgotten; a word frequent enough for a vocabulary is soon back.
LARGEST_COUNT = 5_000_000


def count_words(batches: Iterable[list[str]], split: Callable[[list[str]], list[bytes]]) -> Counter:
    """How often each word stands in the texts.

    Args:
        batches: lists of texts.
        split: cuts a list of texts into the words of all of them, in UTF-8.
    """
    counts: Counter[bytes] = Counter()
    for texts in batches:
        counts.update(split(texts))
        if len(counts) > LARGEST_COUNT:
            counts = Counter({word: count for word, count in counts.items() if count > 1})
    return counts


def most_frequent(counts: Counter, size: int) -> list[str]:
    """The `size` most frequent words; of equal counts the alphabetically first."""
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [word.decode() for word, _ in ranked[:size]]
