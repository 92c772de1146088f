from pathlib import Path

import pytest

from tfcmp.config.fields import DataSettings
from tfcmp.data.diagnostic.corpus import DiagnosticSource
from tfcmp.data.sources import tfds
from tfcmp.data.sources.imdb import ImdbSource
from tfcmp.data.sources.opening import open_source, require_source
from tfcmp.data.sources.table_file import TableFileSource
from tfcmp.errors import CallError, WorkError


def test_imdb_is_the_default_source():
    assert isinstance(open_source(DataSettings()), ImdbSource)


def test_the_embedded_corpus_is_opened_by_its_name():
    assert isinstance(open_source(DataSettings(source="diagnostic")), DiagnosticSource)


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".jsonl", ".parquet", ".CSV"])
def test_a_file_is_known_by_its_suffix(tmp_path, suffix):
    source = open_source(DataSettings(source=str(tmp_path / f"reviews{suffix}")))
    assert isinstance(source, TableFileSource)


def test_all_settings_of_a_file_reach_its_source():
    settings = DataSettings(
        source="reviews.csv",
        text_column="body",
        label_column="stars",
        split_column="part",
        group_column="author",
        encoding="latin-1",
        encoding_errors="replace",
    )
    expected = TableFileSource(
        Path("reviews.csv"), "body", "stars", "part", "author", "latin-1", "replace"
    )
    assert open_source(settings) == expected


@pytest.mark.parametrize(
    ("named", "passed_on"),
    [
        ({}, {"text_column": None, "label_column": None}),
        (
            {"text_column": "title", "label_column": "topic"},
            {"text_column": "title", "label_column": "topic"},
        ),
    ],
    ids=["usual names", "own names"],
)
def test_tfds_chooses_the_columns_unless_they_are_named(monkeypatch, named, passed_on):
    calls = []
    monkeypatch.setattr(tfds, "TfdsSource", lambda name, **columns: calls.append((name, columns)))
    open_source(DataSettings(source="tfds:ag_news_subset", **named))
    assert calls == [("ag_news_subset", passed_on)]


@pytest.mark.parametrize("name", ["imdbb", "reviews.txt", "no/such/file"])
def test_an_unknown_source_is_a_wrong_call(name):
    with pytest.raises(CallError, match="expected imdb, diagnostic, tfds:NAME or a file"):
        open_source(DataSettings(source=name))


def test_a_folder_is_a_wrong_call(tmp_path):
    with pytest.raises(CallError):
        require_source(DataSettings(source=str(tmp_path)))


def test_a_missing_file_is_told_before_anything_is_read(tmp_path):
    with pytest.raises(CallError, match=r"reviews\.csv"):
        require_source(DataSettings(source=str(tmp_path / "reviews.csv")))


def test_the_embedded_corpus_is_always_at_hand():
    settings = DataSettings(source="diagnostic")
    require_source(settings)
    assert next(iter(open_source(settings).records())).text


def test_a_missing_column_is_told_before_a_run_is_begun(tmp_path):
    file = tmp_path / "own.csv"
    file.write_text("review,label\ngood,1\n")
    with pytest.raises(WorkError, match=r"--data.text_column"):
        require_source(DataSettings(source=str(file)))
