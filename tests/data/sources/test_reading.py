from io import BufferedReader, BytesIO, RawIOBase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfcmp.data.sources.reading import Decoding, decoded_lines
from tfcmp.errors import CallError, WorkError


class Pipe(RawIOBase):
    """Hands out the given chunks one a read, as a pipe does whose writer is slow."""

    def __init__(self, chunks):
        self.chunks = list(chunks)

    def readable(self):
        return True

    def readinto(self, buffer):
        if not self.chunks:
            return 0
        chunk = self.chunks.pop(0)
        buffer[: len(chunk)] = chunk
        return len(chunk)


def lines(content, **options):
    return list(decoded_lines(BytesIO(content), "stream", Decoding(**options)))


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"))))
def test_lines_come_back_whatever_they_hold(written):
    content = "".join(line + "\n" for line in written)
    expected = [line + "\n" for line in written]
    if content.startswith("\ufeff"):
        expected[0] = expected[0][1:]
    assert lines(content.encode()) == expected


@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(min_value=1, max_value=5))
def test_where_chunks_end_does_not_matter(text, size):
    content = ("x" + text).encode()
    chunks = [content[start : start + size] for start in range(0, len(content), size)]
    piped = decoded_lines(BufferedReader(Pipe(chunks)), "stream", Decoding())
    assert "".join(piped) == "x" + text


def test_a_line_is_given_before_the_next_chunk_is_read():
    pipe = Pipe([b"one\ntw", b"o\n"])
    reading = decoded_lines(BufferedReader(pipe), "stream", Decoding())
    assert next(reading) == "one\n"
    assert pipe.chunks == [b"o\n"]


@pytest.mark.parametrize(("content", "found"), [(b"", []), (b"one\ntwo", ["one\n", "two"])])
def test_an_empty_stream_has_no_lines_and_a_last_line_may_lack_its_end(content, found):
    assert lines(content) == found


@pytest.mark.parametrize(
    ("content", "options", "told"),
    [
        (b"fine\n" * 50_000 + b"ab\xff\n", {}, "line 50001: byte 0xff at offset 250002 is not"),
        (b"one\n\xe2\x82", {}, "line 2: byte 0xe2 at offset 4"),
        (b"\xff", {"advice": "Take the other file."}, "Take the other file"),
        ("text\n".encode("utf-16-be"), {"encoding": "utf-16"}, "stream is not utf-16"),
    ],
    ids=["far inside", "cut off at the end", "with its advice", "utf-16 without its mark"],
)
def test_bytes_that_do_not_decode_are_located(content, options, told):
    with pytest.raises(WorkError, match=told):
        lines(content, **options)


def test_replaced_bytes_keep_all_lines():
    assert lines(b"one\xff\n\xfe\n", errors="replace") == ["one\ufffd\n", "\ufffd\n"]


@pytest.mark.parametrize("encoding", ["klingon", "rot13", "", "utf\0"])
def test_what_is_no_encoding_of_text_is_a_wrong_call(encoding):
    with pytest.raises(CallError, match="Unknown text encoding"):
        Decoding(encoding)


def test_an_unknown_treatment_of_bad_bytes_is_a_wrong_call():
    with pytest.raises(CallError, match="expected strict or replace, got 'drop'"):
        Decoding(errors="drop")


def test_a_stream_that_fails_is_an_error_of_ours():
    class Broken(BytesIO):
        def read1(self, size=-1):
            raise OSError(5, "Input/output error")

    with pytest.raises(WorkError, match="stream cannot be read: Input/output error"):
        list(decoded_lines(Broken(), "stream", Decoding()))


@pytest.mark.parametrize(
    ("content", "kind"),
    [(b"\x1f\x8b\x08rest", "gzip"), (b"PK\x03\x04rest", "zip"), (b"PAR1", "Parquet")],
)
def test_what_holds_no_text_is_told_by_its_first_bytes(content, kind):
    with pytest.raises(WorkError, match=kind):
        lines(content, encoding="latin-1")


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16-le"])
@pytest.mark.parametrize("marked", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_wins_however_the_bytes_arrive(encoding, marked):
    content = "caf\xe9\nb\n".encode(marked)
    stream = BufferedReader(Pipe([content[n : n + 1] for n in range(len(content))]))
    assert list(decoded_lines(stream, "stream", Decoding(encoding))) == ["caf\xe9\n", "b\n"]


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_byte_order_marks_of_joined_files_are_dropped_however_the_bytes_arrive(size):
    content = b"\xef\xbb\xbfa\n\xef\xbb\xbfb\n" + "c\ufeffd\n".encode()
    stream = BufferedReader(Pipe([content[n : n + size] for n in range(0, len(content), size)]))
    assert list(decoded_lines(stream, "stream", Decoding())) == ["a\n", "b\n", "c\ufeffd\n"]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_refused_with_its_name(encoding):
    content = "text,label\n".encode(encoding)
    with pytest.raises(WorkError, match=f"expected the encoding {encoding}"):
        lines(content)
    assert lines(content, encoding=encoding) == ["text,label\n"]


def test_zeros_in_a_text_are_no_utf_16():
    assert lines(b"a\0b\0c\0\0\0\n") == ["a\0b\0c\0\0\0\n"]
