"""The texts to be answered: from stdin or a file, streamed, one answer for each."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from tfcmp.data.sources.columns import Columns
from tfcmp.data.sources.input_file import check_file, open_binary
from tfcmp.data.sources.lines import Decoding, decoded_lines
from tfcmp.data.sources.rows import TABLE_EXTENSIONS, iterate_rows
from tfcmp.errors import CallError

TEXT_COLUMN = "text"
FLAG = "--text-column"


def stream_texts(
    path: Path | None, encoding_errors: str = "strict", column: str = TEXT_COLUMN
) -> Iterator[str]:
    r"""Yields the texts to be answered, in order; empty ones too.

    Args:
        path: a .txt (a text a line), or a .csv, .tsv, .jsonl or .parquet (null being an
            empty text); None reads stdin, a text a line, as it comes. Only "\n" ends
            a line, and a "\r" before it is dropped.
        encoding_errors: "strict" refuses bytes that are not UTF-8, "replace" puts U+FFFD in
            their place.
        column: of a table, with the texts.

    Raises:
        CallError: no such file, a folder, another extension, or no stdin.
        WorkError: bytes do not decode, or the file is damaged; names the line or row.
    """
    decoding = Decoding(
        "utf-8", encoding_errors, "To answer it all the same, add --encoding-errors replace."
    )
    if path is None:
        return _texts_of_lines(_standard_input(), "stdin", decoding)
    check_file(path, (".txt", *TABLE_EXTENSIONS))
    if path.suffix.lower() == ".txt":
        return _texts_of_file(path, decoding)
    return _texts_of_table(path, decoding, column)


def _standard_input() -> BinaryIO:
    # None where the caller closed it (`<&-`).
    if sys.stdin is None:
        raise CallError("There is no stdin to read from; name the texts or add --input FILE.")
    return sys.stdin.buffer


def _texts_of_lines(stream: BinaryIO, name: str, decoding: Decoding) -> Iterator[str]:
    for line in decoded_lines(stream, name, decoding):
        yield line.removesuffix("\n").removesuffix("\r")


def _texts_of_file(path: Path, decoding: Decoding) -> Iterator[str]:
    with open_binary(path) as stream:
        yield from _texts_of_lines(stream, path.name, decoding)


def _texts_of_table(path: Path, decoding: Decoding, column: str) -> Iterator[str]:
    for row in iterate_rows(path, Columns({column: FLAG}), decoding):
        yield row.text(column, path.name)
