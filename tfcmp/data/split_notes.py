"""What is said of splits that are not as a user may expect."""

from collections.abc import Iterator

import numpy as np

from tfcmp.data.corpus import SPLITS, Corpus
from tfcmp.data.declared_splits import TEST, TRAIN, VALIDATION, DeclaredSplits
from tfcmp.data.listing import listed
from tfcmp.errors import WorkError

# A size is worth a note when it is off by more than this share of itself, and by more than a text.
_LARGEST_DEVIATION = 0.25
# A class share is worth one when it is off by more than this, and by more than a text.
_LARGEST_DIFFERENCE = 0.1
# Removed copies are worth one when they were more than this share of the training texts.
_MOST_COPIES = 0.05


def check_declared(corpus: Corpus, declared: DeclaredSplits) -> None:
    """Returns where every declared split can be evaluated.

    Raises:
        WorkError: one holds a single class.
    """
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
    """Sentences about classes that a declared split lacks and shares that were not met.

    Args:
        corpus: the index of the source.
        declared: what the source decided.
        split: (n,) split of each row, before a subset of train is taken.
        shares: split -> share asked for: of all texts drawn from for test, of the training texts
            for validation.
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
