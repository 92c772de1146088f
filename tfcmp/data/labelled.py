"""Newly labelled texts for a finished model: read as its classes, and selected for evaluation."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tfcmp.config.fields import DataSettings
from tfcmp.data.corpus import (
    SPLITS,
    UNKNOWN_DISTANCE,
    Corpus,
    count_copies,
    read_columns,
    source_changed,
    text_hash,
)
from tfcmp.data.groups import group_by_movie
from tfcmp.data.listing import listed
from tfcmp.data.run_texts import seen_texts
from tfcmp.data.sources.record import Source
from tfcmp.data.splits import split_source
from tfcmp.errors import CallError, TfcmpError
from tfcmp.runs.directory import RunDirectory

UNKNOWN_CLASS = -1


@dataclass(frozen=True, eq=False)
class LabelledTexts:
    """The rows of a source, without their texts.

    Attributes:
        corpus: labels are positions in the given classes, or -1.
        unknown: number of texts by label that is none of the classes.
    """

    corpus: Corpus
    unknown: dict[str, int]


def read_labelled(
    source: Source, classes: Sequence[str], renamed: Mapping[str, str] | None = None
) -> LabelledTexts:
    """Reads a source once; one class, or a single text, is enough.

    Args:
        source: of labelled texts; reviews of IMDB get their movie as group, as in training.
        classes: names, in the order of the outputs of a model.
        renamed: label -> the class that it was merged into in training.

    Raises:
        WorkError: there is no text.
    """
    columns = read_columns(source)
    names = list(columns.class_numbers)
    known = {name: position for position, name in enumerate(classes)}
    positions = np.array(
        [known.get((renamed or {}).get(name, name), UNKNOWN_CLASS) for name in names], np.int32
    )
    numbers = np.asarray(columns.labels)
    counts = Counter(dict(zip(names, np.bincount(numbers).tolist(), strict=True)))
    hashes, count = np.frombuffer(columns.hashes, np.uint64), len(columns.hashes)
    corpus = Corpus(
        hashes=hashes,
        # Numbered over all splits, whose predictions are in one file.
        copies=count_copies(hashes, np.zeros(count, np.int8)),
        labels=positions[numbers],
        groups=np.frombuffer(columns.groups, np.int64),
        declared=np.frombuffer(columns.declared, np.int8),
        phenomena=np.full(count, -1, np.int16),
        cue_distances=np.full(count, UNKNOWN_DISTANCE, np.int32),
        classes=tuple(classes),
        phenomenon_names=(),
    )
    is_unknown = dict(zip(names, positions == UNKNOWN_CLASS, strict=True))
    unknown = {name: number for name, number in counts.most_common() if is_unknown[name]}
    return LabelledTexts(group_by_movie(corpus, source.name), unknown)


def texts_at(source: Source, corpus: Corpus, rows: npt.NDArray[np.integer]) -> Iterator[str]:
    """Yields the texts in `rows`, ascending, by reading the source again.

    Raises:
        WorkError: the source has changed since.
    """
    wanted = iter(rows.tolist())
    row = next(wanted, None)
    for number, record in enumerate(source.records()):
        if row is None:
            return
        if number == row:
            if text_hash(record.text) != int(corpus.hashes[row]):
                break
            yield record.text
            row = next(wanted, None)
    if row is not None:
        raise source_changed(source)


class Selection(NamedTuple):
    """Which texts to evaluate on.

    Attributes:
        split: "all", "train", "validation" or "test".
        skips_unknown: leaves out texts of classes that the model does not know.
        skips_seen: leaves out texts that the run was trained on or selected its epoch by.
    """

    split: str = "all"
    skips_unknown: bool = False
    skips_seen: bool = False


class Selected(NamedTuple):
    """Rows (n,) of a corpus, ascending; notes for the user; numbers of texts by reason."""

    rows: npt.NDArray[np.int64]
    notes: list[str]
    counts: dict[str, int]


def select_texts(
    run: RunDirectory,
    data: DataSettings,
    source: Source,
    labelled: LabelledTexts,
    selection: Selection,
    cache: Path,
) -> Selected:
    """The texts that a run is evaluated on.

    Raises:
        CallError: there are texts of other classes, or no text is left.
    """
    corpus, notes = labelled.corpus, []
    kept = np.zeros(len(corpus), bool)
    kept[_rows_of(selection.split, data, source, labelled, cache)] = True
    is_unknown = kept & (corpus.labels < 0)
    if is_unknown.any():
        told = _unknown_classes(labelled.unknown, corpus.classes)
        if not selection.skips_unknown:
            raise CallError(
                f"{data.source}: {told}; correct them (--data.label_column), or leave these texts "
                "out with --skip-unknown-classes"
            )
        notes.append(f"{int(is_unknown.sum()):,} texts left out: {told}")
    kept &= ~is_unknown
    seen = seen_texts(run, cache)
    is_training = kept & np.isin(corpus.hashes, seen.training)
    is_validation = kept & np.isin(corpus.hashes, seen.validation) & ~is_training
    counts = {
        "texts_of_unknown_classes": int(is_unknown.sum()),
        "texts_trained_on": int(is_training.sum()),
        "texts_of_validation": int(is_validation.sum()),
    }
    result = (
        "left out" if selection.skips_seen else "the scores are too good by them (--leave-out-seen)"
    )
    notes += [
        f"{int(mask.sum()):,} of {int(kept.sum()):,} texts are such as the run {what}: {result}"
        for mask, what in ((is_training, "was trained on"), (is_validation, "chose its epoch by"))
        if mask.any()
    ]
    notes += [f"{sentence}: they may be among these" for sentence in seen.unknown]
    if selection.skips_seen:
        kept &= ~(is_training | is_validation)
    if not kept.any():
        raise CallError(f"{data.source}: no text is left to be evaluated; {'; '.join(notes)}")
    return Selected(np.flatnonzero(kept), notes, counts)


def _rows_of(
    split: str, data: DataSettings, source: Source, labelled: LabelledTexts, cache: Path
) -> npt.NDArray[np.int64]:
    """Rows of the split, drawn as by fit; as declared where no splits can be drawn."""
    if split == "all":
        return np.arange(len(labelled.corpus))
    try:
        return split_source(source, data, cache)[1].rows(split)
    except TfcmpError:
        # A file of test texts alone is fine, although there is nothing to train on.
        declared = np.flatnonzero(labelled.corpus.declared == SPLITS.index(split))
        if not len(declared):
            raise
        return declared


def _unknown_classes(unknown: dict[str, int], classes: tuple[str, ...]) -> str:
    named = [f"{name!r} ({count:,})" for name, count in unknown.items()]
    return (
        f"labels that the run does not know: {listed(named)}; its classes are "
        f"{listed([repr(name) for name in classes])}"
    )
