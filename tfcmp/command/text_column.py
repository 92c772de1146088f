"""The file of the texts to be answered or explained, and how it is read: by default as the run's."""

import codecs
from argparse import Namespace
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tfcmp.command.parser import CommandParser
from tfcmp.config.values import local_path
from tfcmp.errors import CallError
from tfcmp.runs.directory import RunDirectory

if TYPE_CHECKING:
    from tfcmp.data.sources.reading import Reading

# How a file is read; also without `--input`, where another option names the file.
READING = ("encoding", "encoding_errors", "delimiter", "quoting")


def add_input(parser: CommandParser) -> None:
    """Adds --input, --text-column and how the file is read."""
    parser.add_argument(
        "--input",
        type=local_path,
        help=".txt: a text per line; or a table: .csv, .tsv, .jsonl, .parquet, .json, .xlsx; "
        "see docs/data.md",
    )
    parser.add_argument(
        "--text-column",
        type=str | None,
        metavar="NAME",
        help="of a table of --input; the column that the run was fitted on unless given",
    )
    add_reading(parser)


def add_reading(parser: CommandParser) -> None:
    """Adds how a file is read: --encoding, --delimiter and others."""
    parser.add_argument(
        "--encoding",
        type=str | None,
        help="of a text file; that of the run's own file unless given, of stdin utf-8",
    )
    parser.add_argument(
        "--encoding-errors",
        choices=["strict", "replace"],
        help="bytes that do not decode end with their line (strict, unless given) or become U+FFFD",
    )
    parser.add_argument(
        "--delimiter",
        type=str | None,
        help="of a .csv or .tsv: a character, or tab, comma, semicolon, pipe, space",
    )
    parser.add_argument(
        "--quoting",
        choices=["minimal", "none"],
        help="of a .csv or .tsv: double quotes enclose cells, or are part of the texts",
    )


def text_column(options: Namespace, run: RunDirectory) -> str:
    """The column that was asked for, else the run's own."""
    if options.text_column is not None:
        return str(options.text_column)
    # Imported here: --help needs none of it.
    from tfcmp.data.run_texts import data_settings

    return data_settings(run).text_column


def input_reading(options: Namespace, run: RunDirectory, file: str | None) -> "Reading":
    """How a file is read: as the options say, else as the run's own file was.

    Delimiter and quoting of the run hold for a file of the same format, and its delimiter where
    the header has the columns with it.

    Args:
        options: as parsed, with those of `add_input`.
        run: whose file was read while it was fitted.
        file: the one to be read; None is stdin, whose encoding is UTF-8 unless one is named.

    Raises:
        CallError: an option is wrong or has no use; the file is not there, or it seems to be
            UTF-8 and the run's was not.
    """
    # Imported here: --help needs none of it.
    from tfcmp.data.run_texts import data_settings
    from tfcmp.data.sources.input_file import (
        DELIMITERS,
        INPUTS,
        TEXTUAL,
        check_file,
        format_of,
        split_name,
    )
    from tfcmp.data.sources.reading import Reading
    from tfcmp.data.sources.rows import require_use

    given = Reading(
        encoding=options.encoding or "utf-8",
        encoding_errors=options.encoding_errors or "strict",
        delimiter=options.delimiter,
        quoting=options.quoting,
        options="--",
    )
    if file is None:
        if options.delimiter is not None or options.quoting is not None:
            raise CallError("--delimiter and --quoting go with a file; expected --input too")
        return given
    path = Path(file)
    check_file(path, INPUTS)
    require_use([path], given)
    data, kind = data_settings(run), format_of(path)
    if options.encoding is None and kind in TEXTUAL:
        require_encoding(path, data.encoding, "--encoding")
        given = replace(given, encoding=data.encoding)
    if kind in DELIMITERS and split_name(data.source)[0] == kind:
        usual = given.delimiter or data.delimiter
        given = replace(given, usual_delimiter=usual, quoting=given.quoting or data.quoting)
    return given


def require_encoding(path: Path, encoding: str, option: str) -> None:
    """Refuses a file that is UTF-8 where a run's own was something else.

    Args:
        path: a file of characters.
        encoding: of the run's own file.
        option: that names the encoding of this one.

    Raises:
        CallError: it is, by all appearance.
    """
    from tfcmp.data.sources.input_file import open_binary
    from tfcmp.data.sources.reading import is_rather_utf8

    if codecs.lookup(encoding).name == "utf-8":
        return
    with open_binary(path) as stream:
        if is_rather_utf8(stream, encoding):
            raise CallError(
                f"{path.name} reads as UTF-8, and the run was fitted on {encoding}: say which it "
                f"is with {option} utf-8 or {option} {encoding}"
            )
