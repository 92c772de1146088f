import re
from math import prod

import pytest

from tfcmp.data.diagnostic.lexicon import (
    ADJECTIVES,
    FILLERS,
    LABELS,
    NAMES,
    NOUNS,
    VERBS,
    VOCABULARY,
    cue_words,
)
from tfcmp.data.diagnostic.templates import CLAIMS, OPENINGS, PLOT
from tfcmp.data.diagnostic.writer import films


def claims():
    return [template for templates in CLAIMS.values() for template in templates]


@pytest.mark.parametrize("label", ["neg", "pos"])
def test_each_template_has_fillings_enough_for_both_splits(label):
    """A template whose sentences all belong to one split could never be written for the other."""
    fillers = VOCABULARY[label]
    for template in claims():
        if "film" not in template.slots:
            assert prod(len(fillers[slot]) for slot in template.slots) >= 100, template


@pytest.mark.parametrize("label", ["neg", "pos"])
def test_no_slot_stands_more_often_than_it_has_values(label):
    for template in claims():
        for slot in set(template.slots) - {"film"}:
            assert template.slots.count(slot) <= len(VOCABULARY[label][slot])


def test_brackets_are_closed_and_never_empty():
    for template in claims():
        opened = [position for position, token in enumerate(template.tokens) if token == "["]
        assert opened
        assert all(template.tokens[position + 2] == "]" for position in opened), template


def test_each_template_marks_a_deciding_word_of_the_lexicon():
    for template in claims():
        marked = {
            following
            for token, following in zip(template.tokens, template.tokens[1:], strict=False)
            if token == "["
        }
        assert any(token.startswith(("{same.", "{other.")) for token in marked), template


OPERATORS = {
    "although", "anything", "but", "cannot", "despite", "expected", "hardly", "less", "more",
    "never", "no", "nobody", "not", "nothing", "than",
}  # fmt: skip


def words_of(templates):
    text = " ".join(token for template in templates for token in template.tokens)
    return set(re.findall(r"[a-z']+", text.lower()))


def test_neutral_sentences_hold_no_deciding_word_and_no_operator():
    neutral = words_of(OPENINGS + PLOT)
    for values in (*FILLERS.values(), NAMES):
        neutral |= set(" ".join(values).lower().split())
    assert not neutral & (OPERATORS | frozenset.union(*cue_words().values()))


def test_each_opening_names_the_film():
    assert all(template.slots.count("film") == 1 for template in OPENINGS)


def test_plot_marks_nothing_as_deciding():
    assert not any("[" in template.tokens for template in OPENINGS + PLOT)


def test_each_split_has_many_films_of_its_own():
    titles = [[film.title for film in films(split)] for split in ("train", "test")]
    assert len(titles[0]) >= 300
    assert len(titles[1]) >= 100
    assert len({*titles[0], *titles[1]}) == len(titles[0]) + len(titles[1])


def test_no_title_holds_a_deciding_word():
    cues = frozenset.union(*cue_words().values())
    for split in ("train", "test"):
        for film in films(split):
            assert not cues & set(film.title.lower().split())


def test_both_polarities_have_equally_many_words_in_each_role():
    for role in (ADJECTIVES, NOUNS, VERBS):
        assert len(role["neg"]) == len(role["pos"]) == len(set(role["pos"]))


def test_no_word_has_both_polarities_is_part_of_another_or_takes_an():
    words = cue_words()
    assert not words["neg"] & words["pos"]
    assert 30 <= len(words["neg"]) <= 50
    adjectives = [word for label in LABELS for word in ADJECTIVES[label]]
    assert not [(a, b) for a in adjectives for b in adjectives if a != b and a in b]
    assert not [noun for label in LABELS for noun in NOUNS[label] if noun[0] in "aeiou"]
