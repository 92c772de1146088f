import pyarrow
import pytest
from pyarrow import parquet

from tfcmp.data.sources.columns import Columns
from tfcmp.data.sources.rows import count_parquet_rows, parquet_rows
from tfcmp.errors import WorkError

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


def test_what_is_no_parquet_is_refused(tmp_path):
    path = tmp_path / "table.parquet"
    path.write_text("text,label\ngood,pos\n")
    with pytest.raises(WorkError, match=r"table\.parquet cannot be read as Parquet"):
        list(parquet_rows(path, COLUMNS))
    with pytest.raises(WorkError, match="cannot be read as Parquet"):
        count_parquet_rows(path)


def test_a_damaged_page_is_refused(tmp_path):
    path = tmp_path / "table.parquet"
    table = pyarrow.table({"text": [f"text {number}" for number in range(5000)]})
    parquet.write_table(table, path, use_dictionary=False, write_statistics=False)
    content = bytearray(path.read_bytes())
    content[4:200] = b"\xff" * 196
    path.write_bytes(content)
    with pytest.raises(WorkError, match="cannot be read as Parquet"):
        list(parquet_rows(path, COLUMNS))


def test_text_that_is_no_utf_8_is_refused(tmp_path):
    path = tmp_path / "table.parquet"
    buffers = [None, pyarrow.py_buffer(b"\0\0\0\0\2\0\0\0"), pyarrow.py_buffer(b"a\xff")]
    texts = pyarrow.Array.from_buffers(pyarrow.string(), 1, buffers)
    parquet.write_table(pyarrow.table({"text": texts}), path)
    with pytest.raises(WorkError, match="cannot be read as Parquet"):
        list(parquet_rows(path, COLUMNS))


def test_a_missing_column_is_refused(tmp_path):
    path = tmp_path / "table.parquet"
    parquet.write_table(pyarrow.table({"review": ["a"]}), path)
    with pytest.raises(WorkError, match=r"table\.parquet: expected a column 'text'"):
        list(parquet_rows(path, COLUMNS))


def test_floats_of_32_bits_are_what_their_text_says(tmp_path):
    path = tmp_path / "table.parquet"
    labels = pyarrow.array([0.1, None, 2.0], pyarrow.float32())
    parquet.write_table(pyarrow.table({"text": ["a", "b", "c"], "label": labels}), path)
    assert [row.cells["label"] for row in parquet_rows(path, COLUMNS)] == [0.1, None, 2.0]
