import csv
import json
import sys
from io import BytesIO, TextIOWrapper

import pyarrow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from tfcmp.data.sources.reading import Reading
from tfcmp.errors import CallError, WorkError
from tfcmp.inference.inputs import stream_texts

texts = st.text(st.characters(exclude_categories=["Cs"]))
AWKWARD_LINES = [
    "",
    "separators \u2028 \u2029 \x0b \x0c \x1c \x1d \x1e \x85 inside",
    "nul \x00 inside",
    "a carriage return \r inside",
    'emoji \U0001f600, \u0641\u064a\u0644\u0645, "quotes", tab\t',
    "",
]


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("inputs")


@pytest.fixture
def stdin(monkeypatch):
    def replace(content):
        monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(content)))

    return replace


def write_csv(path, written, delimiter=","):
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream, delimiter=delimiter).writerows(
            [("text",), *((text,) for text in written)]
        )


def write(path, written):
    match path.suffix:
        case ".csv":
            write_csv(path, written)
        case ".tsv":
            write_csv(path, written, "\t")
        case ".jsonl":
            path.write_text("".join(json.dumps({"text": text}) + "\n" for text in written))
        case ".parquet":
            table = pyarrow.table({"text": pyarrow.array(written, pyarrow.string())})
            parquet.write_table(table, path)


@pytest.mark.parametrize("extension", [".csv", ".tsv", ".jsonl", ".parquet"])
@settings(deadline=None)
@given(written=st.lists(texts, min_size=1))
def test_every_text_of_a_table_is_given(folder, extension, written):
    path = folder / f"texts{extension}"
    write(path, written)
    # Of a single column nothing else tells whether a quote encloses a text or belongs to it.
    quoting = "minimal" if extension == ".tsv" else None
    assert list(stream_texts(path, Reading(quoting=quoting))) == written


def test_a_text_file_gives_a_text_a_line(tmp_path):
    path = tmp_path / "texts.txt"
    path.write_bytes("\n".join(AWKWARD_LINES).encode() + b"\n")
    assert list(stream_texts(path)) == AWKWARD_LINES


def test_stdin_gives_a_text_a_line(stdin):
    stdin("\n".join(AWKWARD_LINES).encode() + b"\n")
    assert list(stream_texts(None)) == AWKWARD_LINES


def test_a_carriage_return_before_the_line_end_is_dropped(stdin):
    stdin(b"one\r\n\r\ntwo\r\r\n")
    assert list(stream_texts(None)) == ["one", "", "two\r"]


def test_a_last_line_without_its_end_counts(stdin):
    stdin(b"one\ntwo")
    assert list(stream_texts(None)) == ["one", "two"]


@pytest.mark.parametrize(("content", "expected"), [(b"", []), (b"\n", [""])])
def test_an_empty_line_is_a_text_and_an_empty_stdin_is_none(stdin, content, expected):
    stdin(content)
    assert list(stream_texts(None)) == expected


def test_an_empty_text_file_gives_no_texts(tmp_path):
    path = tmp_path / "texts.txt"
    path.touch()
    assert list(stream_texts(path)) == []


def test_a_null_text_is_an_empty_one(tmp_path):
    path = tmp_path / "texts.jsonl"
    path.write_text('{"text": null}\n{"text": "a", "label": 3}\n')
    assert list(stream_texts(path)) == ["", "a"]


def test_bytes_that_do_not_decode_are_refused_with_their_line(stdin):
    stdin(b"one\ntwo\xff\n")
    with pytest.raises(WorkError, match=r"stdin, line 2: .*--encoding-errors replace"):
        list(stream_texts(None))


@pytest.mark.parametrize("name", ["texts.txt", "texts.csv"])
def test_a_file_whose_bytes_do_not_decode_is_refused_with_its_line(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"text\none\ntwo\xff\n")
    with pytest.raises(WorkError, match=rf"{name}, line 3: .*--encoding-errors replace"):
        list(stream_texts(path))


def test_with_replace_every_line_is_given(stdin):
    stdin(b"one\n\xff\xfe\ntwo\xe2\x82")
    assert list(stream_texts(None, Reading(encoding_errors="replace", options="--"))) == [
        "one",
        "\ufffd\ufffd",
        "two\ufffd",
    ]


def test_a_table_without_the_column_says_what_it_has(tmp_path):
    path = tmp_path / "texts.csv"
    path.write_text("Text,label\na,1\n")
    with pytest.raises(WorkError, match="name the right one with --text-column Text"):
        list(stream_texts(path))


def test_another_extension_is_a_wrong_call_at_once(tmp_path):
    path = tmp_path / "texts.docx"
    path.touch()
    with pytest.raises(CallError, match=r"expected one of \.txt, \.csv, \.tsv, \.jsonl, \.parquet"):
        stream_texts(path)


def test_a_closed_stdin_is_a_wrong_call(monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(CallError, match="no stdin"):
        stream_texts(None)


def test_lines_of_a_file_without_line_feeds_end_with_carriage_returns(tmp_path):
    path = tmp_path / "texts.txt"
    path.write_bytes(b"one\rtwo\r\rthree")
    assert list(stream_texts(path)) == ["one", "two", "", "three"]
