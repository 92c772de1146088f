"""The file of the texts to be answered or explained, and the column of a table that holds them."""

from jsonargparse import ArgumentParser, Namespace

from tfcmp.command.paths import local_path
from tfcmp.runs.directory import RunDirectory


def add_input(parser: ArgumentParser) -> None:
    """Adds --input and --text-column."""
    parser.add_argument(
        "--input",
        type=local_path,
        help=".txt: a text a line; or a table: .csv, .tsv, .jsonl, .parquet",
    )
    parser.add_argument(
        "--text-column",
        type=str | None,
        metavar="NAME",
        help="of a table of --input (default: the column that the run was fitted on)",
    )


def text_column(options: Namespace, run: RunDirectory) -> str:
    """The column that was asked for, else the run's own."""
    if options.text_column is not None:
        return options.text_column
    # Imported here: --help needs none of it.
    from tfcmp.data.picking import data_settings

    return data_settings(run).text_column
