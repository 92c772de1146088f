import csv
import json
import os
import tracemalloc

import pyarrow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from tfcmp.data.sources.record import Record, Source
from tfcmp.data.sources.table_file import TableFileSource, label_name
from tfcmp.errors import CallError, WorkError

AWKWARD_TEXTS = [
    'She said "well, no" twice',
    "one\nline and\r\nanother\rone",
    "emoji \U0001f600 and \U0001f469\u200d\U0001f680",
    "\u0641\u064a\u0644\u0645 \u062c\u064a\u062f \u202eodd",
    "nul \x00 inside",
    "separators \u2028 \x0b \x0c \x1c \x85 inside",
    "tab\tinside",
]
texts = st.text(st.characters(exclude_categories=["Cs"])).filter(lambda text: text.strip())
records = st.lists(
    st.tuples(texts | st.sampled_from(AWKWARD_TEXTS), st.sampled_from(["pos", "neg", "so-so"])),
    min_size=1,
)


def write_delimited(path, rows, delimiter=","):
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream, delimiter=delimiter).writerows([("text", "label"), *rows])


def write_json(path, rows):
    lines = [json.dumps({"text": text, "label": label}) for text, label in rows]
    path.write_text("\n".join(lines) + "\n")


def write_parquet(path, rows):
    table = {"text": [text for text, _ in rows], "label": [label for _, label in rows]}
    parquet.write_table(pyarrow.table(table), path)


def write(path, rows):
    """Writes (text, label) pairs in the format of the extension."""
    match path.suffix:
        case ".csv":
            write_delimited(path, rows)
        case ".tsv":
            write_delimited(path, rows, "\t")
        case ".jsonl":
            write_json(path, rows)
        case ".parquet":
            write_parquet(path, rows)


def read(path, **options):
    return list(TableFileSource(path, **options).records())


def refusal(path, kind=WorkError, **options):
    with pytest.raises(kind) as caught:
        read(path, **options)
    return str(caught.value)


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("tables")


@pytest.fixture(params=[".csv", ".tsv", ".jsonl", ".parquet"])
def extension(request):
    return request.param


@pytest.mark.parametrize("extension", [".csv", ".tsv", ".jsonl", ".parquet"])
@settings(deadline=None)
@given(rows=records)
def test_what_was_written_is_read_back(folder, extension, rows):
    path = folder / f"round_trip{extension}"
    write(path, rows)
    assert [(record.text, record.label) for record in read(path)] == rows


def test_awkward_texts_survive_every_format(tmp_path, extension):
    path = tmp_path / f"table{extension}"
    write(path, [(text, "any") for text in AWKWARD_TEXTS])
    assert [record.text for record in read(path)] == AWKWARD_TEXTS


def test_records_can_be_read_again(tmp_path, extension):
    path = tmp_path / f"table{extension}"
    write(path, [("good", "pos"), ("bad", "neg")])
    source: Source = TableFileSource(path)
    assert list(source.records()) == list(source.records())


def test_an_upper_case_extension_is_read(tmp_path):
    path = tmp_path / "TABLE.CSV"
    write_delimited(path, [("good", "pos")])
    assert read(path) == [Record("good", "pos")]


def test_only_parquet_tells_its_size(tmp_path, extension):
    path = tmp_path / f"table{extension}"
    write(path, [("good", "pos"), ("bad", "neg")])
    assert TableFileSource(path).size() == (2 if extension == ".parquet" else None)


def test_a_text_of_a_hundred_thousand_words_is_read(tmp_path, extension):
    path = tmp_path / f"table{extension}"
    text = "wonderful " * 100_000 + "end"
    write(path, [(text, "pos")])
    assert read(path) == [Record(text, "pos")]


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


def test_a_wrong_encoding_names_line_byte_and_flag(tmp_path):
    path = tmp_path / "table.csv"
    path.write_bytes("text,label\nfine,pos\ncaf\xe9,pos\n".encode("cp1252"))
    message = refusal(path)
    assert "line 3: byte 0xe9 at offset 23" in message
    assert "--data.encoding" in message


def test_a_named_encoding_is_used(tmp_path):
    path = tmp_path / "table.csv"
    path.write_bytes("text,label\ncaf\xe9,pos\n".encode("utf-16"))
    assert read(path, encoding="utf-16") == [Record("caf\xe9", "pos")]


def test_an_unknown_encoding_is_a_wrong_call(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("text,label\ngood,pos\n")
    assert "'klingon'" in refusal(path, CallError, encoding="klingon")


def test_bytes_that_do_not_decode_can_be_replaced(tmp_path):
    path = tmp_path / "table.csv"
    path.write_bytes(b"text,label\ncaf\xe9,pos\n")
    assert read(path, encoding_errors="replace") == [Record("caf\ufffd", "pos")]


def test_the_key_changes_with_the_file_and_with_how_it_is_read(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("text,label\ngood,pos\n")
    keys = {TableFileSource(path).key(), TableFileSource(path, encoding="latin-1").key()}
    keys.add(TableFileSource(path, text_column="review").key())
    os.utime(path, ns=(0, 12345))
    keys.add(TableFileSource(path).key())
    path.write_text("text,label\nbad,neg\nbad,neg\n")
    keys.add(TableFileSource(path).key())
    assert len(keys) == 5


def test_the_key_reads_no_text(tmp_path):
    path = tmp_path / "table.parquet"
    path.write_bytes(b"not Parquet at all")
    assert TableFileSource(path).key() == TableFileSource(path).key()


@pytest.mark.slow
@pytest.mark.parametrize("extension", [".csv", ".jsonl", ".parquet"])
def test_memory_does_not_grow_with_the_file(tmp_path, extension):
    path = tmp_path / f"table{extension}"
    write(path, [("0123456789" * 200, "pos")] * 20_000)
    tracemalloc.start()
    count = sum(1 for _ in TableFileSource(path).records())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 20_000
    assert peak < 4_000_000


@pytest.mark.slow
def test_a_large_row_group_is_not_read_at_once(tmp_path):
    path = tmp_path / "table.parquet"
    write_parquet(path, [(os.urandom(1000).hex(), "pos") for _ in range(30_000)])
    before = pyarrow.total_allocated_bytes()
    reading = TableFileSource(path).records()
    next(reading)
    assert pyarrow.total_allocated_bytes() - before < 10_000_000
    reading.close()


def test_files_of_one_name_size_and_time_in_two_folders_have_two_keys(tmp_path):
    keys = set()
    for folder in ("a", "b"):
        file = tmp_path / folder / "train.csv"
        file.parent.mkdir()
        file.write_text("text,label\ngood,1\n")
        os.utime(file, (1, 1))
        keys.add(TableFileSource(file).key())
    assert len(keys) == 2
