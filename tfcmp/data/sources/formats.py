"""The formats of files that hold texts: the one place that knows their extensions."""

from collections.abc import Sequence
from pathlib import PurePath

# Formats of tables, by extension without the dot.
TABLES = ("csv", "tsv", "jsonl", "parquet", "json", "xlsx")
# A text per line; for texts that need no label.
LINES = "txt"
INPUTS = (LINES, *TABLES)
# Formats of characters, whose bytes have an encoding.
TEXTUAL = ("txt", "csv", "tsv", "jsonl", "json")
# Read through a compression without being unpacked to disk; the others need random access.
PACKABLE = TEXTUAL
PACKINGS = ("gz", "bz2", "xz", "zip")
# Other names of a format.
_ALIASES = {"ndjson": "jsonl"}
# Of a table of cells separated by a character: what it is unless the file shows otherwise.
DELIMITERS = {"csv": ",", "tsv": "\t"}


def split_name(name: str) -> tuple[str, str | None]:
    """Format and packing that the name of a file tells: ("csv", "gz") of "a.CSV.gz".

    The format is "" where the name has no extension, or where only a .zip itself tells it.
    """
    *_, before, last = ["", "", *PurePath(name.lower()).name.split(".")]
    before, last = (_ALIASES.get(part, part) for part in (before, last))
    if last == "zip":
        return before if before in PACKABLE else "", "zip"
    if last in PACKINGS:
        return before, last
    return ("" if PurePath(name).suffix == "" else last), None


def is_known(name: str, formats: Sequence[str]) -> bool:
    """Whether the name of a file ends as one of `formats` does, packed or not."""
    found, packing = split_name(name)
    if packing == "zip" and not found:
        return any(one in PACKABLE for one in formats)
    return found in formats and (packing is None or found in PACKABLE)


def extensions(formats: Sequence[str]) -> str:
    """All that may be read, for messages: extensions, packings, folders."""
    told = ", ".join(f".{one}" for one in formats)
    packable = [one for one in formats if one in PACKABLE]
    if packable:
        told += f", one of {'/'.join(packable)} with .gz, .bz2 or .xz behind it or alone in a .zip"
    return told + (", a folder of .parquet files" if "parquet" in formats else "")
