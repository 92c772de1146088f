from collections import Counter

import pytest

from tfcmp.data import tokens
from tfcmp.data.tokens import count_words, most_frequent


def split_at_blanks(texts: list[str]) -> list[bytes]:
    return [word.encode() for text in texts for word in text.split()]


def test_words_are_counted_over_all_batches() -> None:
    counts = count_words([["a b", "a"], ["b a"]], split_at_blanks)
    assert counts == {b"a": 3, b"b": 2}


def test_words_seen_once_are_forgotten_above_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "LARGEST_COUNT", 2)
    counts = count_words([["a a"], ["b c"], ["a"]], split_at_blanks)
    assert counts == {b"a": 3}


def test_the_most_frequent_words_come_first() -> None:
    assert most_frequent(Counter({b"film": 1, b"the": 5, b"good": 3}), 2) == ["the", "good"]


def test_of_equally_frequent_words_the_alphabetically_first_comes_first() -> None:
    assert most_frequent(Counter({b"b": 2, b"c": 2, b"a": 2}), 2) == ["a", "b"]


def test_a_vocabulary_larger_than_the_texts_holds_all_their_words() -> None:
    assert most_frequent(Counter({"été".encode(): 1}), 10) == ["été"]
