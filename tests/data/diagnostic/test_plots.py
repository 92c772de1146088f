import re

from tfcmp.data.diagnostic.grammar import Template
from tfcmp.data.diagnostic.lexicon import FILLERS, NAMES, cue_words
from tfcmp.data.diagnostic.templates import OPENINGS, PLOT

OPERATORS = {
    "although", "anything", "but", "cannot", "despite", "expected", "hardly", "less", "more",
    "never", "no", "nobody", "not", "nothing", "than",
}  # fmt: skip


def words_of(templates: tuple[Template, ...]) -> set[str]:
    text = " ".join(token for template in templates for token in template.tokens)
    return set(re.findall(r"[a-z']+", text.lower()))


def test_neutral_sentences_hold_no_deciding_word_and_no_operator() -> None:
    neutral = words_of(OPENINGS + PLOT)
    for values in (*FILLERS.values(), NAMES):
        neutral |= set(" ".join(values).lower().split())
    assert not neutral & (OPERATORS | frozenset.union(*cue_words().values()))


def test_each_opening_names_the_film() -> None:
    assert all(template.slots.count("film") == 1 for template in OPENINGS)


def test_plot_marks_nothing_as_deciding() -> None:
    assert not any("[" in template.tokens for template in OPENINGS + PLOT)
