import re
import zipfile

import openpyxl
import pyarrow
import pytest
from pyarrow import parquet

from tfcmp.data.sources.columns import Columns
from tfcmp.data.sources.input_file import TABLES
from tfcmp.data.sources.reading import Reading
from tfcmp.data.sources.rows import count_parquet_rows, iterate_rows, parquet_rows
from tfcmp.data.sources.table_file import TableFileSource
from tfcmp.errors import CallError, WorkError


@pytest.mark.parametrize("extension", TABLES)
def test_a_file_of_zero_bytes_is_refused(tmp_path, extension):
    path = tmp_path / f"table.{extension}"
    path.touch()
    with pytest.raises(WorkError, match="0 bytes"):
        list(iterate_rows(path, Columns({"text": None}), Reading()))


COLUMNS = Columns({"text": None}, ["label"])


def test_rows_keep_their_types_and_are_counted_from_one(tmp_path):
    path = tmp_path / "table.parquet"
    parquet.write_table(pyarrow.table({"label": [1.5, None], "text": ["a", "b"]}), path)
    rows = list(parquet_rows(path, COLUMNS))
    assert [row.place for row in rows] == ["row 1", "row 2"]
    assert [row.cells for row in rows] == [
        {"text": "a", "label": 1.5},
        {"text": "b", "label": None},
    ]


def test_categories_are_read_as_their_text(tmp_path):
    path = tmp_path / "table.parquet"
    texts = pyarrow.array(["a", "b", "a"]).dictionary_encode()
    parquet.write_table(pyarrow.table({"text": texts}), path)
    assert [row.cells["text"] for row in parquet_rows(path, COLUMNS)] == ["a", "b", "a"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"text,label\ngood,pos\n",
        lambda content: content[:4] + b"\xff" * 196 + content[200:],
        lambda content: content.replace(b"text 17", b"text \xff7"),
    ],
    ids=["another kind", "a damaged page", "no UTF-8"],
)
def test_a_damaged_parquet_file_is_refused(tmp_path, damage):
    path = tmp_path / "table.parquet"
    table = pyarrow.table({"text": [f"text {number}" for number in range(5000)]})
    parquet.write_table(
        table, path, use_dictionary=False, write_statistics=False, compression="none"
    )
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(WorkError, match=r"table\.parquet cannot be read as Parquet"):
        list(parquet_rows(path, COLUMNS))


def test_what_is_no_parquet_cannot_be_counted(tmp_path):
    (tmp_path / "table.parquet").write_text("text,label\n")
    with pytest.raises(WorkError, match="cannot be read as Parquet"):
        count_parquet_rows(tmp_path / "table.parquet")


def test_a_missing_column_of_a_parquet_file_is_refused(tmp_path):
    parquet.write_table(pyarrow.table({"review": ["a"]}), tmp_path / "table.parquet")
    with pytest.raises(WorkError, match=r"table\.parquet: expected a column 'text'"):
        list(parquet_rows(tmp_path / "table.parquet", COLUMNS))


def test_floats_of_32_bits_are_what_their_text_says(tmp_path):
    path = tmp_path / "table.parquet"
    labels = pyarrow.array([0.1, None, 2.0], pyarrow.float32())
    parquet.write_table(pyarrow.table({"text": ["a", "b", "c"], "label": labels}), path)
    assert [row.cells["label"] for row in parquet_rows(path, COLUMNS)] == [0.1, None, 2.0]


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


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ((("text", "label"), ("good",)), "row 2: expected one label"),
        ((("review", "label"), ("a", 1)), "sheet 'Sheet', row 1"),
    ],
    ids=["a cell that a row lacks is empty", "no sheet has the column"],
)
def test_what_a_workbook_lacks_is_told_with_its_row(workbook, rows, told):
    with pytest.raises(WorkError, match=told):
        records(workbook(*rows))


def test_what_is_no_workbook_is_refused(tmp_path):
    path = tmp_path / "table.xlsx"
    path.write_text("text,label\n")
    with pytest.raises(WorkError, match="cannot be read as a workbook"):
        records(path)


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
