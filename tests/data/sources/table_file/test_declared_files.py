import json
import runpy
from pathlib import Path

import pytest

from tfcmp.config.fields import DataSettings
from tfcmp.data.corpus import index_source
from tfcmp.data.sources.opening import open_source, require_source
from tfcmp.data.sources.record import Record
from tfcmp.data.sources.table_file import TableFileSource
from tfcmp.data.splits import split_by_settings
from tfcmp.errors import CallError, WorkError

_tables = runpy.run_path(str(Path(__file__).with_name("tables.py")))
read = _tables["read"]
refusal = _tables["refusal"]
write = _tables["write"]


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


def test_an_error_names_the_file_it_is_in(tmp_path, files):
    files["validation"].write_text(json.dumps({"text": "", "label": 1}))
    assert "dev.jsonl" in refusal(tmp_path / "train.csv", **files)


def test_a_missing_column_of_any_file_is_told_before_a_run_is_begun(tmp_path, files):
    files["test"].with_suffix(".csv").write_text("review,label\ngood,1\n")
    settings = DataSettings(
        source=str(tmp_path / "train.csv"), test=str(files["test"].with_suffix(".csv"))
    )
    with pytest.raises(WorkError, match=r"test\.csv"):
        require_source(settings)


def test_one_file_for_two_splits_is_a_wrong_call(tmp_path, files):
    path = tmp_path / "train.csv"
    assert "--data.test" in refusal(path, CallError, test=path)


def test_a_split_column_beside_declared_files_is_a_wrong_call(tmp_path, files):
    path = tmp_path / "own.csv"
    path.write_text("text,label,split\ngood,1,train\n")
    assert "--data.split_column none" in refusal(path, CallError, test=files["test"])
    assert read(path, test=files["test"], split_column="none")[0].split == "train"


@pytest.mark.parametrize("source", ["imdb", "diagnostic", "tfds:ag_news_subset"])
def test_files_of_splits_beside_a_source_with_splits_of_its_own_are_a_wrong_call(source):
    with pytest.raises(CallError, match=r"--data\.test goes with a file"):
        open_source(DataSettings(source=source, test="test.csv"))


def test_a_relative_file_is_found_from_any_folder(tmp_path, files, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = DataSettings(source="train.csv", test="test.parquet")
    assert settings.test == str(files["test"])


@pytest.mark.parametrize("name", ["none", "", None])
def test_the_columns_for_split_and_group_can_be_left_out(tmp_path, name):
    path = tmp_path / "table.csv"
    path.write_text("text,label,split,group\ngood,1,fold7,a\n")
    assert read(path, split_column=name, group_column=name) == [Record("good", "1")]


INCOMPLETE = 'text,label\ngood,1\n,0\nbad,\n"  ",\nfine,0\n'


def test_rows_without_text_or_label_can_be_left_out_and_are_counted(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text(INCOMPLETE)
    source = TableFileSource(path, skip_incomplete=True)
    assert source.left_out() == {"without_text": 2, "without_label": 1}
    assert [record.text for record in source.records()] == ["good", "fine"]
    assert "--data.skip_incomplete true" in refusal(path)


def test_null_and_nan_are_left_out_alike(tmp_path):
    path = tmp_path / "table.jsonl"
    path.write_text(
        '{"text": null, "label": 1}\n{"text": NaN, "label": 1}\n{"text": "a", "label": NaN}\n'
        '{"text": "b", "label": 1}\n'
    )
    source = TableFileSource(path, skip_incomplete=True)
    assert [record.text for record in source.records()] == ["b"]
    assert source.left_out() == {"without_text": 2, "without_label": 1}


def test_a_label_of_several_parts_is_an_error_all_the_same(tmp_path):
    path = tmp_path / "table.jsonl"
    path.write_text('{"text": "a", "label": ["b"]}\n')
    assert "got a list" in refusal(path, skip_incomplete=True)
