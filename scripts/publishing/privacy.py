"""What must not be published: places and names of the machine, and what may be a text of the data."""

import csv
import getpass
import io
import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet

from publishing.copies import COLUMNS
from tfcmp.data.corpus import text_id

# A home, a drive, a file by its address, or an absolute path of two parts or more.
PLACE = re.compile(
    r"(?<![\w./-])(?:~/|/(?:[\w.+-]+/)+[\w.+-]|[A-Za-z]:\\)|\bfile:/", flags=re.IGNORECASE
)
# Pictures inside of SVG; their letters and slashes are no paths.
EMBEDDED = re.compile(r"(?<=;base64,)[A-Za-z0-9+/=\s]+")
ID = re.compile(r"[0-9a-f]{16}(-[0-9]+)?")
# Findings and notes are shorter; a text of the data may not be.
LONGEST_CELL = 600
MOST_SHOWN = 40


def private_parts(folder: Path) -> list[str]:
    """File and line of everything in files below the folder that must not be published.

    Text is looked through for places and names of the machine, cells and strings also for what is
    too long for anything but a text, and for the very texts that were predicted, by their ids.
    """
    of_machine, ids = _names_of_machine(), known_ids(folder)
    found = []
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = file.relative_to(folder)
        if file.suffix == ".parquet":
            found += [f"{name}: {what}" for what in _in_table(file)]
            continue
        content = EMBEDDED.sub(_lines_alone, file.read_text(encoding="utf-8"))
        for number, line in enumerate(content.splitlines(), start=1):
            is_row = file.suffix == ".csv" or line.startswith("|")
            found += [
                f"{name}, line {number}: {what}" for what in _in_line(line, of_machine, is_row)
            ]
        found += [f"{name}: {what}" for what in _in_cells(content, file.suffix, ids)]
    return found


def known_ids(folder: Path) -> frozenset[str]:
    """Ids of all texts that the predictions below the folder are of."""
    ids: set[str] = set()
    for file in folder.rglob("*.parquet"):
        ids.update(pyarrow.parquet.read_table(file, columns=["id"])["id"].to_pylist())
    return frozenset(ids)


def _names_of_machine() -> re.Pattern[str] | None:
    names = {getpass.getuser(), Path.home().name, socket.gethostname()} - {"root", "localhost"}
    parts = [rf"\b{re.escape(name)}\b" for name in sorted(names) if len(name) > 2]
    return re.compile("|".join(parts)) if parts else None


def _in_line(line: str, of_machine: re.Pattern[str] | None, is_row: bool) -> Iterator[str]:
    if hit := PLACE.search(line):
        yield f"a path of the machine ({line[hit.start() :][:MOST_SHOWN]})"
    if of_machine is not None and (hit := of_machine.search(line)):
        yield f"a name of the machine or its user ({hit[0]})"
    # Paragraphs of the report are notes; only rows of tables can hold a text.
    longest = max(map(len, re.split(r'["|]', line)))
    if is_row and longest > LONGEST_CELL:
        yield f"{longest} characters in a cell, which may be a text"


def _in_cells(content: str, suffix: str, ids: frozenset[str]) -> Iterator[str]:
    """Strings of JSON that are too long, and cells and strings that are a predicted text."""
    if suffix in (".json", ".jsonl"):
        documents = [content] if suffix == ".json" else content.splitlines()
        strings = [text for one in documents for text in _strings(json.loads(one))]
        for text in strings:
            if len(text) > LONGEST_CELL:
                yield f"{len(text)} characters in a string, which may be a text"
    elif suffix == ".csv":
        strings = [cell for row in csv.reader(io.StringIO(content)) for cell in row]
    else:
        return
    for text in set(strings):
        if text_id(text) in ids:
            yield f"a text of the data (id {text_id(text)})"


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, of in value.items():
            yield name
            yield from _strings(of)
    elif isinstance(value, list):
        for of in value:
            yield from _strings(of)


def _in_table(file: Path) -> Iterator[str]:
    """Columns of predictions that are not known to be free of texts, and ids that are none."""
    table = pyarrow.parquet.read_table(file)
    for name in table.column_names:
        if name not in COLUMNS:
            yield f"a column that is not published ({name})"
    if table.schema.metadata:
        yield "notes in addition to its columns"
    if "id" in table.column_names and not all(map(ID.fullmatch, table["id"].to_pylist())):
        yield "ids that are none"


def _lines_alone(embedded: re.Match[str]) -> str:
    return "\n" * embedded[0].count("\n")
