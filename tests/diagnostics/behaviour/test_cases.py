import re
from collections import Counter

import pytest

from tfcmp.diagnostics.behaviour.cases import CAPABILITIES, generate
from tfcmp.diagnostics.behaviour.statements import STATEMENTS
from tfcmp.errors import CallError

NAMED = {
    *("negation", "double negation", "not bad", "intensifiers", "but contrast", "comparison"),
    *("sarcasm markers", "names", "typos", "case", "markup", "padding before", "padding after"),
    "length",
}
each_capability = pytest.mark.parametrize(
    "capability", CAPABILITIES, ids=lambda capability: capability.name
)


def by_name(name):
    (found,) = [capability for capability in CAPABILITIES if capability.name == name]
    return found


def test_all_named_capabilities_are_there_once():
    names = Counter(capability.name for capability in CAPABILITIES)
    assert set(names) >= NAMED
    assert set(names.values()) == {1}


@each_capability
def test_two_hundred_cases_are_different_and_half_of_each_label(capability):
    cases = generate(capability, 200, seed=1)
    assert len({case.texts for case in cases}) == 200
    assert Counter(case.label for case in cases) == {"neg": 100, "pos": 100}
    assert {len(case.texts) for case in cases} == {1 if capability.kind == "MFT" else 2}


@each_capability
def test_every_text_is_written_out_and_a_pair_differs(capability):
    for case in generate(capability, 100, seed=2):
        assert len(set(case.texts)) == len(case.texts)
        for text in case.texts:
            assert not re.search(r"[{}\[\]@]|  |\ba [aeio]|\ban (?!hour)[^aeiouAEIOU]", text), text


@each_capability
def test_fewer_cases_are_the_beginning_of_more_and_seeds_differ(capability):
    cases = generate(capability, 40, seed=3)
    assert generate(capability, 20, seed=3) == cases[:20]
    assert generate(capability, 40, seed=4) != cases


@pytest.mark.parametrize("name", STATEMENTS)
def test_every_template_of_a_label_is_used(name):
    capability = by_name(name)
    cases = generate(capability, 60, seed=1)
    for label in ("neg", "pos"):
        shapes = [
            re.escape("".join(token if token[0] != "{" else "\0" for token in template.tokens))
            for template in STATEMENTS[name][label]
        ]
        patterns = [shape.replace("\0", ".+?") for shape in shapes]
        texts = [case.texts[0] for case in cases if case.label == label]
        for pattern in patterns:
            assert any(re.fullmatch(pattern, text, re.IGNORECASE) for text in texts), pattern


def test_more_cases_than_the_grammar_has_are_refused_with_the_number_there_is():
    with pytest.raises(CallError, match=r"expected up to \d+ cases.*got --cases 100000"):
        generate(by_name("vocabulary"), 100_000, seed=1)
