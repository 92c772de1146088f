"""Contrast pairs (Gardner et al. 2020): a text, and the same changed so that its label changes.

They are read from the user's file and answered by a model, and it is checked whether their movies
were in the run's training.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from tfcmp.data.sources.columns import Columns, Row, label_name
from tfcmp.data.sources.imdb import BUILDER_NAME, group_table, review_hash
from tfcmp.data.sources.reading import Reading
from tfcmp.data.sources.rows import iterate_rows
from tfcmp.diagnostics.behaviour.failure_rates import Probabilities
from tfcmp.errors import CallError, WorkError
from tfcmp.evaluation.intervals import share_interval
from tfcmp.inference.inputs import DEFAULT_READING
from tfcmp.reporting.load.runs import read_answers, read_configuration
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.layout import PREDICTIONS

IMDB = ("imdb", f"tfds:{BUILDER_NAME}", "tfds:imdb_reviews", "tfds:imdb_reviews/plain_text")
_SIDES = {"neg": "neg", "negative": "neg", "pos": "pos", "positive": "pos"}


@dataclass(frozen=True)
class PairColumns:
    """Names of the columns: texts and labels of both sides."""

    original: str = "original"
    contrast: str = "contrast"
    original_label: str = "original_label"
    contrast_label: str = "contrast_label"


class Pair(NamedTuple):
    """Two texts and the numbers of their classes."""

    original: str
    contrast: str
    original_class: int
    contrast_class: int


def read_pairs(
    path: Path,
    columns: PairColumns,
    classes: Sequence[str],
    reading: Reading = DEFAULT_READING,
) -> list[Pair]:
    """The pairs of a table; `reading` is how it is read.

    A label is the name of a class; where letters differ in case only, or where one side says
    positive and the other pos, they are taken for the same.

    Raises:
        CallError: no such file, one column for two things, or a label that is no class.
        WorkError: what the file holds is wrong; names the line or row.
    """
    names = astuple(columns)
    if len(set(names)) < len(names):
        raise CallError(f"--original-column and its kin: expected four columns, got {names}")
    flags = zip(
        names,
        ("--original-column", "--contrast-column", "--original-label-column",
         "--contrast-label-column"),
        strict=True,
    )  # fmt: skip
    rows = iterate_rows(path, Columns(dict(flags)), reading)
    pairs = [_pair(row, columns, classes, path.name) for row in rows]
    if not pairs:
        raise WorkError(f"{path} holds no rows: expected at least one pair")
    return pairs


def _pair(row: Row, columns: PairColumns, classes: Sequence[str], file: str) -> Pair:
    texts = []
    for column in (columns.original, columns.contrast):
        text = row.text(column, file)
        if not text.strip():
            raise WorkError(f"{file}, {row.place}: {column!r} is empty; fill it or remove the row")
        texts.append(text)
    numbers = [
        _class_number(row, column, classes, file)
        for column in (columns.original_label, columns.contrast_label)
    ]
    return Pair(texts[0], texts[1], numbers[0], numbers[1])


def _class_number(row: Row, column: str, classes: Sequence[str], file: str) -> int:
    label = label_name(row.cells[column])
    if label is not None:
        for same in (str, _plain):
            names = [same(name) for name in classes]
            if same(label) in names:
                return names.index(same(label))
    raise CallError(
        f"{file}, {row.place}: expected one of the run's classes ({', '.join(classes)}) in "
        f"{column!r}, got {label!r}; rename the labels in the file"
    )


def _plain(name: str) -> str:
    return _SIDES.get(name.lower(), name.lower())


def measure_pairs(pairs: Sequence[Pair], probabilities: Probabilities) -> dict[str, Any]:
    """Accuracy on different originals, on contrasts, and consistency, as plain values.

    A contrast set is an original with all its contrasts; consistency is the share of sets that
    are answered right throughout (Gardner et al. 2020). Intervals at 95 % are cluster-robust over
    movies where they are known, else over sets.

    Args:
        pairs: at least one.
        probabilities: texts to probabilities (texts, classes).
    """
    texts = list(dict.fromkeys(text for pair in pairs for text in (pair.original, pair.contrast)))
    answered = probabilities(texts).argmax(axis=1)
    answer = dict(zip(texts, answered.tolist(), strict=True))
    originals = list(dict.fromkeys(pair.original for pair in pairs))
    movies = dict(zip(originals, _numbered(movies_of(originals)), strict=True))
    original_right = {pair.original: answer[pair.original] == pair.original_class for pair in pairs}
    contrast_right = [answer[pair.contrast] == pair.contrast_class for pair in pairs]
    consistent = dict(original_right)
    for pair, is_right in zip(pairs, contrast_right, strict=True):
        consistent[pair.original] &= is_right
    of_sets = [movies[text] for text in originals]
    return {
        "pairs": len(pairs),
        "sets": len(originals),
        "original_accuracy": _share([original_right[text] for text in originals], of_sets),
        "contrast_accuracy": _share(contrast_right, [movies[pair.original] for pair in pairs]),
        "consistency": _share([consistent[text] for text in originals], of_sets),
    }


def _share(right: Sequence[bool], clusters: Sequence[int]) -> dict[str, float]:
    return share_interval(np.array(right, np.float64), np.array(clusters))._asdict()


def _numbered(names: Sequence[Any]) -> list[int]:
    numbers: dict[Any, int] = {}
    return [numbers.setdefault(name, len(numbers)) for name in names]


class Contamination(NamedTuple):
    """What a run's training knew of the originals.

    Attributes:
        is_checked: False where the run was not trained on IMDB, whose movies alone are known.
        originals: number of different originals.
        known: originals that are reviews of IMDB, by the hash of their text.
        movie_in_training: originals about a movie that training had a review of.
        in_training: originals that training had themselves.
        is_upper_bound: training was a part of what is counted here (--data.train_size).
    """

    is_checked: bool
    originals: int
    known: int = 0
    movie_in_training: int = 0
    in_training: int = 0
    is_upper_bound: bool = False


def check_training(run: RunDirectory, originals: Sequence[str]) -> Contamination:
    """Compares originals with the reviews that a run was trained on.

    The run names the reviews of validation and test by their hashes; all others of IMDB were, or
    could have been, its training.

    Args:
        run: a complete run.
        originals: texts.
    """
    texts = list(dict.fromkeys(originals))
    data = read_configuration(run.path).get("data", {})
    if data.get("source") not in IMDB:
        return Contamination(False, len(texts))
    table = group_table()
    held_out = _held_out(run)
    trained = {number for number in table if number not in held_out}
    trained_groups = {table[number] for number in trained}
    hashes = [hash_of_review(text) for text in texts]
    known = [number for number in hashes if number in table]
    return Contamination(
        is_checked=True,
        originals=len(texts),
        known=len(known),
        movie_in_training=sum(table[number] in trained_groups for number in known),
        in_training=sum(number in trained for number in known),
        is_upper_bound=data.get("train_size") is not None,
    )


def warning_of(found: Contamination) -> str | None:
    """What a reader of the accuracy has to know; None where nothing speaks against it."""
    if not found.is_checked:
        return "not checked whether the originals were in training: the run is not one of IMDB"
    unknown = found.originals - found.known
    told = []
    if found.movie_in_training:
        bound = "up to " * found.is_upper_bound
        told.append(
            f"the movies of {bound}{found.movie_in_training} of {found.originals} originals were "
            f"in training, and {bound}{found.in_training} of the originals themselves: the "
            "accuracy on originals is too high, and so may be that on contrasts"
        )
    if unknown:
        told.append(
            f"{unknown} of {found.originals} originals are no review of IMDB by their hash, so "
            "that nothing is known of their movies"
        )
    return "; ".join(told) or None


def movies_of(originals: Sequence[str]) -> list[Any]:
    """What each original shares with others: its IMDB movie where it is known, else its text."""
    table = group_table()
    return [table.get(hash_of_review(text), text) for text in originals]


def hash_of_review(text: str) -> int:
    """Key of the table of movies."""
    return review_hash(text.strip().encode("utf-8", "surrogatepass"))


def _held_out(run: RunDirectory) -> set[int]:
    """Hashes of the validation and test reviews; a copy's id has "-k" behind the hash."""
    answers = read_answers(run.file(PREDICTIONS))
    return {int(str(id).split("-")[0], 16) for part in answers.values() for id in part.ids}
