from tfcmp.data.diagnostic.lexicon import cue_words
from tfcmp.data.diagnostic.writer import films


def test_each_split_has_many_films() -> None:
    assert len(films("train")) >= 300
    assert len(films("test")) >= 100


def test_no_film_belongs_to_both_splits() -> None:
    train, test = ({film.title for film in films(split)} for split in ("train", "test"))
    assert not train & test


def test_no_title_occurs_twice() -> None:
    titles = [film.title for split in ("train", "test") for film in films(split)]
    assert len(set(titles)) == len(titles)


def test_no_title_holds_a_deciding_word() -> None:
    cues = frozenset.union(*cue_words().values())
    for split in ("train", "test"):
        for film in films(split):
            assert not cues & set(film.title.lower().split())


def test_the_facts_of_a_film_are_always_the_same() -> None:
    first = films("train")[0]
    films.cache_clear()
    assert films("train")[0] == first
