"""Tables of texts and labels in every format, and how they are read."""

import csv
import json

import pyarrow
import pytest
from pyarrow import parquet

from tfcmp.data.sources.table_file import TableFileSource
from tfcmp.errors import WorkError


def write_delimited(path, rows, delimiter=","):
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream, delimiter=delimiter).writerows([("text", "label"), *rows])


def write_json(path, rows):
    lines = [json.dumps({"text": text, "label": label}) for text, label in rows]
    path.write_text("\n".join(lines) + "\n")


def write_parquet(path, rows):
    table = {"text": [text for text, _ in rows], "label": [label for _, label in rows]}
    parquet.write_table(pyarrow.table(table), path)


def write(path, rows):
    """Writes (text, label) pairs in the format of the extension."""
    match path.suffix:
        case ".csv":
            write_delimited(path, rows)
        case ".tsv":
            write_delimited(path, rows, "\t")
        case ".jsonl":
            write_json(path, rows)
        case ".parquet":
            write_parquet(path, rows)


def read(path, **options):
    return list(TableFileSource(path, **options).records())


def refusal(path, kind=WorkError, **options):
    with pytest.raises(kind) as caught:
        read(path, **options)
    return str(caught.value)
