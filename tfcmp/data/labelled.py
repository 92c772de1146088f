"""Newly labelled texts, read as the classes of a model that exists already."""

from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tfcmp.data.corpus import SPLITS, UNDECLARED, UNKNOWN_DISTANCE, Corpus, text_hash
from tfcmp.data.sources.record import Record, Source
from tfcmp.errors import WorkError
from tfcmp.progress import progress_bar

UNKNOWN_CLASS = -1


@dataclass(frozen=True, eq=False)
class LabelledTexts:
    """The rows of a source, without their texts.

    Attributes:
        corpus: labels are positions in the given classes, or -1.
        unknown: number of texts by label, of labels that are none of the classes.
    """

    corpus: Corpus
    unknown: dict[str, int]


def read_labelled(
    source: Source, classes: Sequence[str], merged: Mapping[str, str] | None = None
) -> LabelledTexts:
    """Reads a source once; one class, or a single text, is enough.

    Args:
        source: of labelled texts.
        classes: names, in the order of the outputs of a model.
        merged: label -> the class that stands for it; see `rare_classes.merged_classes`.

    Raises:
        WorkError: it holds no text.
    """
    places = {name: place for place, name in enumerate(classes)}
    places = {label: places[name] for label, name in (merged or {}).items()} | places
    hashes, labels, groups, declared = array("Q"), array("l"), array("q"), array("b")
    unknown: Counter[str] = Counter()
    numbers: dict[str, int] = {}
    with progress_bar(f"reading {source.name}", source.size()) as advance:
        for record in source.records():
            hashes.append(text_hash(record.text))
            labels.append(places.get(record.label, UNKNOWN_CLASS))
            groups.append(_group(record, numbers, len(hashes)))
            declared.append(UNDECLARED if record.split is None else SPLITS.index(record.split))
            if record.label not in places:
                unknown[record.label] += 1
            advance(1)
    if not hashes:
        raise WorkError(f"{source.name} holds no text; expected at least one with a label")
    count = len(hashes)
    corpus = Corpus(
        hashes=np.frombuffer(hashes, np.uint64),
        copies=_copies(np.frombuffer(hashes, np.uint64)),
        labels=np.asarray(labels, np.int32),
        groups=np.frombuffer(groups, np.int64),
        declared=np.frombuffer(declared, np.int8),
        phenomena=np.full(count, -1, np.int16),
        cue_distances=np.full(count, UNKNOWN_DISTANCE, np.int32),
        classes=tuple(classes),
        phenomenon_names=(),
    )
    return LabelledTexts(corpus, dict(unknown.most_common()))


def texts_at(source: Source, corpus: Corpus, rows: npt.NDArray[np.integer]) -> Iterator[str]:
    """Yields the texts in `rows`, ascending, from reading the source once more.

    Raises:
        WorkError: the source has changed since.
    """
    wanted = iter(rows.tolist())
    row = next(wanted, None)
    for place, record in enumerate(source.records()):
        if row is None:
            return
        if place == row:
            if text_hash(record.text) != int(corpus.hashes[row]):
                break
            yield record.text
            row = next(wanted, None)
    if row is not None:
        raise WorkError(f"{source.name} changed while it was read; leave it alone and start again")


def _group(record: Record, numbers: dict[str, int], count: int) -> int:
    # Texts without a group get one of their own, numbered downwards from -1.
    return -count if record.group is None else numbers.setdefault(record.group, len(numbers))


def _copies(hashes: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint32]:
    """For each row, the number of earlier rows of the same text."""
    order = np.argsort(hashes, kind="stable")
    place = np.arange(len(hashes))
    is_first = np.ones(len(hashes), bool)
    is_first[1:] = hashes[order][1:] != hashes[order][:-1]
    copies = np.empty(len(hashes), np.uint32)
    copies[order] = place - np.maximum.accumulate(np.where(is_first, place, 0))
    return copies
