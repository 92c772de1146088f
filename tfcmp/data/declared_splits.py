"""The lines that a source draws itself, without the texts that stand on both sides of one."""

from dataclasses import dataclass

import numpy as np

from tfcmp.data.corpus import SPLITS, UNDECLARED, Corpus
from tfcmp.errors import WorkError

TRAIN, VALIDATION, TEST = range(3)
# A row of no split: removed as a copy, or of a class that is left out.
EXCLUDED = -2
UNLABELLED = -1


@dataclass(frozen=True, eq=False)
class DeclaredSplits:
    """What is decided before anything is drawn.

    Attributes:
        split: (n,) int8, TRAIN, VALIDATION, TEST or EXCLUDED; rows to draw from are in TRAIN.
        removed: texts left out, by reason.
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
    """Takes texts that a later split holds too out of the earlier one; how many, by reason."""
    removed = {}
    for earlier, later in ((TRAIN, TEST), (VALIDATION, TEST), (TRAIN, VALIDATION)):
        rows, others = np.flatnonzero(split == earlier), np.flatnonzero(split == later)
        twins = rows[np.isin(corpus.hashes[rows], corpus.hashes[others])]
        split[twins] = EXCLUDED
        removed[f"{SPLITS[earlier]}_copies_of_{SPLITS[later]}"] = len(twins)
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
