from math import prod

import pytest

from tfcmp.data.diagnostic.corpus import PHENOMENA
from tfcmp.data.diagnostic.grammar import Template
from tfcmp.data.diagnostic.lexicon import VOCABULARY
from tfcmp.data.diagnostic.templates import CLAIMS


def claims() -> list[Template]:
    return [template for templates in CLAIMS.values() for template in templates]


@pytest.mark.parametrize("label", ["neg", "pos"])
def test_each_template_has_fillings_enough_for_both_splits(label: str) -> None:
    """A template whose sentences all belong to one split could never be written for the other."""
    fillers = VOCABULARY[label]
    for template in claims():
        if "film" not in template.slots:
            assert prod(len(fillers[slot]) for slot in template.slots) >= 100, template


@pytest.mark.parametrize("label", ["neg", "pos"])
def test_no_slot_stands_more_often_than_it_has_values(label: str) -> None:
    for template in claims():
        for slot in set(template.slots) - {"film"}:
            assert template.slots.count(slot) <= len(VOCABULARY[label][slot])


def test_brackets_are_closed_and_never_empty() -> None:
    for template in claims():
        opened = [position for position, token in enumerate(template.tokens) if token == "["]
        assert opened
        assert all(template.tokens[position + 2] == "]" for position in opened), template


def test_each_template_marks_a_deciding_word_of_the_lexicon() -> None:
    for template in claims():
        marked = {
            following
            for token, following in zip(template.tokens, template.tokens[1:], strict=False)
            if token == "["
        }
        assert any(token.startswith(("{same.", "{other.")) for token in marked), template


def test_there_are_at_least_eight_phenomena() -> None:
    assert len(PHENOMENA) >= 8
    assert {"plain", "negation", "contrast", "intensity", "comparison", "far_cue"} <= set(PHENOMENA)
