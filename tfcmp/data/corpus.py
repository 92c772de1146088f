"""The index of a source: for every text its hash, label, group and declared split, not the text."""

import hashlib
import json
import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from tfcmp.data.cache import read_arrays, write_arrays
from tfcmp.data.sources.record import Record, Source
from tfcmp.errors import WorkError
from tfcmp.progress import progress_bar

# Part of the key of every cached index: raise it when the meaning of a column changes.
INDEX_VERSION = 2
SPLITS = ("train", "validation", "test")
UNDECLARED = -1
UNKNOWN_DISTANCE = -1
# Narrower than what `str.isdigit` accepts: "²" and numbers of thousands of digits fail in `int`.
WHOLE_NUMBER = "-?[0-9]{1,18}"


@dataclass(frozen=True, eq=False)
class Corpus:
    """One row per text, in the order of its source; about 30 bytes per row, whatever its length.

    Attributes:
        hashes: (n,) uint64, the first 16 hexadecimal digits of the SHA-256 of the text in UTF-8.
        copies: (n,) uint32, how many earlier rows of the same declared split hold the same text.
        labels: (n,) int32, positions in `classes`.
        groups: (n,) int64, equal for texts that have to be in the same split.
        declared: (n,) int8, position in `SPLITS`, or -1 where the source declares none.
        phenomena: (n,) int16, positions in `phenomenon_names`, or -1.
        cue_distances: (n,) int32, words between the cue and the end of the text, or -1.
        classes: names of the classes, sorted.
        phenomenon_names: names of the phenomena, sorted; empty for all but the diagnostic corpus.
    """

    hashes: np.ndarray
    copies: np.ndarray
    labels: np.ndarray
    groups: np.ndarray
    declared: np.ndarray
    phenomena: np.ndarray
    cue_distances: np.ndarray
    classes: tuple[str, ...]
    phenomenon_names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.hashes)

    def example_ids(self, rows: np.ndarray) -> list[str]:
        """Ids of `rows`: the text's hash, and "-k" behind it for the k-th further copy."""
        pairs = zip(self.hashes[rows].tolist(), self.copies[rows].tolist(), strict=True)
        return [f"{value:016x}" + (f"-{copy}" if copy else "") for value, copy in pairs]

    def identity(self) -> str:
        """SHA-256 over the texts in their order; part of the key of the token cache."""
        return hashlib.sha256(self.hashes.tobytes()).hexdigest()

    def fingerprint(self, rows: np.ndarray) -> str:
        """Fingerprint of `rows`: their texts, labels and the names of the classes."""
        return labels_fingerprint(
            self.hashes[rows], self.copies[rows], self.labels[rows], self.classes
        )


def labels_fingerprint(
    hashes: np.ndarray, copies: np.ndarray, labels: np.ndarray, classes: Sequence[str]
) -> str:
    """SHA-256 over the sorted (id, label) pairs of texts and the names of the classes.

    Hashes and copies make up an id, see `parse_ids`; labels are positions in `classes`.
    """
    pairs = np.empty(len(hashes), dtype=[("hash", ">u8"), ("copy", ">u4"), ("label", ">u4")])
    pairs["hash"], pairs["copy"], pairs["label"] = hashes, copies, labels
    digest = hashlib.sha256(json.dumps(list(classes)).encode())
    digest.update(np.sort(pairs).tobytes())
    return digest.hexdigest()


def groups_fingerprint(hashes: np.ndarray, copies: np.ndarray, groups: np.ndarray) -> str:
    """SHA-256 over which texts are in one group, however the groups are numbered.

    Every text is paired with the first text of its group, both in the order of their ids.
    """
    order = np.lexsort((copies, hashes))
    _, first, group = np.unique(groups[order], return_index=True, return_inverse=True)
    pairs = np.empty(len(order), dtype=[("hash", ">u8"), ("copy", ">u4"), ("first", ">u8")])
    pairs["hash"], pairs["copy"], pairs["first"] = hashes[order], copies[order], first[group]
    return hashlib.sha256(pairs.tobytes()).hexdigest()


def parse_ids(ids: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Hashes (n,) uint64 and copies (n,) uint32 of the ids that `Corpus.example_ids` makes."""
    parts = [one.partition("-") for one in ids]
    hashes = np.array([int(of_text, 16) for of_text, _, _ in parts], np.uint64)
    return hashes, np.array([int(copy or 0) for _, _, copy in parts], np.uint32)


def text_id(text: str) -> str:
    """Id of a text: the 16 hexadecimal digits of its hash."""
    return f"{text_hash(text):016x}"


def text_hash(text: str) -> int:
    """First 64 bits of the SHA-256 of `text` in UTF-8; its 16 hexadecimal digits are the id."""
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:8], "big")


def index_source(source: Source, cache: Path) -> Corpus:
    """The index of `source`, read once and kept in `cache` under the key of the source.

    Raises:
        WorkError: there is no text, only one class, or the source changed while it was read.
    """
    key = source.key(cache)
    name = f"index-{hashlib.sha256(f'{INDEX_VERSION} {key}'.encode()).hexdigest()[:24]}"
    columns = read_arrays(cache, name)
    if columns is not None:
        return _corpus_of(columns)
    corpus = _read(source)
    if source.key(cache) != key:
        raise source_changed(source)
    write_arrays(cache, name, {f.name: np.asarray(getattr(corpus, f.name)) for f in fields(corpus)})
    return corpus


def source_changed(source: Source) -> WorkError:
    """The error where two readings of a source differ."""
    return WorkError(f"{source.name} changed while it was read; leave it alone and start again")


class IndexColumns:
    """The growing columns of an index: eight bytes per number, no object per row."""

    def __init__(self) -> None:
        self.hashes, self.labels, self.groups = array("Q"), array("l"), array("q")
        self.declared, self.phenomena, self.cue_distances = array("b"), array("h"), array("l")
        self.class_numbers: dict[str, int] = {}
        self.group_numbers: dict[str, int] = {}
        self.phenomenon_numbers: dict[str, int] = {}

    def append(self, record: Record) -> None:
        """Adds the row of one text."""
        self.hashes.append(text_hash(record.text))
        self.labels.append(_number(self.class_numbers, record.label))
        # Texts without a group get one of their own, numbered downwards from -1.
        alone = -len(self.hashes)
        self.groups.append(
            alone if record.group is None else _number(self.group_numbers, record.group)
        )
        self.declared.append(UNDECLARED if record.split is None else SPLITS.index(record.split))
        known = record.phenomenon is not None
        self.phenomena.append(
            _number(self.phenomenon_numbers, str(record.phenomenon)) if known else -1
        )
        distance = record.cue_distance
        self.cue_distances.append(UNKNOWN_DISTANCE if distance is None else distance)


def read_columns(source: Source) -> IndexColumns:
    """The columns of all records of a source, labels and groups numbered in order of appearance.

    Raises:
        WorkError: there is no record.
    """
    columns = IndexColumns()
    with progress_bar(f"reading {source.name}", source.size()) as advance:
        for record in source.records():
            columns.append(record)
            advance(1)
    if not columns.hashes:
        raise WorkError(f"{source.name} holds no text; expected at least one with a label")
    return columns


def _read(source: Source) -> Corpus:
    columns = read_columns(source)
    if len(columns.class_numbers) < 2:
        raise WorkError(
            f"{source.name} holds one class only ({next(iter(columns.class_numbers))!r}); a "
            "classifier needs two or more: check the label column (--data.label_column)"
        )
    classes, class_order = _sorted_names(columns.class_numbers)
    phenomenon_names, phenomenon_order = _sorted_names(columns.phenomenon_numbers)
    hashes = np.frombuffer(columns.hashes, np.uint64)
    declared = np.frombuffer(columns.declared, np.int8)
    phenomena = np.frombuffer(columns.phenomena, np.int16)
    return Corpus(
        hashes=hashes,
        copies=count_copies(hashes, declared),
        labels=class_order[np.asarray(columns.labels)].astype(np.int32),
        groups=np.frombuffer(columns.groups, np.int64),
        declared=declared,
        phenomena=np.append(phenomenon_order, -1)[phenomena].astype(np.int16),
        cue_distances=np.asarray(columns.cue_distances, np.int32),
        classes=classes,
        phenomenon_names=phenomenon_names,
    )


def _number(numbers: dict[str, int], name: str) -> int:
    return numbers.setdefault(name, len(numbers))


def _sorted_names(numbers: dict[str, int]) -> tuple[tuple[str, ...], np.ndarray]:
    """Names in order, numbers by value ("2" before "10"), and the new position of each old one."""
    if all(re.fullmatch(WHOLE_NUMBER, name) for name in numbers):
        names = sorted(numbers, key=lambda name: (int(name), name))
    else:
        names = sorted(numbers)
    positions = np.empty(len(names), np.int64)
    positions[[numbers[name] for name in names]] = np.arange(len(names))
    return tuple(names), positions


def count_copies(hashes: np.ndarray, declared: np.ndarray) -> np.ndarray:
    """(n,) uint32: for each row, the earlier rows of its declared split that have the same hash."""
    order = np.lexsort((np.arange(len(hashes)), hashes, declared))
    same = np.empty(len(hashes), bool)
    same[:1] = False
    first, second = order[:-1], order[1:]
    same[1:] = (hashes[first] == hashes[second]) & (declared[first] == declared[second])
    position = np.arange(len(hashes))
    start_of_run = np.maximum.accumulate(np.where(same, 0, position))
    copies = np.empty(len(hashes), np.uint32)
    copies[order] = position - start_of_run
    return copies


def _corpus_of(columns: dict[str, np.ndarray]) -> Corpus:
    values: dict[str, Any] = dict(columns)
    for name in ("classes", "phenomenon_names"):
        values[name] = tuple(values[name].tolist())
    return Corpus(**values)
