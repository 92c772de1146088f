"""The texts to be answered: from stdin or a file, streamed, one answer for each."""

import sys
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO

from tfcmp.data.sources.columns import Columns
from tfcmp.data.sources.input_file import INPUTS, LINES, check_file, format_of, open_binary
from tfcmp.data.sources.reading import (
    Decoding,
    Reading,
    decoded_lines,
    has_returns_alone,
    lines_by_returns,
)
from tfcmp.data.sources.rows import iterate_rows
from tfcmp.errors import CallError

TEXT_COLUMN = "text"
FLAG = "--text-column"
DEFAULT_READING = Reading(options="--")


def stream_texts(
    path: Path | None, reading: Reading = DEFAULT_READING, column: str = TEXT_COLUMN
) -> Iterator[str]:
    r"""Yields the texts to be answered, in order; empty ones too.

    Args:
        path: a .txt (a text per line), or a table (null being an empty text); None reads stdin, a
            text per line, as it comes. "\n" ends a line, and a "\r" before it is dropped; in a
            .txt without any "\n" it is "\r".
        reading: encoding and delimiter.
        column: of a table, with the texts.

    Raises:
        CallError: no such file, a folder, a pipe, another extension, or no stdin.
        WorkError: bytes do not decode, or the file is damaged; names the line or row.
    """
    if path is None:
        return _texts(decoded_lines(_standard_input(), "stdin", reading.decoding()))
    check_file(path, INPUTS)
    if format_of(path) == LINES:
        return _texts_of_file(path, reading.decoding())
    return _texts_of_table(path, reading, column)


def _standard_input() -> BinaryIO:
    # None where the caller closed it (`<&-`).
    if sys.stdin is None:
        raise CallError("There is no stdin to read from; name the texts or add --input FILE.")
    return sys.stdin.buffer


def _texts(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield line.removesuffix("\n").removesuffix("\r")


def _texts_of_file(path: Path, decoding: Decoding) -> Iterator[str]:
    with open_binary(path) as stream:
        lines = decoded_lines(stream, path.name, decoding)
        first = list(islice(lines, 1))
        every = chain(first, lines)
        yield from _texts(
            lines_by_returns(first) if first and has_returns_alone(first[0]) else every
        )


def _texts_of_table(path: Path, reading: Reading, column: str) -> Iterator[str]:
    for row in iterate_rows(path, Columns({column: FLAG}), reading):
        yield row.text(column, path.name)
