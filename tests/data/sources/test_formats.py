import re
import socket
import zipfile
from pathlib import Path

import openpyxl
import pyarrow
import pytest
from pyarrow import parquet

import tfcmp
from tfcmp.config.fields import DataSettings
from tfcmp.data.sources.input_file import (
    INPUTS,
    TABLES,
    check_file,
    extensions,
    is_known,
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


def records(path, **options):
    return [(record.text, record.label) for record in TableFileSource(path, **options).records()]


def test_a_folder_of_parquet_files_is_read_by_name(tmp_path):
    for name, text in (("part-2.parquet", "b"), ("part-1.parquet", "a"), ("_hidden.parquet", "c")):
        parquet.write_table(pyarrow.table({"text": [text], "label": [1]}), tmp_path / name)
    (tmp_path / "_SUCCESS").touch()
    source = TableFileSource(tmp_path)
    assert [record.text for record in source.records()] == ["a", "b"]
    assert [place for place, _ in source.placed_records()] == [
        "part-1.parquet, row 1",
        "part-2.parquet, row 1",
    ]
    assert source.size() == 2


@pytest.fixture
def workbook(tmp_path):
    def write(*rows):
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        book.save(tmp_path / "table.xlsx")
        book.close()
        return tmp_path / "table.xlsx"

    return write


def test_a_workbook_is_read_as_its_csv_would_be(workbook):
    path = workbook(("label", "text", None), (1, "good, indeed\nyes"), (), (True, 7), (0.5, "fine"))
    assert records(path) == [("good, indeed\nyes", "1"), ("7", "True"), ("fine", "0.5")]
    assert [place for place, _ in TableFileSource(path).placed_records()][1] == "table.xlsx, row 4"


def test_a_cell_that_a_row_of_a_workbook_lacks_is_empty(workbook):
    with pytest.raises(WorkError, match="row 2: expected one label"):
        records(workbook(("text", "label"), ("good",)))


def test_what_is_no_workbook_is_refused(tmp_path):
    path = tmp_path / "table.xlsx"
    path.write_text("text,label\n")
    with pytest.raises(WorkError, match="cannot be read as a workbook"):
        records(path)


def test_a_workbook_without_the_column_names_its_sheet(workbook):
    with pytest.raises(WorkError, match="sheet 'Sheet', row 1"):
        records(workbook(("review", "label"), ("a", 1)))


def test_the_first_sheet_that_has_the_columns_is_read(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(("read me",))
    for row in (("text", "label"), ("good", 1)):
        (book["Texts"] if "Texts" in book.sheetnames else book.create_sheet("Texts")).append(row)
    book.save(tmp_path / "table.xlsx")
    assert records(tmp_path / "table.xlsx") == [("good", "1")]


def test_a_sheet_whose_size_is_written_wrongly_is_read_whole(workbook, tmp_path):
    path = workbook(("text", "label"), ("good", 1))
    with zipfile.ZipFile(path) as book, zipfile.ZipFile(tmp_path / "wrong.xlsx", "w") as wrong:
        for name in book.namelist():
            content = book.read(name)
            wrong.writestr(
                name, re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1"', content)
            )
    assert records(tmp_path / "wrong.xlsx") == [("good", "1")]


def test_escaped_characters_of_a_workbook_are_decoded(workbook):
    path = workbook(("text", "label"), ("a_x000D_\nb _xD83D__xDE00_ _xD83D_ c_x", 1))
    assert records(path) == [("a\r\nb \U0001f600 \ufffd c_x", "1")]


def write_folder(folder, *names):
    for name in names:
        parquet.write_table(pyarrow.table({"text": [name], "label": [1]}), folder / name)
    return TableFileSource(folder)


def test_names_of_the_files_of_a_folder_tell_their_splits(tmp_path):
    names = ("test-0.parquet", "train-00-of-02.parquet", "train-01-of-02.parquet", "x_dev.parquet")
    source = write_folder(tmp_path, *names)
    assert [record.split for record in source.records()] == ["test", "train", "train", "validation"]
    assert source.key() != write_folder(tmp_path, "test-1.parquet").key()


def test_a_file_of_a_folder_that_tells_no_split_next_to_others_is_refused(tmp_path):
    source = write_folder(tmp_path, "train-0.parquet", "unsupervised-0.parquet", "contest.parquet")
    with pytest.raises(CallError, match=r"train-0\.parquet is named for a split and contest"):
        source.prepare()
