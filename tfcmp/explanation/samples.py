"""Texts of the test split, with what is known about them."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow.parquet

from tfcmp.config.fields import DataSettings
from tfcmp.data.corpus import text_id
from tfcmp.data.diagnostic.corpus import DiagnosticSource
from tfcmp.data.run_texts import pick_texts, settings_at
from tfcmp.data.sources.input_file import INPUTS, LINES, check_file, format_of
from tfcmp.data.sources.opening import open_source
from tfcmp.data.sources.reading import Reading
from tfcmp.data.sources.table_file import TableFileSource
from tfcmp.errors import CallError, WorkError
from tfcmp.explanation.rationales import MarkedText, read_rationales
from tfcmp.explanation.words import Span
from tfcmp.inference.inputs import DEFAULT_READING, FLAG, TEXT_COLUMN, stream_texts
from tfcmp.runs.directory import RunDirectory, check_files
from tfcmp.runs.layout import PREDICTIONS

SEED_OF_SAMPLE = 0


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
        path: a table; or a .txt, a text a line, of which no more is known.
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
