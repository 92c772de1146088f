"""The splits that a source declares, and drawing those that it leaves open, by whole groups."""

from dataclasses import dataclass

import numpy as np

from tfcmp.data.corpus import SPLITS, UNDECLARED, Corpus
from tfcmp.data.groups import GroupTable
from tfcmp.errors import WorkError

TRAIN, VALIDATION, TEST = range(3)
# A row of no split: removed as a copy, or of a class that is left out.
EXCLUDED = -2
UNLABELLED = -1
# Random numbers that do not depend on what was drawn before.
_WHOLE_GROUPS_STREAM = 1


@dataclass(frozen=True, eq=False)
class DeclaredSplits:
    """The splits before anything is drawn.

    Attributes:
        split: (n,) int8, TRAIN, VALIDATION, TEST or EXCLUDED; rows to draw from are in TRAIN.
        removed: number of texts left out, by reason.
        drawn: the splits that the source does not declare, in the order in which they are drawn.
    """

    split: np.ndarray
    removed: dict[str, int]
    drawn: tuple[int, ...]

    def required_splits(self) -> str:
        """Names of the splits in which every class has to be, for a message."""
        *names, last = [SPLITS[number] for number in sorted((TRAIN, *self.drawn))]
        return f"{', '.join(names)} and {last}" if names else last


def declared_lines(corpus: Corpus) -> np.ndarray:
    """(n,) the splits that the source declares; rows of classes that are left out are EXCLUDED."""
    return np.where(corpus.labels == UNLABELLED, EXCLUDED, corpus.declared).astype(np.int8)


def read_declared_splits(corpus: Corpus) -> DeclaredSplits:
    """The declared splits after copies have been removed from the earlier ones.

    Raises:
        WorkError: no text is left to train on.
    """
    split = declared_lines(corpus)
    drawn = () if (split == TEST).any() else (TEST,)
    split[split == UNDECLARED] = TRAIN
    before = int((split == TRAIN).sum())
    removed = remove_copies(corpus, split)
    if not (split == TRAIN).any():
        raise WorkError(_nothing_to_train_on(split, before, removed))
    if not (split == VALIDATION).any():
        drawn = (*drawn, VALIDATION)
    return DeclaredSplits(split, removed, drawn)


def remove_copies(corpus: Corpus, split: np.ndarray) -> dict[str, int]:
    """Removes texts from `split` that a later split has too; returns how many, by reason."""
    removed = {}
    for earlier, later in ((TRAIN, TEST), (VALIDATION, TEST), (TRAIN, VALIDATION)):
        rows, others = np.flatnonzero(split == earlier), np.flatnonzero(split == later)
        copies = rows[np.isin(corpus.hashes[rows], corpus.hashes[others])]
        split[copies] = EXCLUDED
        removed[f"{SPLITS[earlier]}_copies_of_{SPLITS[later]}"] = len(copies)
    return removed


def _nothing_to_train_on(split: np.ndarray, before: int, removed: dict[str, int]) -> str:
    if not before:
        sizes = " and ".join(
            f"{(split == number).sum()} as {SPLITS[number]}" for number in (VALIDATION, TEST)
        )
        return (
            f"no text is left to train on: the source declares {sizes} and none as train; mark the "
            "training texts as train, or let the splits be drawn (a file without a split column)"
        )
    of_test, of_validation = (removed[f"train_copies_of_{name}"] for name in ("test", "validation"))
    copies = " and ".join(
        f"{count} removed as copies of {name} texts"
        for count, name in ((of_test, "test"), (of_validation, "validation"))
        if count
    )
    return (
        f"no text is left to train on: of {before} declared training texts {copies}; a model may "
        "not be tested on what it was trained on: give training texts of their own, or let the "
        "splits be drawn (a file without a split column)"
    )


def draw_by_shares(
    corpus: Corpus,
    groups: np.ndarray,
    declared: DeclaredSplits,
    shares: dict[int, float],
    draw: np.random.Generator,
) -> tuple[np.ndarray, dict[str, int]]:
    """(n,) splits, each class filled up to its share; and the number of removed texts, by reason.

    Groups that do not fit stay in train, so that a split may lack a class.
    """
    split, removed = declared.split.copy(), declared.removed
    if TEST in declared.drawn:
        split = declared_lines(corpus)
        _cut_test(corpus, groups, split, shares[TEST], draw)
        removed = remove_copies(corpus, split)
    if VALIDATION in declared.drawn:
        _cut(corpus, groups, split, VALIDATION, shares[VALIDATION], draw)
    return split, removed


def draw_whole_groups(
    corpus: Corpus,
    groups: np.ndarray,
    declared: DeclaredSplits,
    shares: dict[int, float],
    seed: int,
) -> np.ndarray:
    """(n,) splits with every class in each, as close to the shares as whole groups allow.

    Raises:
        WorkError: no assignment of the groups gives every split every class.
    """
    draw = np.random.default_rng((seed, _WHOLE_GROUPS_STREAM))
    split = declared.split.copy()
    rows = np.flatnonzero(split == TRAIN)
    is_locked = np.isin(groups[rows], groups[split == VALIDATION]) & (TEST in declared.drawn)
    # Each class by its share, but at least one text, and enough left for the splits that follow.
    for position, target in enumerate(declared.drawn):
        still_needed = len(declared.drawn) - position
        _cut(corpus, groups, split, target, shares[target], draw, still_needed)
    split[rows[is_locked]] = TRAIN
    if holds_every_class(corpus, split, declared):
        return split
    from tfcmp.data.group_assignment import assign_groups

    table = GroupTable(groups[rows], corpus.labels[rows], len(corpus.classes))
    targets = np.array([TRAIN, *declared.drawn])
    index_of_target = np.zeros(len(SPLITS), np.int64)
    index_of_target[targets] = np.arange(len(targets))
    start = np.zeros(len(table.counts), np.int64)
    start[table.group_of_row] = index_of_target[split[rows]]
    allowed = np.ones((len(table.counts), len(targets)), bool)
    allowed[table.group_of_row[is_locked], 1:] = False
    assigned = assign_groups(table.counts, _shares_of_all(declared, shares), allowed, start, draw)
    split[rows] = targets[assigned[table.group_of_row]]
    return split


def holds_every_class(corpus: Corpus, split: np.ndarray, declared: DeclaredSplits) -> bool:
    """Whether train and every drawn split hold every class."""
    return all(
        len(np.unique(corpus.labels[split == number])) == len(corpus.classes)
        for number in (TRAIN, *declared.drawn)
    )


def _shares_of_all(declared: DeclaredSplits, shares: dict[int, float]) -> np.ndarray:
    """Shares of train and of each drawn split; that of validation is of what test leaves."""
    found, left = [], 1.0
    for target in declared.drawn:
        found.append(left * shares[target])
        left -= found[-1]
    return np.array([left, *found])


def _cut_test(
    corpus: Corpus,
    groups: np.ndarray,
    split: np.ndarray,
    share: float,
    draw: np.random.Generator,
) -> None:
    """Cuts a test split, without groups that a declared validation split shares."""
    split[split == UNDECLARED] = TRAIN
    _cut(corpus, groups, split, TEST, share, draw)
    split[(split == TEST) & np.isin(groups, groups[split == VALIDATION])] = TRAIN


def _cut(
    corpus: Corpus,
    groups: np.ndarray,
    split: np.ndarray,
    target: int,
    share: float,
    draw: np.random.Generator,
    still_needed: int = 0,
) -> None:
    """Moves whole groups, `share` of the training rows of every class, from train to `target`.

    With `still_needed` above 0 a class with ungrouped texts gives at least one of them, and keeps
    at least that many.
    """
    rows = np.flatnonzero(split == TRAIN)
    table = GroupTable(groups[rows], corpus.labels[rows], len(corpus.classes))
    chosen = np.zeros(len(table.counts), bool)
    order = table.stratified_order(draw)
    alone = table.sizes == 1
    # Groups first, up to their share; then single texts fill up each class.
    for kind, wanted in (
        (~alone, share * table.counts[~alone].sum(axis=0)),
        (alone, share * table.counts.sum(axis=0)),
    ):
        wanted = np.round(wanted)
        if still_needed and kind is alone:
            most = table.counts.sum(axis=0) - still_needed
            wanted = np.minimum(np.maximum(wanted, 1), np.maximum(most, 1))
        left = wanted - table.counts[chosen].sum(axis=0)
        chosen[_fill(table.counts, order[kind[order]], left)] = True
    split[rows[chosen[table.group_of_row]]] = target


def _fill(counts: np.ndarray, order: np.ndarray, left: np.ndarray) -> np.ndarray:
    """The groups of `order` that fit into what is left for every class, taken one by one."""
    if (counts[order].sum(axis=1) == 1).all():
        labels = counts[order].argmax(axis=1)
        taken = [order[labels == c][: max(int(count), 0)] for c, count in enumerate(left)]
        return np.concatenate(taken) if taken else order[:0]
    left, taken = left.copy(), []
    for group in order:
        if (counts[group] <= left).all():
            taken.append(group)
            left -= counts[group]
    return np.array(taken, np.int64)
