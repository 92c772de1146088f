import csv
import json
import os
import tracemalloc
from pathlib import Path

import pyarrow
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pyarrow import parquet

from tfcmp.config.fields import DataSettings
from tfcmp.data.corpus import index_source
from tfcmp.data.sources.opening import open_source, require_source
from tfcmp.data.sources.record import Record
from tfcmp.data.sources.table_file import TableFileSource, label_name
from tfcmp.data.splits import split_by_settings
from tfcmp.errors import CallError, WorkError


@pytest.fixture(params=[".csv", ".tsv", ".jsonl", ".parquet"])
def extension(request):
    return request.param


def write_parquet(path, rows):
    texts, labels = zip(*rows, strict=True)
    parquet.write_table(pyarrow.table({"text": list(texts), "label": list(labels)}), path)


def write_delimited(path, rows, delimiter=","):
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream, delimiter=delimiter).writerows([("text", "label"), *rows])


def write(path, rows):
    """Writes (text, label) pairs in the format of the extension."""
    match path.suffix:
        case ".csv":
            write_delimited(path, rows)
        case ".tsv":
            write_delimited(path, rows, "\t")
        case ".jsonl":
            lines = [json.dumps({"text": text, "label": label}) for text, label in rows]
            path.write_text("\n".join(lines) + "\n")
        case ".parquet":
            write_parquet(path, rows)


@pytest.fixture
def table(tmp_path):
    """The function content -> a file of it."""

    def make(content, name="table.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return make


def read(path, **options):
    return list(TableFileSource(path, **options).records())


def refusal(path, kind=WorkError, **options):
    with pytest.raises(kind) as caught:
        read(path, **options)
    return str(caught.value)


def test_columns_can_be_named(table):
    path = table("stars,review,part,film\n5,good,TEST,f1\n")
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
def test_split_names_are_understood(table, written, split):
    path = table(f"text,label,split\ngood,pos,{written}\n")
    assert read(path)[0].split == split


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('{"text": "a", "label": 1, "split": null}', "line 1"),
        ('{"text": "a", "label": 1}\n{"text": "b", "label": 1, "split": "test"}', "line 2"),
        ('{"text": "a", "label": 1, "split": "holdout"}', "'holdout'"),
    ],
    ids=["none", "on some lines only", "another name"],
)
def test_what_is_no_split_is_refused_with_its_line(table, content, told):
    assert told in refusal(table(content, "table.jsonl"))


@pytest.mark.parametrize(
    ("options", "kind", "told"),
    [
        ({"split_column": "fold"}, WorkError, "--data.split_column"),
        ({"label_column": "text"}, CallError, "of their own"),
        ({"test": "table.csv"}, CallError, "--data.test"),
        ({"encoding": "klingon"}, CallError, "'klingon'"),
    ],
)
def test_columns_and_files_that_cannot_be_are_refused_with_the_option(
    table, monkeypatch, options, kind, told
):
    monkeypatch.chdir(table("text,label\ngood,pos\n").parent)
    assert told in refusal(Path("table.csv"), kind, **options)


def test_a_null_group_is_no_group(tmp_path):
    path = tmp_path / "table.parquet"
    table = {"text": ["a", "b", "c"], "label": [0, 1, 0], "group": [7.0, None, float("nan")]}
    parquet.write_table(pyarrow.table(table), path)
    assert [record.group for record in read(path)] == ["7", None, None]


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
def test_a_label_that_is_none_is_refused_with_its_line(table, label):
    path = table(
        '{"text": "a", "label": 1}\n{"text": "b", "label": ' + label + "}\n", "table.jsonl"
    )
    assert "line 2: expected one label" in refusal(path)


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([("good", "pos"), (" \n ", "neg"), ("", "neg")], ["2 of the texts", "first in row 2"]),
        ([("good", "pos"), (None, "neg")], ["1 of the texts", "row 2"]),
        ([(3, "pos")], ["row 1: expected a string in 'text'", "type int"]),
    ],
    ids=["blank", "null", "no string"],
)
def test_texts_that_are_none_are_counted_and_the_first_is_named(tmp_path, rows, told):
    write_parquet(tmp_path / "table.parquet", rows)
    message = refusal(tmp_path / "table.parquet")
    assert all(part in message for part in told)


def test_a_parquet_file_without_rows_is_refused(tmp_path):
    path = tmp_path / "table.parquet"
    schema = pyarrow.schema([("text", pyarrow.string()), ("label", pyarrow.string())])
    parquet.write_table(schema.empty_table(), path)
    assert "no rows" in refusal(path)


@pytest.fixture
def files(tmp_path):
    write(tmp_path / "train.csv", [(f"good {n}", n % 2) for n in range(20)])
    write(tmp_path / "dev.jsonl", [("fair", 1), ("poor", 0)])
    write(tmp_path / "test.parquet", [("fine", 1), ("bad", 0)])
    return {"validation": tmp_path / "dev.jsonl", "test": tmp_path / "test.parquet"}


def test_rows_are_of_the_split_that_their_file_is_named_for(tmp_path, files):
    records = read(tmp_path / "train.csv", **files)
    assert records[0] == Record("good 0", "0", "train")
    assert records[20:] == [
        Record("fair", "1", "validation"),
        Record("poor", "0", "validation"),
        Record("fine", "1", "test"),
        Record("bad", "0", "test"),
    ]


def test_a_split_without_a_file_is_cut_from_train(tmp_path, files):
    settings = DataSettings(source=str(tmp_path / "train.csv"), test=str(files["test"]))
    corpus = index_source(open_source(settings), tmp_path / "cache")
    splits = split_by_settings(corpus, settings)
    assert (len(splits.train), len(splits.validation), len(splits.test)) == (18, 2, 2)


def test_places_name_the_file(tmp_path, files):
    places = [
        place for place, _ in TableFileSource(tmp_path / "train.csv", **files).placed_records()
    ]
    assert places[0] == "train.csv, line 2"
    assert places[-1] == "test.parquet, row 2"


def test_the_key_changes_with_every_file_and_its_split(tmp_path, files):
    sources = [
        TableFileSource(tmp_path / "train.csv"),
        TableFileSource(tmp_path / "train.csv", **files),
        TableFileSource(tmp_path / "train.csv", test=files["test"]),
        TableFileSource(tmp_path / "train.csv", validation=files["test"]),
    ]
    keys = {source.key() for source in sources}
    write(files["test"], [("fine", 1), ("bad", 0), ("new", 1)])
    keys.add(sources[1].key())
    assert len(keys) == 5


def test_what_is_wrong_with_any_file_is_told_before_a_run_is_begun(tmp_path, files, table):
    settings = DataSettings(
        source=str(tmp_path / "train.csv"), test=str(table("review,label\ngood,1\n", "other.csv"))
    )
    with pytest.raises(WorkError, match=r"other\.csv"):
        require_source(settings)
    files["validation"].write_text(json.dumps({"text": "", "label": 1}))
    assert "dev.jsonl" in refusal(tmp_path / "train.csv", **files)


def test_a_split_column_next_to_declared_files_is_a_wrong_call(tmp_path, files):
    path = tmp_path / "own.csv"
    path.write_text("text,label,split\ngood,1,train\n")
    assert "--data.split_column none" in refusal(path, CallError, test=files["test"])
    assert read(path, test=files["test"], split_column="none")[0].split == "train"


@pytest.mark.parametrize("source", ["imdb", "diagnostic", "tfds:ag_news_subset"])
def test_files_of_splits_next_to_a_source_with_splits_of_its_own_are_a_wrong_call(source):
    with pytest.raises(CallError, match=r"--data\.test goes with a file"):
        open_source(DataSettings(source=source, test="test.csv"))


def test_a_relative_file_is_found_from_any_folder(tmp_path, files, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = DataSettings(source="train.csv", test="test.parquet")
    assert settings.test == str(files["test"])


@pytest.mark.parametrize("name", ["none", "", None])
def test_the_columns_for_split_and_group_can_be_left_out(table, name):
    path = table("text,label,split,group\ngood,1,fold7,a\n")
    assert read(path, split_column=name, group_column=name) == [Record("good", "1")]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("table.csv", 'text,label\ngood,1\n,0\nbad,\n"  ",\nfine,0\n'),
        (
            "table.jsonl",
            '{"text": "good", "label": 1}\n{"text": null, "label": 1}\n{"text": NaN, "label": 1}\n'
            '{"text": "a", "label": NaN}\n{"text": "fine", "label": 1}\n',
        ),
    ],
)
def test_rows_without_text_or_label_can_be_left_out_and_are_counted(table, name, content):
    path = table(content, name)
    source = TableFileSource(path, skip_incomplete=True)
    assert source.left_out() == {"without_text": 2, "without_label": 1}
    assert [record.text for record in source.records()] == ["good", "fine"]
    assert "--data.skip_incomplete true" in refusal(path)


def test_a_label_of_several_parts_is_an_error_all_the_same(table):
    path = table('{"text": "a", "label": ["b"]}\n', "table.jsonl")
    assert "got a list" in refusal(path, skip_incomplete=True)


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


@pytest.mark.parametrize("extension", [".csv", ".tsv", ".jsonl", ".parquet"])
@given(rows=records)
@example(rows=[(text, "any") for text in AWKWARD_TEXTS])
def test_what_was_written_is_read_back(tmp_path_factory, extension, rows):
    path = tmp_path_factory.mktemp("tables") / f"round_trip{extension}"
    write(path, rows)
    assert [(record.text, record.label) for record in read(path)] == rows


def test_records_can_be_read_again_and_only_parquet_tells_their_number(tmp_path, extension):
    path = tmp_path / f"table{extension}"
    write(path, [("good", "pos"), ("bad", "neg")])
    source = TableFileSource(path)
    assert list(source.records()) == list(source.records())
    assert source.size() == (2 if extension == ".parquet" else None)


def test_a_text_of_a_hundred_thousand_words_is_read(tmp_path, extension):
    path = tmp_path / f"table{extension}"
    text = "wonderful " * 100_000 + "end"
    write(path, [(text, "pos")])
    assert read(path) == [Record(text, "pos")]


def test_encoding_and_what_becomes_of_other_bytes_can_be_named(table):
    path = table("text,label\ncaf\xe9,pos\n".encode("utf-16"))
    assert read(path, encoding="utf-16") == [Record("caf\xe9", "pos")]
    path = table(b"text,label\ncaf\xe9,pos\n")
    assert read(path, encoding_errors="replace") == [Record("caf\ufffd", "pos")]
    message = refusal(path)
    assert "line 2: byte 0xe9 at offset 14" in message
    assert "--data.encoding" in message


def test_the_key_changes_with_the_content_and_with_how_it_is_read(table):
    path = table("text,label\ngood,pos\n")
    keys = {TableFileSource(path).key(), TableFileSource(path, encoding="latin-1").key()}
    keys.add(TableFileSource(path, text_column="review").key())
    path.write_text("text,label\nbad,neg\nbad,neg\n")
    keys.add(TableFileSource(path).key())
    path.with_suffix(".tsv").write_bytes(path.read_bytes())
    keys.add(TableFileSource(path.with_suffix(".tsv")).key())
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
