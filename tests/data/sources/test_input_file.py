import bz2
import gzip
import lzma
import re
import socket
import tracemalloc
import zipfile
from pathlib import Path

import pytest

import tfcmp
from tfcmp.config.fields import DataSettings
from tfcmp.data.sources.input_file import (
    INPUTS,
    TABLES,
    check_file,
    extensions,
    is_known,
    open_binary,
    split_name,
)
from tfcmp.data.sources.table_file import TableFileSource
from tfcmp.errors import CallError, WorkError

PROJECT = Path(tfcmp.__file__).parents[1]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("a.b.CSV", ("csv", None)),
        ("a.jsonl.gz", ("jsonl", "gz")),
        ("a.tsv.xz", ("tsv", "xz")),
        ("a.NDJSON.bz2", ("jsonl", "bz2")),
        ("a.ndjson", ("jsonl", None)),
        ("a.zip", ("", "zip")),
        ("a.csv.zip", ("csv", "zip")),
        ("a", ("", None)),
        ("a.gz", ("a", "gz")),
    ],
)
def test_a_name_tells_format_and_packing(name, found):
    assert split_name(name) == found


@pytest.mark.parametrize(
    ("name", "is_read"),
    [("a.csv.gz", True), ("a.zip", True), ("a.parquet.gz", False), ("a.txt", False), ("a", False)],
)
def test_a_table_is_known_by_its_name(name, is_read):
    assert is_known(name, TABLES) == is_read
    assert not is_known(name, ["parquet"])


def test_the_page_on_data_and_the_help_name_every_format():
    page = (PROJECT / "docs" / "data.md").read_text()
    for name in INPUTS:
        assert re.search(rf"\.{name}\b", page), name
    for name in TABLES:
        assert f".{name}" in str(DataSettings.__doc__)
        assert f".{name}" in extensions(TABLES)


def test_a_pipe_a_socket_and_a_device_are_wrong_calls_at_once(tmp_path, monkeypatch):
    import os

    os.mkfifo(tmp_path / "pipe.csv")
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.csv")
        for name, kind in (("pipe.csv", "pipe"), ("socket.csv", "socket"), ("/dev/null", "device")):
            with pytest.raises(CallError, match=kind):
                check_file(Path(name), TABLES)


def test_a_missing_file_is_refused_with_the_nearest_name(tmp_path):
    (tmp_path / "reviews.csv").write_text("text\n")
    with pytest.raises(CallError, match=r"did you mean reviews\.csv\?"):
        check_file(tmp_path / "reveiws.csv", ["csv"])


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("nowhere/reviews.csv", "there is no folder"),
        ("file/reviews.csv", "there is no folder"),
        (".", "is a folder; expected a file"),
        ("reviews.docx", r"expected one of \.csv, \.tsv"),
        ("reviews", r"expected one of \.csv, \.tsv"),
    ],
)
def test_what_is_no_file_of_the_formats_is_a_wrong_call(tmp_path, name, told):
    for file in ("file", "reviews.docx", "reviews"):
        (tmp_path / file).write_text("text\n")
    with pytest.raises(CallError, match=told):
        check_file(tmp_path / name, ["csv", "tsv"])


def test_what_the_system_refuses_is_an_error_of_ours(tmp_path):
    with pytest.raises(WorkError, match="cannot be read"):
        check_file(tmp_path / ("n" * 1000 + ".csv"), ["csv"])
    with pytest.raises(WorkError, match="cannot be opened"):
        open_binary(tmp_path)


CONTENT = b"text,label\ngood,1\nbad,0\n"


def texts(path):
    return [record.text for record in TableFileSource(path).records()]


def pack(path, *files, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return path


def test_a_zip_of_one_file_is_read_whatever_archivers_add(tmp_path):
    path = pack(
        tmp_path / "table.zip", ("folder/a.csv", CONTENT), ("__MACOSX/folder/._a.csv", b"\0")
    )
    assert texts(path) == ["good", "bad"]


def test_the_name_of_a_zip_tells_the_format_of_a_file_without_extension(tmp_path):
    assert texts(pack(tmp_path / "table.csv.zip", ("table", CONTENT))) == ["good", "bad"]


def test_the_name_inside_a_zip_leads_nowhere(tmp_path):
    path = pack(tmp_path / "t.zip", ("../../a.csv", CONTENT))
    assert texts(path) == ["good", "bad"]
    assert [file.name for file in tmp_path.iterdir()] == ["t.zip"]


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ((), "holds 0 files"),
        ((("a.csv", CONTENT), ("b.csv", CONTENT)), r"holds 2 files \(a\.csv, b\.csv\)"),
        ((("a.parquet", CONTENT),), "unpack it first"),
    ],
)
def test_a_zip_of_something_else_is_a_wrong_call(tmp_path, files, told):
    with pytest.raises(CallError, match=told):
        texts(pack(tmp_path / "table.zip", *files))


def test_what_is_no_zip_or_packed_by_whole_blocks_is_refused(tmp_path):
    path = tmp_path / "table.zip"
    path.write_bytes(CONTENT)
    with pytest.raises(WorkError, match=r"cannot be read as a \.zip"):
        texts(path)
    pack(path, ("a.csv", CONTENT), method=zipfile.ZIP_BZIP2)
    with pytest.raises(WorkError, match="other than deflate"):
        texts(path)


@pytest.mark.slow
def test_a_small_file_that_unpacks_to_a_huge_line_is_refused(tmp_path):
    path = tmp_path / "table.csv.gz"
    with gzip.open(path, "wb") as stream:
        stream.write(b"text,label\n")
        for _ in range(70):
            stream.write(b"x" * (1 << 20))
    with pytest.raises(WorkError, match="has a line of more than"):
        texts(path)


@pytest.mark.slow
def test_memory_does_not_grow_with_what_is_packed(tmp_path):
    rows = "".join(f"{'0123456789' * 200} {number},1\n" for number in range(20_000))
    path = pack(tmp_path / "table.zip", ("a.csv", f"text,label\n{rows}"))
    del rows
    tracemalloc.start()
    assert sum(1 for _ in TableFileSource(path).records()) == 20_000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4_000_000


@pytest.mark.parametrize(
    ("extension", "compress"), [("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress)]
)
def test_packed_files_are_read_and_refused_where_they_are_cut_off(tmp_path, extension, compress):
    path = tmp_path / f"table.csv.{extension}"
    path.write_bytes(compress(CONTENT))
    assert texts(path) == ["good", "bad"]
    path.write_bytes(compress(CONTENT)[:-12])
    with pytest.raises(WorkError, match=rf"table\.csv\.{extension} cannot be read"):
        texts(path)
