import runpy
from pathlib import Path

import pyarrow
import pytest
from pyarrow import parquet

from tfcmp.data.sources.record import Record
from tfcmp.data.sources.table_file import label_name
from tfcmp.errors import CallError

_tables = runpy.run_path(str(Path(__file__).with_name("tables.py")))
read = _tables["read"]
refusal = _tables["refusal"]
write = _tables["write"]
write_delimited = _tables["write_delimited"]
write_parquet = _tables["write_parquet"]


def test_columns_can_be_named(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("stars,review,part,film\n5,good,TEST,f1\n")
    options = {"text_column": "review", "label_column": "stars"}
    options |= {"split_column": "part", "group_column": "film"}
    assert read(path, **options) == [Record("good", "5", "test", "f1")]


@pytest.mark.parametrize(
    ("written", "split"),
    [
        ("train", "train"),
        ("Dev", "validation"),
        ("VAL", "validation"),
        ("valid", "validation"),
        (" validation ", "validation"),
        ("Test", "test"),
    ],
)
def test_split_names_are_understood(tmp_path, written, split):
    path = tmp_path / "table.csv"
    path.write_text(f"text,label,split\ngood,pos,{written}\n")
    assert read(path)[0].split == split


def test_another_split_name_is_refused_with_its_line(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("text,label,split\ngood,pos,train\nbad,neg,holdout\n")
    message = refusal(path)
    assert "line 3" in message
    assert "'holdout'" in message


def test_an_empty_split_is_refused(tmp_path):
    path = tmp_path / "table.jsonl"
    path.write_text('{"text": "good", "label": 1, "split": null}\n')
    assert "line 1" in refusal(path)


def test_a_split_on_some_lines_only_is_refused(tmp_path):
    path = tmp_path / "table.jsonl"
    path.write_text('{"text": "a", "label": 1}\n{"text": "b", "label": 1, "split": "test"}\n')
    assert "line 2" in refusal(path)


def test_a_null_group_is_no_group(tmp_path):
    path = tmp_path / "table.parquet"
    table = {"text": ["a", "b", "c"], "label": [0, 1, 0], "group": [7.0, None, float("nan")]}
    parquet.write_table(pyarrow.table(table), path)
    assert [record.group for record in read(path)] == ["7", None, None]


def test_a_chosen_split_column_must_be_there(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("text,label\ngood,pos\n")
    assert "--data.split_column" in refusal(path, split_column="fold")


def test_one_column_cannot_be_text_and_label(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("text,label\ngood,pos\n")
    assert "of their own" in refusal(path, CallError, label_column="text")


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (1, "1"),
        (1.0, "1"),
        ("1.0", "1"),
        ("1.50", "1.50"),
        (0.5, "0.5"),
        (-2.0, "-2"),
        (0, "0"),
        (1e16, "10000000000000000"),
        (True, "True"),
        (False, "False"),
        (" pos ", "pos"),
        ("v1.0", "v1.0"),
        (None, None),
        (float("nan"), None),
        ("", None),
        ("  ", None),
    ],
)
def test_labels_become_names(value, name):
    assert label_name(value) == name


def test_the_same_float_labels_are_the_same_classes_in_every_format(tmp_path, extension):
    path = tmp_path / f"table{extension}"
    write(path, [("good", 1.0), ("bad", 0.0)])
    assert [record.label for record in read(path)] == ["1", "0"]


@pytest.mark.parametrize("label", ["null", '""', "NaN", "[1, 2]", "{}"])
def test_a_label_that_is_none_is_refused_with_its_line(tmp_path, label):
    path = tmp_path / "table.jsonl"
    path.write_text('{"text": "a", "label": 1}\n{"text": "b", "label": ' + label + "}\n")
    assert "line 2: expected one label" in refusal(path)


def test_empty_texts_are_counted_and_the_first_is_named(tmp_path):
    path = tmp_path / "table.csv"
    write_delimited(path, [("good", "pos"), (" \n ", "neg"), ("", "neg"), ("bad", "neg")])
    message = refusal(path)
    assert "2 of the texts" in message
    assert "the first in line 3" in message


def test_a_null_text_counts_as_empty(tmp_path):
    path = tmp_path / "table.parquet"
    write_parquet(path, [("good", "pos"), (None, "neg")])
    message = refusal(path)
    assert "1 of the texts" in message
    assert "row 2" in message


def test_texts_that_are_no_strings_are_refused(tmp_path):
    path = tmp_path / "table.parquet"
    write_parquet(path, [(3, "pos")])
    assert "row 1: expected a string in 'text', got a value of type int" in refusal(path)


def test_a_header_without_rows_is_refused(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("text,label\n")
    assert "no rows" in refusal(path)


def test_a_parquet_file_without_rows_is_refused(tmp_path):
    path = tmp_path / "table.parquet"
    schema = pyarrow.schema([("text", pyarrow.string()), ("label", pyarrow.string())])
    parquet.write_table(schema.empty_table(), path)
    assert "no rows" in refusal(path)
