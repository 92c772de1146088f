"""The items of one large JSON array, decoded one by one as its characters come.

The standard library decodes a value at a given place of a string; what remains is to read on where
a value is cut off. So an array has the same values and errors as a line of JSON.
"""

import json
from collections.abc import Iterator
from typing import Any

from tfcmp.errors import WorkError

# Of characters; an item that is longer is taken for an error.
_LONGEST_ITEM = 1 << 26
# The longest token that may be cut off at the end of what has been read: -Infinity, \uXXXX.
_TOKEN = 12
_BLANKS = " \t\r\n"


def array_items(chunks: Iterator[str], name: str, decoder: json.JSONDecoder) -> Iterator[Any]:
    """Yields the items of the array that the chunks begin with; holds one of them in memory.

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
    """The characters of chunks, those that have been used dropped."""

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
        """Reads as much again, so that long items are not decoded over and over."""
        wanted = 2 * len(self._text)
        has_more = self._read_on()
        while has_more and len(self._text) < wanted:
            if not self._read_on():
                break
        return has_more

    def _read_on(self) -> bool:
        """Adds a chunk; False at the end. An empty one is half a character, not the end."""
        for chunk in self._chunks:
            if chunk:
                self._text = self._text[self._place :] + chunk
                self._place = 0
                return True
        return False
