"""Rows of a .jsonl file (a JSON object per line) or a .json file (an array of them), streamed.

The items of an array are decoded one by one with `JSONDecoder.raw_decode`, reading on where a value
is cut off. So an array has the same values and errors as a line of JSON.
"""

import json
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from tfcmp.data.sources.columns import Columns, Row
from tfcmp.data.sources.input_file import open_binary
from tfcmp.data.sources.reading import Decoding, decoded_chunks, lines_of
from tfcmp.errors import WorkError

# In characters; a longer item is an error.
_LONGEST_ITEM = 1 << 26
# The longest token that may be cut off at the end of what has been read: -Infinity, \uXXXX.
_TOKEN = 12
_BLANKS = " \t\r\n"
# JSON can escape a lone surrogate ("\ud83d"), which no encoding can write.
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")
_RECORDS = "pandas writes either with to_json(FILE, orient='records')."


def array_items(chunks: Iterator[str], name: str, decoder: json.JSONDecoder) -> Iterator[Any]:
    """Yields the items of the array in the chunks, with one at a time in memory.

    Raises:
        WorkError: the array is malformed or not closed; names the number of the item.
    """
    text = _Characters(chunks)
    text.take("[", name, "before item 1")
    number = 1
    if text.peek() == "]":
        text.take("]", name, "")
        number = 0
    while number:
        try:
            yield text.value(decoder)
        except (ValueError, RecursionError) as error:
            raise WorkError(
                f"{name}, object {number}: expected a JSON object, got malformed JSON ({error}). "
                "Write the file with a JSON library."
            ) from None
        mark = text.take(",]", name, f"behind object {number}")
        number = number + 1 if mark == "," else 0
    if text.peek():
        raise WorkError(f"{name}: expected nothing behind the array, got {text.peek()!r}.")


class _Characters:
    """The characters of chunks that have not been used yet."""

    def __init__(self, chunks: Iterator[str]) -> None:
        self._chunks = chunks
        self._text = ""
        self._place = 0

    def peek(self) -> str:
        """The next character that is not blank; "" at the end."""
        while True:
            rest = self._text[self._place :].lstrip(_BLANKS)
            if rest or not self._read_on():
                self._text, self._place = rest, 0
                return rest[:1]

    def take(self, marks: str, name: str, where: str) -> str:
        """The next character, which has to be one of `marks`."""
        found = self.peek()
        if not found or found not in marks:
            got = repr(found) if found else "the end: the file is perhaps cut off"
            raise WorkError(f"{name}, {where}: expected {' or '.join(marks)}, got {got}.")
        self._place = 1
        return found

    def value(self, decoder: json.JSONDecoder) -> Any:
        """The next value; ValueError where there is none."""
        self.peek()
        while True:
            try:
                value, self._place = decoder.raw_decode(self._text)
                return value
            except json.JSONDecodeError as error:
                # A string that is cut off is reported where it begins.
                at_end = error.pos >= len(self._text) - _TOKEN or "Unterminated" in error.msg
                if not at_end or len(self._text) > _LONGEST_ITEM or not self._double():
                    raise

    def _double(self) -> bool:
        """Doubles what has been read, so that long items are decoded few times."""
        wanted = 2 * len(self._text)
        has_more = self._read_on()
        while has_more and len(self._text) < wanted:
            if not self._read_on():
                break
        return has_more

    def _read_on(self) -> bool:
        """Adds a chunk; False at the end. Empty chunks (half a character) are skipped."""
        for chunk in self._chunks:
            if chunk:
                self._text = self._text[self._place :] + chunk
                self._place = 0
                return True
        return False


def json_rows(
    path: Path, columns: Columns, decoding: Decoding, may_be_array: bool = False
) -> Iterator[Row]:
    """Yields a row for each object; blank lines are skipped.

    Args:
        path: the file, compressed or not.
        columns: the keys to read.
        decoding: of its bytes.
        may_be_array: whether the objects may be in one array, instead of one per line.

    Raises:
        WorkError: something is no object or lacks a required key; names the line, or the number of
            the object in its array.
    """
    with open_binary(path) as stream:
        chunks = decoded_chunks(stream, path.name, decoding)
        beginning = ""
        if may_be_array:
            beginning = next((text for text in chunks if text.strip()), "")
        everything = chain([beginning], chunks)
        if beginning.lstrip().startswith("["):
            found = _array_values(everything, path.name)
        else:
            found = _line_values(lines_of(everything, path.name), path.name, may_be_array)
        for number, (place, value) in enumerate(found):
            pairs = _checked(value, f"{path.name}, {place}")
            if number == 0:
                _refuse_table(pairs, columns, f"{path.name}, {place}")
            names = columns.present([key for key, _ in pairs], f"{path.name}, {place}")
            values = dict(pairs)
            cells = {name: _whole(values[name], path, place, decoding) for name in names}
            yield Row(place, cells)


class _Pairs(list[tuple[str, Any]]):
    """The keys and values of one JSON object, duplicate keys included."""


def _line_values(lines: Iterator[str], name: str, may_be_array: bool) -> Iterator[tuple[str, Any]]:
    other = (
        f"An array of objects is read too. {_RECORDS}"
        if may_be_array
        else "A file of one array is a .json."
    )
    for number, line in enumerate(lines, start=1):
        if line.strip(" \t\r\n"):
            place = f"line {number}"
            try:
                yield place, json.loads(line, object_pairs_hook=_Pairs)
            except (ValueError, RecursionError) as error:
                raise WorkError(
                    f"{name}, {place}: expected a JSON object on one line, got malformed JSON "
                    f"({error}). Write the file with a JSON library, an object per line. {other}"
                ) from None


def _array_values(chunks: Iterator[str], name: str) -> Iterator[tuple[str, Any]]:
    decoder = json.JSONDecoder(object_pairs_hook=_Pairs)
    for number, value in enumerate(array_items(chunks, name, decoder), start=1):
        yield f"object {number}", value


def _checked(found: Any, place: str) -> _Pairs:
    if not isinstance(found, _Pairs):
        raise WorkError(
            f'{place}: expected a JSON object such as {{"text": ...}}, got {_kind(found)}.'
        )
    return found


def _refuse_table(pairs: _Pairs, columns: Columns, place: str) -> None:
    """Refuses an object with all texts at once: columns, or records under a key."""
    values = dict(pairs)
    parts = [key for key, value in pairs if isinstance(value, list | _Pairs)]
    if parts and all(name in parts or name not in values for name in columns.required):
        raise WorkError(
            f"{place}: expected an object per text, got one whose {parts[0]!r} holds many values; "
            f"write an array of objects, or an object per line. {_RECORDS}"
        )


def _kind(value: object) -> str:
    kinds = {list: "an array", str: "a string", bool: "a truth value", type(None): "null"}
    return kinds.get(type(value), "a number")


def _whole(value: Any, path: Path, place: str, decoding: Decoding) -> Any:
    """The value without lone surrogates, which are refused or replaced as `decoding` says."""
    if isinstance(value, _Pairs):
        return dict(value)
    if not isinstance(value, str) or not _HALF_CHARACTER.search(value):
        return value
    if decoding.errors == "replace":
        return _HALF_CHARACTER.sub("\ufffd", value)
    raise WorkError(
        f"{path.name}, {place}: an escape stands for half a character (a lone surrogate). "
        f"{decoding.advice}"
    )
