from collections import Counter
from random import Random

import pytest

from tfcmp.data.diagnostic.grammar import fill, parse, split_of

FILLERS = {"what": ("old",), "thing": ("map", "key", "oar")}


@pytest.fixture
def random():
    return Random(0)


def test_brackets_become_character_spans(random):
    sentence = fill(parse("the map is [not] [{what}]."), FILLERS, random.random)
    assert sentence.text == "The map is not old."
    assert [sentence.text[start:end] for start, end in sentence.rationale] == ["not", "old"]


@pytest.mark.parametrize(("value", "article"), [("old", "an"), ("map", "a")])
def test_the_article_agrees_with_the_word_that_follows(value, article, random):
    sentence = fill(parse("It is {a} [{word}]."), {"word": (value,)}, random.random)
    assert sentence.text == f"It is {article} {value}."


def test_an_article_at_the_start_is_capitalised(random):
    assert fill(parse("{a} {what} map."), FILLERS, random.random).text == "An old map."


def test_no_value_stands_twice_in_a_sentence(random):
    template = parse("{thing} {thing} {thing}")
    for _ in range(50):
        words = fill(template, FILLERS, random.random).text.lower().split()
        assert sorted(words) == ["key", "map", "oar"]


def test_a_slot_with_one_value_gets_it_every_time(random):
    assert fill(parse("{what} {what}"), FILLERS, random.random).text == "Old old"


def test_a_quarter_of_all_texts_is_test():
    counts = Counter(split_of(f"sentence {number}") for number in range(4000))
    assert abs(counts["test"] - 1000) < 120
    assert set(counts) == {"train", "test"}


def test_the_split_of_a_text_never_changes():
    texts = ("The Paper Harbour", "The acting is charming.", "I loved the music.")
    assert [split_of(text) for text in texts] == ["train", "test", "train"]
