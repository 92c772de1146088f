"""Newly labelled texts, read as the classes of a model that exists already."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tfcmp.data.corpus import (
    UNKNOWN_DISTANCE,
    Corpus,
    count_copies,
    read_columns,
    source_changed,
    text_hash,
)
from tfcmp.data.movies import group_by_movie
from tfcmp.data.sources.record import Source

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
    source: Source, classes: Sequence[str], renamed: Mapping[str, str] | None = None
) -> LabelledTexts:
    """Reads a source once; one class, or a single text, is enough.

    Reviews of IMDB have their movie as group, as in training.

    Args:
        source: of labelled texts.
        classes: names, in the order of the outputs of a model.
        renamed: label -> the class that it was made part of in training.

    Raises:
        WorkError: it holds no text.
    """
    columns = read_columns(source)
    names = list(columns.class_numbers)
    known = {name: place for place, name in enumerate(classes)}
    places = np.array(
        [known.get((renamed or {}).get(name, name), UNKNOWN_CLASS) for name in names], np.int32
    )
    numbers = np.asarray(columns.labels)
    counts = Counter(dict(zip(names, np.bincount(numbers).tolist(), strict=True)))
    hashes, count = np.frombuffer(columns.hashes, np.uint64), len(columns.hashes)
    corpus = Corpus(
        hashes=hashes,
        # In one series over all splits: they are answered together.
        copies=count_copies(hashes, np.zeros(count, np.int8)),
        labels=places[numbers],
        groups=np.frombuffer(columns.groups, np.int64),
        declared=np.frombuffer(columns.declared, np.int8),
        phenomena=np.full(count, -1, np.int16),
        cue_distances=np.full(count, UNKNOWN_DISTANCE, np.int32),
        classes=tuple(classes),
        phenomenon_names=(),
    )
    is_unknown = dict(zip(names, places == UNKNOWN_CLASS, strict=True))
    unknown = {name: number for name, number in counts.most_common() if is_unknown[name]}
    return LabelledTexts(group_by_movie(corpus, source.name), unknown)


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
        raise source_changed(source)
