"""How the bytes of a file become lines of text: encoding, errors that name line and byte, options."""

import codecs
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO, NoReturn

from tfcmp.data.sources.input_file import DAMAGES
from tfcmp.errors import CallError, WorkError

# Small enough to answer a pipe as it fills, large enough for the decoder to be quick.
_CHUNK_BYTES = 1 << 16
# Of characters. Above any text, and low enough that a file without line ends, perhaps a small one
# that unpacks to a huge one, ends in an error and not in memory.
_LONGEST_LINE = 1 << 26
# A mark wins over a name, as in the WHATWG Encoding Standard. The longer one first: UTF-16's begins
# UTF-32's.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

# UTF-16 of plain letters has a zero in every one: how many bytes are looked at, and how many zeros
# are no coincidence.
_LOOKED_AT = 64
_FEWEST_ZEROS = 4

# How files begin that hold no text, whatever their name says.
_OTHER_KINDS = {
    b"\x1f\x8b": "a gzip (.gz)",
    b"PK\x03\x04": "a zip or a workbook (.zip, .xlsx)",
    b"PAR1": "a Parquet file (.parquet)",
    b"\xd0\xcf\x11\xe0": "an old workbook (.xls)",
    b"%PDF-": "a PDF",
}


@dataclass(frozen=True)
class Decoding:
    """How bytes become text.

    Attributes:
        encoding: a name that Python knows; a byte order mark in front wins over it, and is dropped.
        errors: "strict" refuses bytes that do not decode, "replace" puts U+FFFD in their place.
        advice: what the user can do about such bytes, a sentence; part of the error.
    """

    encoding: str = "utf-8"
    errors: str = "strict"
    advice: str = "Save the file as UTF-8."

    def __post_init__(self) -> None:
        if self.errors not in ("strict", "replace"):
            raise CallError(f"Encoding errors: expected strict or replace, got {self.errors!r}.")
        try:
            # Not empty: Python checks no name for an empty text.
            " ".encode(self.encoding)
        except (LookupError, ValueError):
            raise CallError(
                f"Unknown text encoding {self.encoding!r}; expected one that Python knows, "
                "such as utf-8, utf-16, cp1252 or latin-1."
            ) from None


def decoded_lines(stream: BinaryIO, name: str, decoding: Decoding) -> Iterator[str]:
    r"""Yields the lines of a stream, each with its "\n"; the last may lack one.

    Only "\n" ends a line. `str.splitlines` would also cut at U+2028, \x0b, \x0c, \x1c and others,
    which stand inside texts.

    Args:
        stream: buffered bytes; read as they arrive, one chunk at a time.
        name: what errors call the stream.
        decoding: encoding and what happens to bytes that do not decode.

    Raises:
        WorkError: bytes do not decode (names line, byte and offset), or reading fails.
    """
    yield from lines_of(decoded_chunks(stream, name, decoding), name)


def lines_of(chunks: Iterable[str], name: str) -> Iterator[str]:
    """The lines of a text that comes in parts; see `decoded_lines`."""
    pieces: list[str] = []
    held = 0
    for text in chunks:
        first, *others = text.split("\n")
        if not others:
            rest = first
        else:
            yield "".join((*pieces, first, "\n"))
            pieces.clear()
            held = 0
            rest = others.pop()
            for line in others:
                yield line + "\n"
        if rest:
            pieces.append(rest)
            held += len(rest)
            if held > _LONGEST_LINE:
                raise WorkError(
                    f"{name} has a line of more than {_LONGEST_LINE:,} characters; expected a "
                    "text or a row per line: is it a file of another kind?"
                )
    if pieces:
        yield "".join(pieces)


def has_returns_alone(first_line: str) -> bool:
    """Whether carriage returns end the lines of a file, as on old Macs.

    Args:
        first_line: of `decoded_lines`; without a line feed it is the whole file.
    """
    return not first_line.endswith("\n") and "\r" in first_line


def lines_by_returns(lines: Iterable[str]) -> Iterator[str]:
    """The lines of a file that has carriage returns where others have line feeds."""
    for line in lines:
        *others, last = line.split("\r")
        for other in others:
            yield other + "\n"
        if last:
            yield last


def decoded_chunks(stream: BinaryIO, name: str, decoding: Decoding) -> Iterator[str]:
    """The text of a stream in parts, as they come; see `decoded_lines`.

    Byte order marks at the beginning of a line are dropped.
    """
    chunk = _first_chunk(stream, name)
    for beginning, kind in _OTHER_KINDS.items():
        if chunk.startswith(beginning):
            raise WorkError(f"{name} is {kind}; expected text: rename it, or save it as text.")
    marked = next((encoding for mark, encoding in _MARKS if chunk.startswith(mark)), None)
    if marked is not None:
        decoding = replace(decoding, encoding=marked)
    else:
        _refuse_unmarked_utf16(chunk, name, decoding)
    decoder = codecs.getincrementaldecoder(decoding.encoding)(decoding.errors)
    bytes_read = newlines = 0
    begins_line = True
    while True:
        bytes_read += len(chunk)
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeError as error:
            _refuse_bytes(error, name, decoding, bytes_read, newlines)
        newlines += text.count("\n")
        # One stands in front of a later line where files that begin with it were joined.
        text = text.replace("\n\ufeff", "\n")
        if begins_line:
            text = text.removeprefix("\ufeff")
        if text:
            begins_line = text.endswith("\n")
        yield text
        if not chunk:
            return
        chunk = _read_chunk(stream, name)


def _refuse_unmarked_utf16(chunk: bytes, name: str, decoding: Decoding) -> None:
    """Refuses UTF-16 of plain letters that is read otherwise: it would be text with zeros in it."""
    if "a".encode(decoding.encoding) != b"a":
        return
    first = chunk[:_LOOKED_AT]
    for order, letters, zeros in (("le", first[::2], first[1::2]), ("be", first[1::2], first[::2])):
        if len(zeros) >= _FEWEST_ZEROS and not any(zeros) and all(letters):
            raise WorkError(
                f"{name} is UTF-16 without a byte order mark, read as {decoding.encoding}; expected "
                f"the encoding utf-16-{order}. {decoding.advice}"
            )


def is_rather_utf8(stream: BinaryIO, encoding: str) -> bool:
    """Whether bytes without a mark read as UTF-8, and otherwise than in `encoding`.

    Text of another encoding that is not ASCII hardly ever is UTF-8 by chance.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_ascii = True
    chunk = stream.read(_CHUNK_BYTES)
    if any(chunk.startswith(mark) for mark, _ in _MARKS):
        return False
    while chunk:
        try:
            text = decoder.decode(chunk)
        except UnicodeDecodeError:
            return False
        # UTF-16 of plain letters has a zero in every one.
        if "\0" in text:
            return False
        is_ascii = is_ascii and chunk.isascii()
        chunk = stream.read(_CHUNK_BYTES)
    return not is_ascii or "a".encode(encoding) != b"a"


def _first_chunk(stream: BinaryIO, name: str) -> bytes:
    """The first bytes, as many as it takes to know whether they are a byte order mark."""
    first = chunk = _read_chunk(stream, name)
    while chunk and any(mark.startswith(first) and mark != first for mark, _ in _MARKS):
        chunk = _read_chunk(stream, name)
        first += chunk
    return first


def _read_chunk(stream: BinaryIO, name: str) -> bytes:
    try:
        # read1 returns what a pipe holds now; read would wait until the chunk is full.
        return stream.read1(_CHUNK_BYTES)  # type: ignore[attr-defined, no-any-return]
    except DAMAGES as error:
        reason = getattr(error, "strerror", None) or error
        raise WorkError(f"{name} cannot be read: {reason}.") from None


def _refuse_bytes(
    error: UnicodeError, name: str, decoding: Decoding, bytes_read: int, newlines: int
) -> NoReturn:
    """Raises the WorkError for bytes that do not decode.

    Args:
        error: what the decoder raised.
        name: what the error calls the stream.
        decoding: how the bytes were read.
        bytes_read: bytes given to the decoder, those of the failing chunk included.
        newlines: lines ended before the failing chunk.
    """
    if not isinstance(error, UnicodeDecodeError):
        # For example UTF-16 without its byte order mark: the codec names no position.
        raise WorkError(f"{name} is not {decoding.encoding}: {error}. {decoding.advice}") from None
    before = error.object[: error.start].decode(decoding.encoding, "replace")
    line = newlines + before.count("\n") + 1
    # The decoder's bytes are what an earlier chunk left over and the failing chunk.
    offset = bytes_read - len(error.object) + error.start
    raise WorkError(
        f"{name}, line {line}: byte 0x{error.object[error.start]:02x} at offset {offset} is not "
        f"{decoding.encoding} ({error.reason}). {decoding.advice}"
    ) from None


# Names of delimiters that a shell or YAML makes hard to write.
NAMES = {"tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "space": " "}
QUOTINGS = ("minimal", "none")
# Far above any text (csv's own 131,072 is not), yet low enough that a quote which is never closed
# ends in an error and not with the whole file in memory.
LONGEST_CELL = 1 << 24


@dataclass(frozen=True)
class Reading:
    """What is known of a file before it is opened.

    Attributes:
        encoding: a name that Python knows; a byte order mark in the file wins over it.
        encoding_errors: "strict" or "replace".
        delimiter: one character or one of `NAMES`; None leaves it to the file.
        quoting: "minimal" (cells in double quotes may hold anything) or "none" (quotes are text);
            None leaves it to the file.
        usual_delimiter: as `delimiter`, for files whose header has the columns with it.
        options: what the flags of these begin with, for errors.

    Raises:
        CallError: one of them is none.
    """

    encoding: str = "utf-8"
    encoding_errors: str = "strict"
    delimiter: str | None = None
    quoting: str | None = None
    usual_delimiter: str | None = None
    options: str = "--data."

    def __post_init__(self) -> None:
        self.decoding()
        self.character(self.delimiter)
        if self.quoting not in (None, *QUOTINGS):
            raise CallError(
                f"{self.flag('quoting')}: expected {' or '.join(QUOTINGS)}, got {self.quoting!r}"
            )

    def flag(self, name: str) -> str:
        """The option that sets `name`."""
        return self.options + (name if "." in self.options else name.replace("_", "-"))

    def decoding(self) -> Decoding:
        """How the bytes of the file become text."""
        advice = (
            f"Name the file's encoding with {self.flag('encoding')} (for example cp1252 or "
            "utf-16), or save it as UTF-8; to have U+FFFD for what does not decode, add "
            f"{self.flag('encoding_errors')} replace."
        )
        return Decoding(self.encoding, self.encoding_errors, advice)

    def character(self, delimiter: str | None) -> str | None:
        """A delimiter as one character; None of None.

        Raises:
            CallError: it is none.
        """
        if delimiter is None:
            return None
        written = "\t" if delimiter == "\\t" else delimiter
        character = NAMES.get(written.lower(), written)
        if len(character) != 1 or character in '"\r\n\0':
            raise CallError(
                f"{self.flag('delimiter')}: expected one character or one of {', '.join(NAMES)}, "
                f"got {delimiter!r}"
            )
        return character


def delimiter_name(character: str) -> str:
    """What the options call a delimiter."""
    return {value: name for name, value in NAMES.items()}.get(character, character)
