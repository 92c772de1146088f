"""From the bytes of a file to lines of text, with errors that name line and byte."""

import codecs
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO, NoReturn

from tfcmp.data.sources.input_file import DAMAGES
from tfcmp.errors import CallError, WorkError

_CHUNK_BYTES = 1 << 16
# In characters: more than any text has, but a file without line ends, perhaps a small one that
# unpacks to a huge one, does not fill the memory.
_LONGEST_LINE = 1 << 26
# Byte order marks override the named encoding, as in the WHATWG Encoding Standard. UTF-32 first:
# its mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

# UTF-16 of plain letters has a zero byte in each: the bytes to examine, and the zeros that suffice.
_LOOKED_AT = 64
_FEWEST_ZEROS = 4

# First bytes of files that are no text, whatever their name.
_OTHER_KINDS = {
    b"\x1f\x8b": "a gzip (.gz)",
    b"PK\x03\x04": "a zip or a workbook (.zip, .xlsx)",
    b"PAR1": "a Parquet file (.parquet)",
    b"\xd0\xcf\x11\xe0": "an old workbook (.xls)",
    b"%PDF-": "a PDF",
}
# Names of delimiters that are hard to write in a shell or YAML.
NAMES = {"tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "space": " "}
QUOTINGS = ("minimal", "none")
# Longer than any text (the 131,072 of the csv module is not), but a quote that is never closed does
# not read the whole file into memory.
LONGEST_CELL = 1 << 24


@dataclass(frozen=True)
class Decoding:
    """How bytes become text.

    Attributes:
        encoding: a name that Python knows; a byte order mark overrides it, and is dropped.
        errors: "strict" refuses bytes that do not decode, "replace" puts U+FFFD in their place.
        advice: a sentence of the error: what the user can do about such bytes.
    """

    encoding: str = "utf-8"
    errors: str = "strict"
    advice: str = "Save the file as UTF-8."

    def __post_init__(self) -> None:
        if self.errors not in ("strict", "replace"):
            raise CallError(f"Encoding errors: expected strict or replace, got {self.errors!r}.")
        try:
            # Python does not check the name for an empty text.
            " ".encode(self.encoding)
        except (LookupError, ValueError):
            raise CallError(
                f"Unknown text encoding {self.encoding!r}; expected one that Python knows, "
                "such as utf-8, utf-16, cp1252 or latin-1."
            ) from None


def decoded_lines(stream: BinaryIO, name: str, decoding: Decoding) -> Iterator[str]:
    r"""Yields the lines of a stream, each with its "\n"; the last may lack one.

    Only "\n" ends a line. `str.splitlines` would also cut at U+2028, \x0b, \x0c, \x1c and others,
    which occur in texts.

    Args:
        stream: buffered bytes; read as they arrive, one chunk at a time.
        name: of the stream in errors.
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
    """Whether carriage returns alone end the lines of a file, as on old Macs."""
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
        # Files that begin with a mark may have been joined.
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
    """Refuses UTF-16 of plain letters that is decoded as another encoding: it would give zeros."""
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
    """Whether bytes without a mark are valid UTF-8, and differ when decoded as `encoding`.

    Text that is not ASCII in another encoding is hardly ever valid UTF-8.
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
        # UTF-16 of plain letters.
        if "\0" in text:
            return False
        is_ascii = is_ascii and chunk.isascii()
        chunk = stream.read(_CHUNK_BYTES)
    return not is_ascii or "a".encode(encoding) != b"a"


def _first_chunk(stream: BinaryIO, name: str) -> bytes:
    """Enough of the first bytes to recognise a byte order mark."""
    first = chunk = _read_chunk(stream, name)
    while chunk and any(mark.startswith(first) and mark != first for mark, _ in _MARKS):
        chunk = _read_chunk(stream, name)
        first += chunk
    return first


def _read_chunk(stream: BinaryIO, name: str) -> bytes:
    try:
        # read1 returns what a pipe has now; read would wait for a full chunk.
        return stream.read1(_CHUNK_BYTES)  # type: ignore[attr-defined, no-any-return]
    except DAMAGES as error:
        reason = getattr(error, "strerror", None) or error
        raise WorkError(f"{name} cannot be read: {reason}.") from None


def _refuse_bytes(
    error: UnicodeError, name: str, decoding: Decoding, bytes_read: int, newlines: int
) -> NoReturn:
    """Raises the WorkError for bytes that do not decode.

    `bytes_read` were given to the decoder, the failing chunk included; `newlines` came before it.
    """
    if not isinstance(error, UnicodeDecodeError):
        # Such as UTF-16 without its byte order mark: the codec names no position.
        raise WorkError(f"{name} is not {decoding.encoding}: {error}. {decoding.advice}") from None
    before = error.object[: error.start].decode(decoding.encoding, "replace")
    line = newlines + before.count("\n") + 1
    # The decoder had the rest of an earlier chunk and the failing chunk.
    offset = bytes_read - len(error.object) + error.start
    raise WorkError(
        f"{name}, line {line}: byte 0x{error.object[error.start]:02x} at offset {offset} is not "
        f"{decoding.encoding} ({error.reason}). {decoding.advice}"
    ) from None


@dataclass(frozen=True)
class Reading:
    """What the options say about a file.

    Attributes:
        encoding, encoding_errors: as in `Decoding`.
        delimiter: one character or one of `NAMES`; None: the file decides.
        quoting: "minimal" (cells in double quotes may hold anything) or "none" (quotes are text);
            None: the file decides.
        usual_delimiter: as `delimiter`, for files whose header has the columns with it.
        options: what the flags of these begin with, for errors.

    Raises:
        CallError: one of them has no such value.
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
        """A delimiter as one character; None for None; CallError for anything else."""
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
