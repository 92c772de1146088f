from collections import Counter

from tfcmp.data.diagnostic.grammar import split_of


def test_a_quarter_of_all_texts_is_test() -> None:
    counts = Counter(split_of(f"sentence {number}") for number in range(4000))
    assert abs(counts["test"] - 1000) < 120
    assert set(counts) == {"train", "test"}


def test_the_split_of_a_text_never_changes() -> None:
    texts = ("The Paper Harbour", "The acting is charming.", "I loved the music.")
    assert [split_of(text) for text in texts] == ["train", "test", "train"]
