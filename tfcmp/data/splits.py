"""Train, validation and test rows: whole groups, stratified, no text in two of them."""

from dataclasses import dataclass, field

import numpy as np

from tfcmp.config.fields import DataSettings
from tfcmp.data.corpus import SPLITS, UNDECLARED, Corpus
from tfcmp.data.movies import group_by_movie
from tfcmp.errors import CallError, WorkError

TRAIN, VALIDATION, TEST = range(3)


@dataclass(frozen=True, eq=False)
class Splits:
    """Rows of a corpus, (n,) int64 each, ascending.

    `groups` are those of the source, whatever the lines were drawn by; `removed` counts what was
    left out, by reason.
    """

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray
    groups: np.ndarray
    removed: dict[str, int] = field(default_factory=dict)

    def rows(self, name: str) -> np.ndarray:
        """The rows of the split called `name`."""
        return getattr(self, name)


def split_corpus(
    corpus: Corpus,
    *,
    grouping: str = "source",
    validation_share: float = 0.1,
    test_share: float = 0.2,
    seed: int = 0,
    train_size: int | None = None,
) -> Splits:
    """Draws the lines that the source left open.

    Declared splits are kept, but for texts that stand in a later one too: a text of the test split
    leaves train and validation, a text of validation leaves train. Validation is cut from train by
    whole groups, test likewise where the source has none.

    Args:
        corpus: the index of the source.
        grouping: "source" keeps the source's groups whole, "none" only copies of the same text
            (on IMDB this leaks movies into validation; it exists to show the leak).
        validation_share: share of the training texts.
        test_share: share of all texts, used only where the source declares no test split.
        seed: of the draw; a seed of its own, so that runs with other seeds share their splits.
        train_size: number of training texts to keep, as whole groups; subsets of the same seed are
            nested. None keeps all.

    Raises:
        CallError: `train_size` is more than there is.
        WorkError: a split comes out empty or without one of the classes.
    """
    _check_classes(corpus)
    groups = connected_groups(corpus, grouping)
    split = corpus.declared.copy()
    draw = np.random.default_rng(seed)
    if not (split == TEST).any():
        _cut_test(corpus, groups, split, test_share, draw)
    split[split == UNDECLARED] = TRAIN
    removed = _remove_copies(corpus, split)
    if not (split == VALIDATION).any():
        _cut(corpus, groups, split, VALIDATION, validation_share, draw)
    train = np.flatnonzero(split == TRAIN)
    if train_size is not None:
        train = _subset(corpus, groups, train, train_size, draw)
    # However the lines were drawn, reviews of one movie are not independent: intervals need the
    # groups of the source.
    source_groups = groups if grouping == "source" else connected_groups(corpus, "source")
    validation, test = (np.flatnonzero(split == name) for name in (VALIDATION, TEST))
    splits = Splits(train, validation, test, source_groups, removed)
    _check(corpus, splits)
    return splits


def split_by_settings(corpus: Corpus, data: DataSettings) -> Splits:
    """The splits that the settings of a run make.

    Raises:
        WorkError: see `split_corpus`.
    """
    return split_corpus(
        group_by_movie(corpus, data.source),
        grouping=data.grouping,
        validation_share=data.validation_share,
        test_share=data.test_share,
        seed=data.split_seed,
        train_size=data.train_size,
    )


def connected_groups(corpus: Corpus, grouping: str) -> np.ndarray:
    """(n,) group numbers from 0: rows that share a group or a text are in one, transitively."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    _, texts = np.unique(corpus.hashes, return_inverse=True)
    if grouping == "none":
        return texts
    _, groups = np.unique(corpus.groups, return_inverse=True)
    size = int(groups.max()) + 1 + int(texts.max()) + 1
    edges = (np.ones(len(groups), np.int8), (groups, texts + int(groups.max()) + 1))
    _, component = connected_components(coo_array(edges, shape=(size, size)), directed=False)
    _, numbers = np.unique(component[groups], return_inverse=True)
    return numbers


def _cut_test(corpus, groups, split, share, draw) -> None:
    """Cuts a test split, but for groups that a declared validation split shares."""
    split[split == UNDECLARED] = TRAIN
    _cut(corpus, groups, split, TEST, share, draw)
    split[(split == TEST) & np.isin(groups, groups[split == VALIDATION])] = TRAIN


def _remove_copies(corpus: Corpus, split: np.ndarray) -> dict[str, int]:
    """Takes texts that a later split holds too out of the earlier one; how many, by reason."""
    removed = {}
    for earlier, later in ((TRAIN, TEST), (VALIDATION, TEST), (TRAIN, VALIDATION)):
        twins = (split == earlier) & np.isin(corpus.hashes, corpus.hashes[split == later])
        split[twins] = UNDECLARED
        removed[f"{SPLITS[earlier]}_copies_of_{SPLITS[later]}"] = int(twins.sum())
    return removed


def _cut(corpus, groups, split, target, share, draw) -> None:
    """Moves whole groups, `share` of the training rows of every class, from train to `target`."""
    rows = np.flatnonzero(split == TRAIN)
    table = _GroupTable(groups[rows], corpus.labels[rows], len(corpus.classes))
    chosen = np.zeros(len(table.counts), bool)
    order = table.stratified_order(draw)
    alone = table.sizes == 1
    # Groups first, up to their share; then single texts fill what is missing of each class.
    for kind, wanted in (
        (~alone, share * table.counts[~alone].sum(axis=0)),
        (alone, share * table.counts.sum(axis=0)),
    ):
        room = np.round(wanted) - table.counts[chosen].sum(axis=0)
        chosen[_fill(table.counts, order[kind[order]], room)] = True
    split[rows[chosen[table.group_of_row]]] = target


def _fill(counts: np.ndarray, order: np.ndarray, room: np.ndarray) -> np.ndarray:
    """Groups of `order` taken one by one, each if it fits into the room left for every class."""
    if (counts[order].sum(axis=1) == 1).all():
        labels = counts[order].argmax(axis=1)
        taken = [order[labels == c][: max(int(left), 0)] for c, left in enumerate(room)]
        return np.concatenate(taken) if taken else order[:0]
    room, taken = room.copy(), []
    for group in order:
        if (counts[group] <= room).all():
            taken.append(group)
            room -= counts[group]
    return np.array(taken, np.int64)


def _subset(corpus, groups, train, train_size, draw) -> np.ndarray:
    if train_size > len(train):
        raise CallError(
            f"--data.train_size {train_size} is more than the {len(train)} training texts there are"
        )
    table = _GroupTable(groups[train], corpus.labels[train], len(corpus.classes))
    order = table.stratified_order(draw)
    # A prefix of one fixed order: whatever the size, the smaller subset lies in the larger.
    kept = order[np.cumsum(table.sizes[order]) <= train_size]
    return train[np.isin(table.group_of_row, kept)]


class _GroupTable:
    """How many rows of each class every group holds: `counts` (groups, classes)."""

    def __init__(self, groups: np.ndarray, labels: np.ndarray, classes: int) -> None:
        _, self.group_of_row = np.unique(groups, return_inverse=True)
        size = int(self.group_of_row.max(initial=-1)) + 1
        cells = self.group_of_row.astype(np.int64) * classes + labels
        self.counts = np.bincount(cells, minlength=size * classes).reshape(size, classes)
        self.sizes = self.counts.sum(axis=1)

    def stratified_order(self, draw: np.random.Generator) -> np.ndarray:
        """A random order in which every beginning has about the class shares of the whole.

        Groups are shuffled, then those of each stratum (leading class and its share, in tenths)
        are spread evenly over the order, by the number of rows before them in their stratum.
        """
        leading = self.counts.argmax(axis=1)
        tenths = np.round(10 * self.counts.max(axis=1) / self.sizes)
        _, stratum = np.unique(np.stack([leading, tenths]), axis=1, return_inverse=True)
        order = draw.permutation(len(self.counts))
        order = order[np.argsort(stratum[order], kind="stable")]
        rows_before = np.cumsum(self.sizes[order]) - self.sizes[order] / 2
        rows = np.bincount(stratum, weights=self.sizes)
        first_row = np.cumsum(rows) - rows
        place = (rows_before - first_row[stratum[order]]) / rows[stratum[order]]
        return order[np.argsort(place, kind="stable")]


def _check_classes(corpus: Corpus) -> None:
    sizes = np.bincount(corpus.labels, minlength=len(corpus.classes))
    if sizes.min() < len(SPLITS):
        name = corpus.classes[int(sizes.argmin())]
        raise WorkError(
            f"class {name!r} has {sizes.min()} of {len(corpus)} texts ({len(corpus.classes)} "
            "classes); expected at least one for each of train, validation and test: is "
            "--data.label_column the right column?"
        )


def _check(corpus: Corpus, splits: Splits) -> None:
    for name in SPLITS:
        present = np.unique(corpus.labels[splits.rows(name)])
        missing = sorted(set(range(len(corpus.classes))) - set(present.tolist()))
        if missing:
            names = ", ".join(repr(corpus.classes[c]) for c in missing)
            raise WorkError(
                f"the {name} split holds {len(splits.rows(name))} texts and none of class {names}; "
                "expected every class in every split: give more texts, a split column, smaller "
                "groups (--data.grouping none) or a larger share (--data.validation_share)"
            )
