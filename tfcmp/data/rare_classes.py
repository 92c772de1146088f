"""Classes too rare to be in every split: refused, merged into one class, or left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

import numpy as np

from tfcmp.config.fields import DataSettings
from tfcmp.data.corpus import Corpus
from tfcmp.data.drawing import (
    EXCLUDED,
    TRAIN,
    UNLABELLED,
    DeclaredSplits,
    read_declared_splits,
)
from tfcmp.data.groups import connected_groups, groups_by_class
from tfcmp.data.listing import listed
from tfcmp.errors import WorkError

OPTION = "--data.rare_classes"
MERGED_NAME = "other"


class RareClass(NamedTuple):
    """A class with too few texts for the splits that need one.

    Attributes:
        name: of the class.
        texts: number of its texts.
        groups: number of groups of its texts (copies are one) that splits are drawn from.
        reason: the counts, for a message.
    """

    name: str
    texts: int
    groups: int
    reason: str


@dataclass(frozen=True, eq=False)
class SettledClasses:
    """A corpus whose rare classes are merged or left out.

    Attributes:
        corpus: with the labels and classes to train on; texts left out have the label -1.
        action: what was done.
        classes: name of each rare class -> number of its texts.
        into: name of the class that they were merged into.
    """

    corpus: Corpus
    action: Literal["error", "merge", "drop"] = "error"
    classes: dict[str, int] | None = None
    into: str | None = None

    def describe(self) -> dict[str, object]:
        """The entry of split.json; empty where nothing was done."""
        if not self.classes:
            return {}
        return {"action": self.action, "into": self.into, "classes": self.classes}

    def notes(self) -> list[str]:
        """What the user is told."""
        if not self.classes:
            return []
        pairs = [f"{name!r} ({_texts(count)})" for name, count in self.classes.items()]
        done = f"merged into the class {self.into!r}" if self.into else "left out with their texts"
        count = "1 rare class is" if len(pairs) == 1 else f"{len(pairs)} rare classes are"
        return [f"{count} {done} ({OPTION} {self.action}): {listed(pairs)}"]


def merged_classes(split: Mapping[str, Any]) -> dict[str, str]:
    """Each class that was merged -> the class that it became, from the content of split.json."""
    settled = split.get("rare_classes") or {}
    into = settled.get("into")
    return dict.fromkeys(settled.get("classes", ()), into) if into else {}


def settle_rare_classes(corpus: Corpus, data: DataSettings) -> SettledClasses:
    """Merges or leaves out rare classes, as `data.rare_classes` says.

    With "error" the corpus is unchanged, and `require_enough_of_every_class` refuses it.

    Raises:
        WorkError: fewer than two classes would be left.
    """
    if data.rare_classes == "error":
        return SettledClasses(corpus)
    rare = find_rare_classes(
        corpus, connected_groups(corpus, data.grouping), read_declared_splits(corpus)
    )
    if not rare:
        return SettledClasses(corpus)
    names = {one.name for one in rare}
    into = _merged_name(corpus.classes) if data.rare_classes == "merge" else None
    settled = _without(corpus, names, into)
    if len(settled.classes) < 2:
        raise WorkError(
            f"{OPTION} {data.rare_classes} leaves {len(settled.classes)} of {len(corpus.classes)} "
            f"classes, as the others are too rare ({listed([one.reason for one in rare])}); a "
            "classifier needs two or more: give more texts or another label column"
        )
    counts = {one.name: one.texts for one in rare}
    return SettledClasses(settled, data.rare_classes, counts, into)


def find_rare_classes(
    corpus: Corpus, groups: np.ndarray, declared: DeclaredSplits
) -> list[RareClass]:
    """The classes with fewer groups (n,) to draw from than there are splits that need one each."""
    classes = len(corpus.classes)
    rows = np.flatnonzero(declared.split == TRAIN)
    counts = groups_by_class(groups[rows], corpus.labels[rows], classes)
    needed = 1 + len(declared.drawn)
    return [
        RareClass(
            corpus.classes[number],
            int((corpus.labels == number).sum()),
            int(counts[number]),
            _reason(corpus, declared, number, int(counts[number]), needed),
        )
        for number in np.flatnonzero(counts < needed).tolist()
    ]


def require_enough_of_every_class(
    corpus: Corpus, groups: np.ndarray, declared: DeclaredSplits
) -> None:
    """Raises a WorkError that names the rare classes, their counts and what can be done."""
    rare = find_rare_classes(corpus, groups, declared)
    if not rare:
        return
    needed = 1 + len(declared.drawn)
    count, classes = len(rare), len(corpus.classes)
    ways = ["give more texts" if needed > 1 else "give training texts"]
    is_by_groups = any(one.texts >= needed > one.groups > 0 for one in rare)
    if is_by_groups:
        # Splitting the groups is no way out: it would leak into the test.
        ways[0] += " of further groups"
    ways += _applicable_actions(corpus, groups, declared, rare)
    if 2 * count > classes:
        column = "group" if is_by_groups else "label"
        ways.append(f"check that --data.{column}_column is the right column")
    expected = f"expected at least {_number(needed, 'text')} of each"
    if is_by_groups:
        expected += f", in {_number(needed, 'group')}, as groups and copies of a text stay together"
    verb = "is" if count == 1 else "are"
    raise WorkError(
        f"{count} of {classes} classes {verb} too rare to be in {declared.required_splits()}: "
        f"{listed([one.reason for one in rare])}; {expected}: {', or '.join(ways)}"
    )


def _reason(corpus: Corpus, declared: DeclaredSplits, number: int, groups: int, needed: int) -> str:
    rows = np.flatnonzero(corpus.labels == number)
    told = _texts(len(rows))
    trained = rows[declared.split[rows] == TRAIN]
    is_removed = (declared.split[rows] == EXCLUDED).any()
    if not len(trained):
        told += ", its training texts removed as copies" if is_removed else ", none for training"
    elif len(trained) >= needed:
        different = len(np.unique(corpus.hashes[trained]))
        told += ", all copies of " if different == groups else ", all in "
        told += f"{_number(groups, 'text' if different == groups else 'group')}"
    elif len(trained) < len(rows):
        told += f", {len(trained)} for training"
    return f"{corpus.classes[number]!r} ({told})"


def _applicable_actions(
    corpus: Corpus, groups: np.ndarray, declared: DeclaredSplits, rare: Sequence[RareClass]
) -> list[str]:
    """The values of the option that would make a split possible."""
    names = {one.name for one in rare}
    kept = len(corpus.classes) - len(rare)
    found = []
    if kept >= 1 and len(rare) > 1:
        merged = _without(corpus, names, _merged_name(corpus.classes))
        if not find_rare_classes(merged, groups, declared):
            found.append(f"{OPTION} merge (they become one class)")
    if kept >= 2:
        found.append(f"{OPTION} drop (they are left out)")
    return found


def _without(corpus: Corpus, names: set[str], into: str | None) -> Corpus:
    """The corpus with the classes `names` as one class `into` at the end, or unlabelled."""
    kept = [name for name in corpus.classes if name not in names]
    other = UNLABELLED if into is None else len(kept)
    new = np.array([kept.index(n) if n in kept else other for n in corpus.classes], np.int32)
    classes = tuple(kept) if into is None else (*kept, into)
    return replace(corpus, labels=new[corpus.labels], classes=classes)


def _merged_name(classes: Sequence[str]) -> str:
    names = (MERGED_NAME, *(f"{MERGED_NAME}_{number}" for number in range(2, len(classes) + 3)))
    return next(name for name in names if name not in classes)


def _texts(count: int) -> str:
    return _number(count, "text")


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
