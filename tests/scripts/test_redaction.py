import pytest
from hypothesis import given
from hypothesis import strategies as st
from publishing.redaction import TEXTS, redacted

from tfcmp.data.corpus import text_id


def test_texts_become_their_ids_and_counts_of_them_stay():
    content = {
        "words": 12,
        "texts": [{"id": "ab", "words": 7}],
        "failed": [{"label": "neg", "texts": ["A dull film.", "A film."], "positive": [0.5, 0.6]}],
    }
    assert redacted(content) == {
        "words": 12,
        "texts": [{"id": "ab", "words": 7}],
        "failed": [
            {
                "label": "neg",
                "texts_ids": [text_id("A dull film."), text_id("A film.")],
                "positive": [0.5, 0.6],
            }
        ],
    }


@pytest.mark.parametrize(
    ("place", "left"),
    [
        ("/srv/ann/reviews.csv", "reviews.csv"),
        ("preset:/srv/ann/bert", "preset:bert"),
        ("~/reviews.csv", "reviews.csv"),
        (r"C:\data\reviews.csv", "reviews.csv"),
        ("https://example.org/a/b", "https://example.org/a/b"),
        ("tfds:imdb_reviews/plain_text", "tfds:imdb_reviews/plain_text"),
        ("data/reviews.csv", "data/reviews.csv"),
    ],
)
def test_a_place_of_the_machine_is_reduced_to_its_name(place, left):
    assert redacted({"data": {"source": place}}) == {"data": {"source": left}}


def test_commands_lose_the_options_that_name_places():
    told = redacted({"command": ["python", "-m", "tfcmp.fit", "--runs", "/srv/x", "--seed", "1"]})
    assert told == {"command": ["python", "-m", "tfcmp.fit", "--seed", "1"]}
    assert redacted({"command": "tfcmp fit --cache /srv/x"}) == {"command": "tfcmp fit"}


LEAVES = st.one_of(st.text(min_size=1), st.integers(), st.none(), st.lists(st.text(min_size=1)))
CONTENT = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner), st.dictionaries(st.sampled_from([*sorted(TEXTS), "value", "a"]), inner)
    ),
    max_leaves=12,
)


def texts_in(value):
    if isinstance(value, dict):
        for name, of in value.items():
            if name in TEXTS:
                yield from strings(of)
            yield from texts_in(of)
    elif isinstance(value, list):
        for of in value:
            yield from texts_in(of)


def strings(value):
    """Texts directly under a name, in lists at any depth; those in objects have names of their own."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for of in value:
            yield from strings(of)


@given(CONTENT)
def test_no_text_stays_under_a_name_of_texts(content):
    assert list(texts_in(redacted(content))) == []
