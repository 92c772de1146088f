"""Train, validation and test rows: whole groups, stratified, no text in two of them."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tfcmp.config.fields import DataSettings
from tfcmp.data.corpus import Corpus, index_source
from tfcmp.data.declared_splits import TEST, TRAIN, VALIDATION, read_declared_splits
from tfcmp.data.drawing import draw_by_shares, draw_whole_groups, holds_every_class
from tfcmp.data.groups import GroupTable, connected_groups
from tfcmp.data.movies import group_by_movie
from tfcmp.data.rare_classes import require_enough_of_every_class, settle_rare_classes
from tfcmp.data.sources.record import Source
from tfcmp.data.split_notes import check_declared, describe_split
from tfcmp.errors import CallError

# The stream of random numbers of a training subset, where the first was of no use.
_SUBSET_STREAM = 2


@dataclass(frozen=True, eq=False)
class Splits:
    """Rows of a corpus, (n,) int64 each, ascending.

    `groups` are those of the source, whatever the lines were drawn by; `removed` counts what was
    left out, by reason; `notes` says what a user would not expect.
    """

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray
    groups: np.ndarray
    removed: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

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
    whole groups, test likewise where the source has none. Every split that is drawn holds every
    class; a declared validation or test may lack one.

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
    # However the lines were drawn, reviews of one movie are not independent: intervals need the
    # groups of the source.
    source_groups = groups if grouping == "source" else connected_groups(corpus, "source")
    validation, test = (np.flatnonzero(split == name) for name in (VALIDATION, TEST))
    unlabelled = int((corpus.labels < 0).sum())
    if unlabelled:
        removed = {**removed, "rare_classes": unlabelled}
    notes = describe_split(corpus, declared, split, shares)
    return Splits(train, validation, test, source_groups, removed, tuple(notes))


def split_source(source: Source, data: DataSettings, cache: Path) -> tuple[Corpus, Splits]:
    """The texts of a source as a run has them, and the splits that its settings make.

    Reviews of IMDB in any file have their movie as group, and rare classes are settled.

    Raises:
        CallError, WorkError: see `split_corpus` and `settle_rare_classes`.
    """
    corpus = group_by_movie(index_source(source, cache), source.name)
    corpus = settle_rare_classes(corpus, data).corpus
    return corpus, split_by_settings(corpus, data)


def split_by_settings(corpus: Corpus, data: DataSettings) -> Splits:
    """The splits that the settings of a run make.

    `rare_classes` is none of them: see `settle_rare_classes`, which comes before.

    Raises:
        CallError, WorkError: see `split_corpus`.
    """
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
    # A prefix of one fixed order: whatever the size, the smaller subset lies in the larger.
    order = table.stratified_order(draw)
    first_of_class = (table.counts[order] > 0).argmax(axis=0)
    complete = int(first_of_class.max()) + 1
    if table.sizes[order[:complete]].sum() > train_size:
        # Shorter than the first prefix that holds every class: the groups of that prefix, with
        # those in front that bring a class.
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
