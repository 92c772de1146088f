"""Lines of text from a stream of bytes, as they come, with errors that name line and byte."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, NoReturn

from tfcmp.errors import CallError, WorkError

# Small enough to answer a pipe as it fills, large enough for the decoder to be quick.
_CHUNK_BYTES = 1 << 16


@dataclass(frozen=True)
class Decoding:
    """How bytes become text.

    Attributes:
        encoding: a name that Python knows; a byte order mark in front is dropped.
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
    pieces: list[str] = []
    for text in _decoded_chunks(stream, name, decoding):
        *complete, rest = text.split("\n")
        for line in complete:
            pieces.append(line + "\n")
            yield "".join(pieces)
            pieces.clear()
        if rest:
            pieces.append(rest)
    if pieces:
        yield "".join(pieces)


def _decoded_chunks(stream: BinaryIO, name: str, decoding: Decoding) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(decoding.encoding)(decoding.errors)
    bytes_read = newlines = 0
    at_start = True
    while True:
        chunk = _read_chunk(stream, name)
        bytes_read += len(chunk)
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeError as error:
            _refuse_bytes(error, name, decoding, bytes_read, newlines)
        newlines += text.count("\n")
        if at_start and text:
            text = text.removeprefix("\ufeff")
            at_start = False
        yield text
        if not chunk:
            return


def _read_chunk(stream: BinaryIO, name: str) -> bytes:
    try:
        # read1 returns what a pipe holds now; read would wait until the chunk is full.
        return stream.read1(_CHUNK_BYTES)  # type: ignore[attr-defined, no-any-return]
    except OSError as error:
        raise WorkError(f"{name} cannot be read: {error.strerror or error}.") from None


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
