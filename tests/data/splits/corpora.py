"""Corpora to be split, and what is asked about their splits."""

import numpy as np
from hypothesis import strategies as st

from tfcmp.data.corpus import SPLITS, UNDECLARED, Corpus
from tfcmp.data.splits import TEST, TRAIN, VALIDATION, split_corpus
from tfcmp.errors import TfcmpError


def make_corpus(texts, labels, groups=None, declared=None, classes=2):
    """An index in which equal numbers in `texts` are equal texts; no group: all apart."""
    size = len(texts)
    return Corpus(
        hashes=np.asarray(texts, np.uint64),
        copies=np.zeros(size, np.uint32),
        labels=np.asarray(labels, np.int32),
        groups=np.arange(size) if groups is None else np.asarray(groups, np.int64),
        declared=np.full(size, UNDECLARED, np.int8)
        if declared is None
        else np.asarray(declared, np.int8),
        phenomena=np.full(size, -1, np.int16),
        cue_distances=np.full(size, -1, np.int32),
        classes=tuple("abcdefghijklmnop"[:classes])
        if classes <= 16
        else tuple(f"class {number:03}" for number in range(classes)),
        phenomenon_names=(),
    )


def imdb_like(seed=0, films=3400):
    """Train: films of 1 to 30 texts, most of them liked or disliked, half of all texts positive.

    Test: as many texts, each for itself.
    """
    draw = np.random.default_rng(seed)
    sizes = np.minimum(draw.geometric(1 / 7.5, films), 30)
    groups = np.repeat(np.arange(films), sizes)
    liking = draw.beta(0.5, 0.5, films)[groups] + 1e-3 * draw.random(len(groups))
    labels = (liking > np.median(liking)).astype(int)
    size = len(groups)
    return make_corpus(
        np.arange(2 * size),
        np.concatenate([labels, np.arange(size) % 2]),
        np.concatenate([groups, films + np.arange(size)]),
        np.repeat([TRAIN, TEST], size),
    )


def singles(size, declared=None):
    """Texts that stand alone, of two classes in turn."""
    return make_corpus(np.arange(size), np.arange(size) % 2, declared=declared)


@st.composite
def corpora(draw, declare):
    """Copies and groups at random among 40 texts of their own, of two or three classes."""
    classes = draw(st.integers(2, 3))
    size = draw(st.integers(0, 60))

    def column(values):
        return draw(st.lists(values, min_size=size, max_size=size))

    texts = column(st.integers(0, 30)) + list(range(100, 140))
    labels = column(st.integers(0, classes - 1)) + [n % classes for n in range(40)]
    groups = column(st.integers(0, 12)) + list(range(100, 140))
    declared = None
    if declare:
        kinds = draw(st.sampled_from([(TRAIN,), (TRAIN, TEST), (TRAIN, VALIDATION, TEST)]))
        declared = column(st.sampled_from(kinds)) + [kinds[n // 3 % len(kinds)] for n in range(40)]
    return make_corpus(texts, labels, groups, declared, classes)


def try_split(corpus, **settings):
    """The split, or None where the few texts cannot be split so that all classes are present."""
    try:
        return split_corpus(corpus, **settings)
    except TfcmpError:
        return None


def place_of_row(splits, size):
    """The split of each row, or -1."""
    places = np.full(size, -1)
    for number, name in enumerate(SPLITS):
        places[splits.rows(name)] = number
    return places


def class_shares(corpus, rows):
    return np.bincount(corpus.labels[rows], minlength=len(corpus.classes)) / len(rows)


random_settings = st.fixed_dictionaries(
    {
        "grouping": st.sampled_from(["source", "none"]),
        "seed": st.integers(0, 5),
        "validation_share": st.sampled_from([0.1, 0.3]),
        "train_size": st.sampled_from([None, 15]),
    }
)
