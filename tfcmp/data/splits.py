"""Train, validation and test rows: whole groups, stratified, no text in two of them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tfcmp.config.fields import DataSettings
from tfcmp.data.corpus import SPLITS, Corpus, index_source
from tfcmp.data.drawing import (
    TEST,
    TRAIN,
    VALIDATION,
    DeclaredSplits,
    draw_by_shares,
    draw_whole_groups,
    holds_every_class,
    read_declared_splits,
)
from tfcmp.data.groups import GroupTable, connected_groups, group_by_movie
from tfcmp.data.listing import listed
from tfcmp.data.rare_classes import require_enough_of_every_class, settle_rare_classes
from tfcmp.data.sources.record import Source
from tfcmp.errors import CallError, WorkError

# Seeds the draw of a training subset where that of the splits was of no use.
_SUBSET_STREAM = 2
# Notes are written for sizes that are off by more than this share of themselves and one text,
_LARGEST_DEVIATION = 0.25
# class shares that are off by more than this and one text,
_LARGEST_DIFFERENCE = 0.1
# and removed copies that were more than this share of the training texts.
_MOST_COPIES = 0.05


@dataclass(frozen=True, eq=False)
class Splits:
    """Rows of a corpus, (n,) int64 each, ascending.

    `groups` are those of the source, however the splits were drawn; `removed` counts the texts left
    out, by reason; `notes` tell what a user may not expect.
    """

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray
    groups: np.ndarray
    removed: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def rows(self, name: str) -> np.ndarray:
        """The rows of the split called `name`."""
        return {"train": self.train, "validation": self.validation, "test": self.test}[name]


def split_corpus(
    corpus: Corpus,
    *,
    grouping: str = "source",
    validation_share: float = 0.1,
    test_share: float = 0.2,
    seed: int = 0,
    train_size: int | None = None,
) -> Splits:
    """Draws the splits that the source does not declare.

    Declared splits are kept, except for texts that are in a later one too: texts of test leave
    train and validation, texts of validation leave train. Validation is cut from train by whole
    groups, and so is test where the source has none. Every drawn split has every class; a declared
    one may lack some.

    Args:
        corpus: the index of the source.
        grouping: "source" keeps the source's groups whole, "none" only copies of the same text
            (on IMDB this leaks movies into validation; it exists to show the leak).
        validation_share: share of the training texts.
        test_share: share of all texts, used only where the source declares no test split.
        seed: of the draw, separate from that of the run, so that runs share their splits.
        train_size: number of training texts to keep, as whole groups; subsets of the same seed are
            nested. None keeps all.

    Raises:
        CallError: `train_size` is more than there is, or too small for one group of each class.
        WorkError: no text is left to train on, a class is too rare for every split, or a declared
            split holds one class only.
    """
    groups = connected_groups(corpus, grouping)
    declared = read_declared_splits(corpus)
    check_declared(corpus, declared)
    draw = np.random.default_rng(seed)
    shares = {TEST: test_share, VALIDATION: validation_share}
    split, removed = draw_by_shares(corpus, groups, declared, shares, draw)
    if not holds_every_class(corpus, split, declared):
        require_enough_of_every_class(corpus, groups, declared)
        split, removed = draw_whole_groups(corpus, groups, declared, shares, seed), declared.removed
        draw = np.random.default_rng((seed, _SUBSET_STREAM))
    train = np.flatnonzero(split == TRAIN)
    if train_size is not None:
        train = _subset(corpus, groups, train, train_size, draw)
    # Intervals need the groups of the source: reviews of one movie are not independent.
    source_groups = groups if grouping == "source" else connected_groups(corpus, "source")
    validation, test = (np.flatnonzero(split == name) for name in (VALIDATION, TEST))
    unlabelled = int((corpus.labels < 0).sum())
    if unlabelled:
        removed = {**removed, "rare_classes": unlabelled}
    notes = describe_split(corpus, declared, split, shares)
    return Splits(train, validation, test, source_groups, removed, tuple(notes))


def split_source(source: Source, data: DataSettings, cache: Path) -> tuple[Corpus, Splits]:
    """The corpus of a source, with movies as groups and rare classes settled, and its splits.

    Raises:
        CallError, WorkError: see `split_corpus` and `settle_rare_classes`.
    """
    corpus = group_by_movie(index_source(source, cache), source.name)
    corpus = settle_rare_classes(corpus, data).corpus
    return corpus, split_by_settings(corpus, data)


def split_by_settings(corpus: Corpus, data: DataSettings) -> Splits:
    """The splits by the settings of a run, see `split_corpus`; rare classes are settled already."""
    return split_corpus(
        corpus,
        grouping=data.grouping,
        validation_share=data.validation_share,
        test_share=data.test_share,
        seed=data.split_seed,
        train_size=data.train_size,
    )


def _subset(
    corpus: Corpus,
    groups: np.ndarray,
    train: np.ndarray,
    train_size: int,
    draw: np.random.Generator,
) -> np.ndarray:
    if train_size > len(train):
        raise CallError(
            f"--data.train_size {train_size} is more than the {len(train)} training texts there are"
        )
    table = GroupTable(groups[train], corpus.labels[train], len(corpus.classes))
    # Prefixes of one order, so that a smaller subset is part of a larger one.
    order = table.stratified_order(draw)
    first_of_class = (table.counts[order] > 0).argmax(axis=0)
    complete = int(first_of_class.max()) + 1
    if table.sizes[order[:complete]].sum() > train_size:
        # Shorter than the first prefix with every class: that prefix, with the groups that add a
        # class moved to its front.
        bringing = np.unique(first_of_class)
        order = np.concatenate([order[bringing], np.delete(order[:complete], bringing)])
        least = int(table.sizes[order[: len(bringing)]].sum())
        if train_size < least:
            raise CallError(
                f"--data.train_size {train_size}: expected at least {least}, so that train holds "
                f"every one of the {len(corpus.classes)} classes"
            )
    kept = order[np.cumsum(table.sizes[order]) <= train_size]
    return train[np.isin(table.group_of_row, kept)]


def check_declared(corpus: Corpus, declared: DeclaredSplits) -> None:
    """Raises a WorkError where a declared split has only one class, so that nothing can be measured."""
    for number in (VALIDATION, TEST):
        labels = corpus.labels[declared.split == number]
        present = np.unique(labels)
        if number not in declared.drawn and len(present) < 2:
            name = SPLITS[number]
            raise WorkError(
                f"the declared {name} split holds only texts of class "
                f"{corpus.classes[int(present[0])]!r} ({len(labels)}) and none of class "
                f"{_absent(corpus, declared.split, number)}; expected two classes or more to "
                f"measure a model by: correct the split column, or let {name} be drawn by leaving "
                f"{name} out of it"
            )


def describe_split(
    corpus: Corpus, declared: DeclaredSplits, split: np.ndarray, shares: dict[int, float]
) -> list[str]:
    """Notes on classes that a declared split lacks and shares that were not met.

    Args:
        corpus: the index of the source.
        declared: the splits before anything was drawn.
        split: (n,) split of each row, before a subset of train is taken.
        shares: requested share by split, for test of all texts, for validation of those left.
    """
    notes = list(_notes_of_declared(corpus, declared, split))
    rest = [number for number in (TEST, VALIDATION) if number in declared.drawn]
    for target in rest:
        # Test is cut first: what is left is shared by train and validation.
        from_rows = np.isin(split, [TRAIN, *rest[rest.index(target) :]])
        notes += _notes_of_drawn(corpus, split, from_rows, target, shares[target])
    seldom = [
        f"{name!r} {' / '.join(map(str, counts))}"
        for name, counts in zip(corpus.classes, _counts(corpus, split).T.tolist(), strict=True)
        if any(counts[number] == 1 for number in declared.drawn)
    ]
    if seldom:
        notes.append(
            "few texts of a class, whose results say little (train / validation / test): "
            f"{listed(seldom)}"
        )
    return notes


def _notes_of_declared(
    corpus: Corpus, declared: DeclaredSplits, split: np.ndarray
) -> Iterator[str]:
    copies = sum(declared.removed[f"train_copies_of_{name}"] for name in ("test", "validation"))
    if copies > _MOST_COPIES * (copies + (declared.split == TRAIN).sum()):
        yield (
            f"{copies} training texts are copies of test or validation texts and were removed, "
            f"{(declared.split == TRAIN).sum()} are left"
        )
    copies = declared.removed["validation_copies_of_test"]
    if copies and VALIDATION in declared.drawn:
        yield (
            f"all {copies} declared validation texts are copies of test texts and were removed; "
            "validation is drawn from train instead"
        )
    for number in (VALIDATION, TEST):
        absent = _absent(corpus, split, number)
        if absent and number not in declared.drawn:
            yield (
                f"the declared {SPLITS[number]} split has no text of class {absent}: its metrics "
                "say nothing about that"
            )


def _notes_of_drawn(
    corpus: Corpus, split: np.ndarray, from_rows: np.ndarray, target: int, asked: float
) -> Iterator[str]:
    size, whole = int((split == target).sum()), int(from_rows.sum())
    of = "the training texts" if target == VALIDATION else "the texts"
    if abs(size - asked * whole) > max(_LARGEST_DEVIATION * asked * whole, 1):
        yield (
            f"whole groups and copies stay together: {SPLITS[target]} has {size / whole:.1%} of {of} "
            f"({size} of {whole}), {asked:.1%} was asked for"
        )
    classes = len(corpus.classes)
    expected = np.bincount(corpus.labels[from_rows], minlength=classes) / whole
    found = np.bincount(corpus.labels[split == target], minlength=classes) / size
    worst = int(np.abs(found - expected).argmax())
    if abs(found[worst] - expected[worst]) > max(_LARGEST_DIFFERENCE, 1 / size):
        yield (
            f"whole groups and copies stay together: {found[worst]:.1%} of {SPLITS[target]} are of "
            f"class {corpus.classes[worst]!r}, of {of} {expected[worst]:.1%}"
        )


def _counts(corpus: Corpus, split: np.ndarray) -> np.ndarray:
    """(3, classes) texts of each class in each split."""
    return np.stack(
        [
            np.bincount(corpus.labels[split == number], minlength=len(corpus.classes))
            for number in range(len(SPLITS))
        ]
    )


def _absent(corpus: Corpus, split: np.ndarray, number: int) -> str:
    present = set(corpus.labels[split == number].tolist())
    return listed([repr(n) for c, n in enumerate(corpus.classes) if c not in present])
