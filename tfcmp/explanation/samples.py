"""Texts to be explained, with what is known about them: groups, and the words that decide the label."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow.parquet

from tfcmp.config.fields import DataSettings
from tfcmp.data.corpus import text_id
from tfcmp.data.diagnostic.corpus import DiagnosticSource
from tfcmp.data.run_texts import pick_texts, settings_at
from tfcmp.data.sources.columns import Columns, Row, label_name
from tfcmp.data.sources.delimited import Dialect
from tfcmp.data.sources.input_file import INPUTS, LINES, check_file, format_of
from tfcmp.data.sources.opening import open_source
from tfcmp.data.sources.reading import Reading
from tfcmp.data.sources.rows import iterate_rows
from tfcmp.data.sources.table_file import TableFileSource
from tfcmp.errors import CallError, WorkError
from tfcmp.inference.inputs import DEFAULT_READING, FLAG, TEXT_COLUMN, stream_texts
from tfcmp.models.markup import Span
from tfcmp.runs.directory import RunDirectory, check_files
from tfcmp.runs.layout import PREDICTIONS

SEED_OF_SAMPLE = 0
RATIONALE, GROUP = "rationale", "group"


class MarkedText(NamedTuple):
    """A row: its text, its group, and the places of its deciding words; None where not given."""

    text: str
    group: str | None
    rationale: tuple[Span, ...] | None


def read_rationales(
    path: Path,
    text_column: str,
    reading: Reading = DEFAULT_READING,
    flag: str | None = None,
    dialect: Dialect | None = None,
) -> Iterator[MarkedText]:
    """The rows of a table.

    A rationale is a list of phrases, each of which stands for all its occurrences, or of pairs of
    places (start, end) in characters. In .csv and .tsv it is such a list in JSON, or one phrase.

    Args:
        path: a table.
        text_column: name of the column of texts.
        reading: how it is read.
        flag: what a user names another column with.
        dialect: of a .csv or .tsv, where it is known already.

    Raises:
        CallError: no such file, or one of another kind.
        WorkError: what it holds is wrong; names the line or row.
    """
    columns = Columns({text_column: flag}, [RATIONALE, GROUP])
    for row in iterate_rows(path, columns, reading, dialect):
        text = row.text(text_column, path.name)
        yield MarkedText(text, label_name(row.cells.get(GROUP)), _rationale(row, text, path.name))


def _rationale(row: Row, text: str, file: str) -> tuple[Span, ...] | None:
    value = row.cells.get(RATIONALE)
    if value is None or value == "":
        return None
    parts = _parsed(value) if isinstance(value, str) else value
    if not isinstance(parts, list) or not parts:
        raise _wrong(row, file, value)
    spans: list[Span] = []
    for part in parts:
        found = _occurrences(part, text) if isinstance(part, str) else _place(part, text)
        if not found:
            raise _wrong(row, file, part)
        spans += found
    return tuple(sorted(set(spans)))


def _parsed(value: str) -> Any:
    try:
        parsed = json.loads(value)
    except ValueError:
        return [value]
    return parsed if isinstance(parsed, list) else [value]


def _occurrences(phrase: str, text: str) -> list[Span]:
    spans, start = [], text.find(phrase) if phrase else -1
    while start >= 0:
        spans.append(Span(start, start + len(phrase)))
        start = text.find(phrase, start + len(phrase))
    return spans


def _place(part: Any, text: str) -> list[Span]:
    is_pair = isinstance(part, list) and len(part) == 2 and all(type(n) is int for n in part)
    return [Span(*part)] if is_pair and 0 <= part[0] < part[1] <= len(text) else []


def _wrong(row: Row, file: str, value: Any) -> WorkError:
    return WorkError(
        f"{file}, {row.place}: expected in {RATIONALE!r} phrases of the text or pairs of places in "
        f"it, got {value!r}; correct it or leave it empty."
    )


class Example(NamedTuple):
    """A text to be explained.

    Attributes:
        id: first 16 hexadecimal digits of the SHA-256 of the text.
        text: the text.
        group: number of what it shares with others (its movie); texts that stand for themselves
            have numbers of their own.
        rationale: places of the words that decide its label, where they are known.
    """

    id: str
    text: str
    group: int
    rationale: tuple[Span, ...] | None = None


def sample_test(
    run: RunDirectory, size: int, seed: int = SEED_OF_SAMPLE, data: DataSettings | None = None
) -> list[Example]:
    """A random sample of the test split, in the order of the source, each text once.

    Args:
        run: a complete run.
        size: number of texts; all of them where there are fewer.
        seed: of the draw; the same for all runs, so that they are measured on the same texts.
        data: how its texts are read, if they have moved; see `tfcmp.data.run_texts.settings_at`.

    Raises:
        CallError: the source of the run's texts is not at hand.
        WorkError: it has changed since.
    """
    check_files(run, [PREDICTIONS])
    groups = _test_groups(run)
    # Sorted: the order of the file follows lengths in tokens, which differ by model.
    ids = np.array(sorted(groups))
    chosen = np.random.default_rng(seed).permutation(ids)[:size]
    picked = pick_texts(_texts(data or settings_at(run)), chosen.tolist(), run)
    return [Example(id, found.text, groups[id], found.rationale) for id, found in picked]


def read_examples(
    path: Path, reading: Reading = DEFAULT_READING, column: str = TEXT_COLUMN
) -> list[Example]:
    """The texts of a file of the user's, with the columns `group` and `rationale` where it has them.

    Args:
        path: a table; or a .txt, one text per line, of which no more is known.
        reading, column: see `tfcmp.inference.inputs.stream_texts`.

    Raises:
        CallError: no such file, or one of another kind.
        WorkError: what it holds is wrong; names the line or row.
    """
    examples: list[Example] = []
    groups: dict[str, int] = {}
    for row in _marked_texts(path, reading, column):
        alone = -1 - len(examples)
        group = alone if row.group is None else groups.setdefault(row.group, len(groups))
        examples.append(Example(text_id(row.text), row.text, group, row.rationale))
    if not examples:
        raise WorkError(f"{path} holds no text; expected at least one")
    return examples


def _marked_texts(path: Path, reading: Reading, column: str) -> Iterator[MarkedText]:
    check_file(path, INPUTS)
    if format_of(path) == LINES:
        return (MarkedText(text, None, None) for text in stream_texts(path, reading))
    return read_rationales(path, column, reading, FLAG)


def _test_groups(run: RunDirectory) -> Mapping[str, int]:
    """Group of every different text of the test split, by id."""
    columns = ["id", "split", "group"]
    table: dict[str, list[Any]] = pyarrow.parquet.read_table(
        run.file(PREDICTIONS), columns=columns
    ).to_pydict()
    rows = zip(table["id"], table["split"], table["group"], strict=True)
    return {id: group for id, split, group in rows if split == "test" and "-" not in id}


class _Text(NamedTuple):
    """A text of a source, and its rationale where the source has it."""

    text: str
    rationale: tuple[Span, ...] | None


def _texts(settings: DataSettings) -> Iterator[_Text]:
    """The texts of a source, with their rationales where it has them; at least the test split."""
    source = open_source(settings)
    source.prepare()
    if isinstance(source, DiagnosticSource):
        for review in source.test_reviews():
            yield _Text(review.text, tuple(Span(*place) for place in review.rationale))
    elif isinstance(source, TableFileSource):
        for file in source.files():
            how = (source.text_column, source.reading(), None, source.dialect(file))
            for row in read_rationales(file, *how):
                yield _Text(row.text, row.rationale)
    else:
        for record in source.records():
            yield _Text(record.text, None)


def require_sample(run: RunDirectory, size: int, data: DataSettings | None = None) -> None:
    """Returns where a sample can be drawn; asked before TensorFlow is imported.

    Raises:
        CallError: the size is none, or the source is not at hand.
    """
    if size < 1:
        raise CallError(f"--sample {size}: expected a number of texts, at least 1")
    source = open_source(data or settings_at(run))
    if isinstance(source, TableFileSource):
        source.prepare()
