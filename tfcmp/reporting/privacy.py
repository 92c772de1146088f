"""What must not be published: places and names of the machine, and what may be a text of the data."""

import getpass
import re
import socket
from collections.abc import Iterator
from pathlib import Path

# A home, a drive, a file by its address, or an absolute path of two parts or more.
PLACE = re.compile(
    r"(?<![\w./-])(?:~/|/(?:[\w.+-]+/)+[\w.+-]|[A-Za-z]:\\)|\bfile:/", flags=re.IGNORECASE
)
# Pictures inside of SVG; their letters and slashes are no paths.
EMBEDDED = re.compile(r"(?<=;base64,)[A-Za-z0-9+/=\s]+")
# Findings and notes are shorter; a text of the data may not be.
LONGEST_CELL = 600
MOST_SHOWN = 40


def private_parts(folder: Path) -> list[str]:
    """File and line of everything in text files below the folder that must not be published."""
    names = {getpass.getuser(), Path.home().name, socket.gethostname()} - {"root", "localhost"}
    parts = [rf"\b{re.escape(name)}\b" for name in sorted(names) if len(name) > 2]
    of_machine = re.compile("|".join(parts)) if parts else None
    found = []
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = EMBEDDED.sub(_lines_alone, file.read_text(encoding="utf-8"))
        for number, line in enumerate(content.splitlines(), start=1):
            where = f"{file.relative_to(folder)}, line {number}"
            is_row = file.suffix == ".csv" or line.startswith("|")
            found += [f"{where}: {one}" for one in _of_line(line, of_machine, is_row=is_row)]
    return found


def _of_line(line: str, of_machine: re.Pattern[str] | None, *, is_row: bool) -> Iterator[str]:
    if hit := PLACE.search(line):
        yield f"a path of the machine ({line[hit.start() :][:MOST_SHOWN]})"
    if of_machine is not None and (hit := of_machine.search(line)):
        yield f"a name of the machine or its user ({hit[0]})"
    # Paragraphs of the report are notes; only rows of tables can hold a text.
    longest = max(map(len, re.split(r'["|]', line)))
    if is_row and longest > LONGEST_CELL:
        yield f"{longest} characters in a cell, which may be a text"


def _lines_alone(embedded: re.Match[str]) -> str:
    return "\n" * embedded[0].count("\n")
