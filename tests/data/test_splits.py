import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfcmp.data.corpus import SPLITS, UNDECLARED, Corpus
from tfcmp.data.splits import TEST, TRAIN, VALIDATION, Splits, connected_groups, split_corpus
from tfcmp.errors import CallError, WorkError


def make_corpus(texts, labels, groups=None, declared=None, classes: int = 2) -> Corpus:
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
        classes=tuple("abcdefghijklmnop"[:classes]),
        phenomenon_names=(),
    )


def imdb_like(seed: int = 0, films: int = 3400) -> Corpus:
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


@pytest.fixture(scope="module")
def imdb() -> Corpus:
    return imdb_like()


def singles(size: int, declared=None) -> Corpus:
    """Texts that stand alone, of two classes in turn."""
    return make_corpus(np.arange(size), np.arange(size) % 2, declared=declared)


@st.composite
def corpora(draw: st.DrawFn, declare: bool) -> Corpus:
    """Copies and groups at random among 40 texts of their own, of two or three classes."""
    classes = draw(st.integers(2, 3))
    size = draw(st.integers(0, 60))

    def column(values: st.SearchStrategy[int]) -> list[int]:
        return draw(st.lists(values, min_size=size, max_size=size))

    texts = column(st.integers(0, 30)) + list(range(100, 140))
    labels = column(st.integers(0, classes - 1)) + [n % classes for n in range(40)]
    groups = column(st.integers(0, 12)) + list(range(100, 140))
    declared = None
    if declare:
        kinds = draw(st.sampled_from([(TRAIN,), (TRAIN, TEST), (TRAIN, VALIDATION, TEST)]))
        declared = column(st.sampled_from(kinds)) + [kinds[n // 3 % len(kinds)] for n in range(40)]
    return make_corpus(texts, labels, groups, declared, classes)


def try_split(corpus: Corpus, **settings) -> Splits | None:
    """The split, or None where the few texts cannot be split so that all classes are present."""
    try:
        return split_corpus(corpus, **settings)
    except WorkError:
        return None


def place_of_row(splits: Splits, size: int) -> np.ndarray:
    """The split of each row, or -1."""
    places = np.full(size, -1)
    for number, name in enumerate(SPLITS):
        places[splits.rows(name)] = number
    return places


def class_shares(corpus: Corpus, rows: np.ndarray) -> np.ndarray:
    return np.bincount(corpus.labels[rows], minlength=len(corpus.classes)) / len(rows)


random_settings = st.fixed_dictionaries(
    {
        "grouping": st.sampled_from(["source", "none"]),
        "seed": st.integers(0, 5),
        "validation_share": st.sampled_from([0.1, 0.3]),
        "train_size": st.sampled_from([None, 15]),
    }
)


@given(st.booleans().flatmap(corpora), random_settings)
def test_no_text_stands_in_two_splits(corpus: Corpus, settings: dict) -> None:
    splits = try_split(corpus, **settings)
    if splits is None:
        return
    texts = [set(corpus.hashes[splits.rows(name)].tolist()) for name in SPLITS]
    assert not texts[0] & texts[1]
    assert not texts[0] & texts[2]
    assert not texts[1] & texts[2]


@given(st.booleans().flatmap(corpora), st.integers(0, 5))
def test_every_row_is_in_one_split_or_counted_as_removed(corpus: Corpus, seed: int) -> None:
    splits = try_split(corpus, seed=seed)
    if splits is None:
        return
    rows = np.concatenate([splits.rows(name) for name in SPLITS])
    assert len(np.unique(rows)) == len(rows)
    assert len(rows) + sum(splits.removed.values()) == len(corpus)


@given(corpora(declare=False), random_settings)
def test_no_group_is_torn(corpus: Corpus, settings: dict) -> None:
    splits = try_split(corpus, **settings | {"grouping": "source"})
    if splits is None:
        return
    places = place_of_row(splits, len(corpus))
    for group in np.unique(corpus.groups):
        assert len(np.unique(places[corpus.groups == group])) == 1


@given(corpora(declare=True), random_settings)
def test_no_group_of_a_declared_training_split_is_torn_by_validation(
    corpus: Corpus, settings: dict
) -> None:
    splits = try_split(corpus, **settings | {"grouping": "source"})
    if splits is None or (corpus.declared == VALIDATION).any():
        return
    assert not set(corpus.groups[splits.train]) & set(corpus.groups[splits.validation])


@given(corpora(declare=True), random_settings)
def test_declared_splits_are_kept(corpus: Corpus, settings: dict) -> None:
    splits = try_split(corpus, **settings)
    if splits is None:
        return
    assert (corpus.declared[splits.train] == TRAIN).all()
    if (corpus.declared == TEST).any():
        np.testing.assert_array_equal(splits.test, np.flatnonzero(corpus.declared == TEST))
    if (corpus.declared == VALIDATION).any():
        assert (corpus.declared[splits.validation] == VALIDATION).all()


@given(corpora(declare=False), st.integers(0, 5))
def test_the_rows_of_a_split_are_in_ascending_order(corpus: Corpus, seed: int) -> None:
    splits = try_split(corpus, seed=seed)
    if splits is None:
        return
    for name in SPLITS:
        assert (np.diff(splits.rows(name)) > 0).all()


@given(st.lists(st.integers(0, 2), max_size=60), st.integers(0, 5))
def test_ten_texts_of_each_class_are_enough(labels: list[int], seed: int) -> None:
    labels = labels + [0, 1, 2] * 10
    corpus = make_corpus(np.arange(len(labels)), labels, classes=3)
    for name in SPLITS:
        assert (class_shares(corpus, split_corpus(corpus, seed=seed).rows(name)) > 0).all()


def test_texts_of_test_leave_train_and_validation() -> None:
    texts = [*range(12), 0, 1, 2, 3]
    declared = [TRAIN, TRAIN, VALIDATION, VALIDATION] * 3 + [TEST] * 4
    splits = split_corpus(make_corpus(texts, np.arange(16) % 2, declared=declared))
    assert splits.train.tolist() == [4, 5, 8, 9]
    assert splits.validation.tolist() == [6, 7, 10, 11]
    assert splits.test.tolist() == [12, 13, 14, 15]
    assert splits.removed == {
        "train_copies_of_test": 2,
        "validation_copies_of_test": 2,
        "train_copies_of_validation": 0,
    }


def test_texts_of_validation_leave_train() -> None:
    texts = [0, 1, 2, 3, 0, 1, 6, 7]
    declared = [TRAIN] * 4 + [VALIDATION] * 2 + [TEST] * 2
    splits = split_corpus(make_corpus(texts, np.arange(8) % 2, declared=declared))
    assert splits.train.tolist() == [2, 3]
    assert splits.removed["train_copies_of_validation"] == 2


@pytest.mark.parametrize("seed", range(5))
def test_validation_is_a_tenth_of_train_and_half_positive(seed: int) -> None:
    corpus = imdb_like(seed)
    splits = split_corpus(corpus, seed=seed)
    share = len(splits.validation) / (len(splits.train) + len(splits.validation))
    assert share == pytest.approx(0.1, abs=0.002)
    assert class_shares(corpus, splits.validation)[1] == pytest.approx(0.5, abs=0.005)


def test_validation_holds_groups_of_all_sizes(imdb: Corpus) -> None:
    splits = split_corpus(imdb)
    _, sizes = np.unique(imdb.groups[splits.validation], return_counts=True)
    _, sizes_in_train = np.unique(imdb.groups[splits.train], return_counts=True)
    assert sizes.mean() == pytest.approx(sizes_in_train.mean(), rel=0.2)


@pytest.mark.parametrize("grouping", ["source", "none"])
def test_validation_has_the_class_shares_of_an_uneven_corpus(grouping: str) -> None:
    labels = np.repeat([0, 1, 2], [700, 200, 100])
    corpus = make_corpus(np.arange(1000), labels, np.arange(1000) // 3, classes=3)
    splits = split_corpus(corpus, grouping=grouping)
    for name in SPLITS:
        np.testing.assert_allclose(
            class_shares(corpus, splits.rows(name)), [0.7, 0.2, 0.1], atol=0.03
        )


def test_a_missing_test_split_is_cut_from_all_texts() -> None:
    splits = split_corpus(singles(1000), test_share=0.25, validation_share=0.2)
    assert [len(splits.rows(name)) for name in SPLITS] == [600, 150, 250]


def test_a_missing_test_split_is_not_cut_from_declared_validation() -> None:
    declared = np.repeat([TRAIN, VALIDATION], [800, 200])
    splits = split_corpus(singles(1000, declared), test_share=0.25)
    assert [len(splits.rows(name)) for name in SPLITS] == [600, 200, 200]


def test_the_same_seed_gives_the_same_split_whatever_else_was_drawn(imdb: Corpus) -> None:
    first = split_corpus(imdb, seed=3)
    np.random.seed(7)
    second = split_corpus(imdb, seed=3)
    np.testing.assert_array_equal(first.validation, second.validation)


def test_another_seed_gives_another_split(imdb: Corpus) -> None:
    first, second = (split_corpus(imdb, seed=seed).validation for seed in (0, 1))
    assert len(np.intersect1d(first, second)) < 0.3 * len(first)


def test_the_size_of_train_does_not_change_validation_and_test(imdb: Corpus) -> None:
    whole, part = split_corpus(imdb), split_corpus(imdb, train_size=1000)
    np.testing.assert_array_equal(part.validation, whole.validation)
    np.testing.assert_array_equal(part.test, whole.test)


def test_smaller_training_subsets_lie_in_larger_ones(imdb: Corpus) -> None:
    rows = [set(split_corpus(imdb, train_size=n).train.tolist()) for n in (100, 1000, 5000)]
    assert rows[0] < rows[1] < rows[2] < set(split_corpus(imdb).train.tolist())


@given(corpora(declare=False), st.integers(1, 30), st.integers(1, 30))
def test_training_subsets_of_any_corpus_are_nested(corpus: Corpus, a: int, b: int) -> None:
    whole = try_split(corpus)
    # More texts than there are is a mistake of the caller's, tested for itself.
    sizes = sorted(min(n, len(whole.train)) for n in (a, b)) if whole is not None else (a, b)
    small, large = (try_split(corpus, train_size=n) for n in sizes)
    if small is not None and large is not None:
        assert set(small.train.tolist()) <= set(large.train.tolist())


def test_a_training_subset_consists_of_whole_groups(imdb: Corpus) -> None:
    whole, part = split_corpus(imdb).train, split_corpus(imdb, train_size=1000).train
    assert not set(imdb.groups[part]) & set(imdb.groups[np.setdiff1d(whole, part)])


@pytest.mark.parametrize("train_size", [50, 1000, 9999])
def test_a_training_subset_has_at_most_the_size_asked_for_and_hardly_less(
    imdb: Corpus, train_size: int
) -> None:
    largest_group = 30
    kept = len(split_corpus(imdb, train_size=train_size).train)
    assert train_size - largest_group < kept <= train_size


@pytest.mark.parametrize("train_size", [500, 2000, 10_000])
def test_a_training_subset_has_about_the_class_shares_of_the_whole(
    imdb: Corpus, train_size: int
) -> None:
    whole = class_shares(imdb, split_corpus(imdb).train)
    part = class_shares(imdb, split_corpus(imdb, train_size=train_size).train)
    np.testing.assert_allclose(part, whole, atol=0.03)


def test_all_training_texts_can_be_asked_for(imdb: Corpus) -> None:
    whole = split_corpus(imdb).train
    np.testing.assert_array_equal(split_corpus(imdb, train_size=len(whole)).train, whole)


def test_more_training_texts_than_there_are_is_a_wrong_call(imdb: Corpus) -> None:
    size = len(split_corpus(imdb).train)
    with pytest.raises(CallError, match=rf"train_size {size + 1} is more than the {size}"):
        split_corpus(imdb, train_size=size + 1)


def test_grouping_none_tears_groups(imdb: Corpus) -> None:
    splits = split_corpus(imdb, grouping="none")
    assert set(imdb.groups[splits.train]) & set(imdb.groups[splits.validation])


@given(corpora(declare=False), st.integers(0, 5))
def test_grouping_none_keeps_copies_of_a_text_together(corpus: Corpus, seed: int) -> None:
    splits = try_split(corpus, grouping="none", seed=seed)
    if splits is None:
        return
    places = place_of_row(splits, len(corpus))
    for text in np.unique(corpus.hashes):
        assert len(np.unique(places[corpus.hashes == text])) == 1


def test_groups_that_share_a_text_are_one_group() -> None:
    corpus = make_corpus([0, 1, 1, 2, 2, 3], [0] * 6, groups=[10, 10, 20, 20, 30, 40])
    groups = connected_groups(corpus, "source")
    assert len(set(groups[:5].tolist())) == 1
    assert groups[5] != groups[0]


def test_copies_of_a_text_outside_of_any_group_are_one_group() -> None:
    corpus = make_corpus([5, 6, 5], [0, 1, 0], groups=[-1, -2, -3])
    groups = connected_groups(corpus, "source")
    assert groups[0] == groups[2] != groups[1]


def test_a_split_without_one_of_the_classes_is_refused() -> None:
    labels = [0, 1] * 20 + [1, 1]
    corpus = make_corpus(np.arange(42), labels, declared=[TRAIN] * 40 + [TEST] * 2)
    with pytest.raises(WorkError, match="the test split holds 2 texts and none of class 'a'"):
        split_corpus(corpus)


def test_a_corpus_of_test_texts_only_is_refused() -> None:
    with pytest.raises(WorkError, match="the train split holds 0 texts"):
        split_corpus(singles(10, declared=[TEST] * 10))


def test_a_corpus_in_one_group_is_refused() -> None:
    corpus = make_corpus(np.arange(100), np.arange(100) % 2, groups=[0] * 100)
    with pytest.raises(WorkError, match="smaller groups"):
        split_corpus(corpus)


def test_a_corpus_too_small_for_three_splits_is_refused() -> None:
    with pytest.raises(WorkError, match="at least one for each of train, validation"):
        split_corpus(singles(3))


def test_a_training_subset_too_small_for_the_classes_is_refused(imdb: Corpus) -> None:
    with pytest.raises(WorkError, match="the train split holds"):
        split_corpus(imdb, train_size=1)


@pytest.mark.slow
@pytest.mark.parametrize("texts_a_group", [1, 3])
def test_hundreds_of_thousands_of_groups_are_split_in_seconds(texts_a_group: int) -> None:
    size = 300_000 * texts_a_group
    corpus = make_corpus(
        np.random.default_rng(0).permutation(size),
        np.arange(size) % 2,
        np.arange(size) // texts_a_group,
    )
    start = time.perf_counter()
    split_corpus(corpus)
    assert time.perf_counter() - start < 15


def test_groups_of_the_source_are_kept_for_intervals_however_the_lines_were_drawn() -> None:
    corpus = imdb_like()
    torn, whole = split_corpus(corpus, grouping="none"), split_corpus(corpus)
    assert torn.groups.tolist() == whole.groups.tolist()


def test_a_test_split_that_is_cut_shares_no_group_with_a_declared_validation() -> None:
    groups = np.repeat(np.arange(50), 4)
    declared = np.tile([TRAIN, TRAIN, TRAIN, UNDECLARED], 50)
    declared[:8] = [TRAIN, VALIDATION] * 4
    corpus = make_corpus(range(200), [0, 0, 1, 1] * 50, groups, declared)
    splits = split_corpus(corpus)
    assert not np.isin(splits.groups[splits.test], splits.groups[splits.validation]).any()
    assert len(splits.test) > 0


def test_more_classes_than_can_be_split_name_the_label_column() -> None:
    with pytest.raises(WorkError, match=r"--data.label_column"):
        split_corpus(make_corpus(range(30), np.arange(30) % 15, classes=15))
