from tfcmp.data.diagnostic.lexicon import ADJECTIVES, LABELS, NOUNS, VERBS, cue_words, opposite


def test_both_polarities_have_equally_many_words_in_each_role() -> None:
    for role in (ADJECTIVES, NOUNS, VERBS):
        assert len(role["neg"]) == len(role["pos"]) == len(set(role["pos"]))


def test_no_word_has_both_polarities() -> None:
    words = cue_words()
    assert not words["neg"] & words["pos"]
    assert 30 <= len(words["neg"]) <= 50


def test_no_word_is_part_of_another_one() -> None:
    adjectives = [word for label in LABELS for word in ADJECTIVES[label]]
    assert not [(a, b) for a in adjectives for b in adjectives if a != b and a in b]


def test_nouns_take_the_article_a() -> None:
    assert not [noun for label in LABELS for noun in NOUNS[label] if noun[0] in "aeiou"]


def test_each_label_is_the_opposite_of_its_opposite() -> None:
    assert [opposite(opposite(label)) for label in LABELS] == list(LABELS)
