from pathlib import Path

import pytest

from tfcmp.config.fields import DataSettings
from tfcmp.data.diagnostic.corpus import DiagnosticSource
from tfcmp.data.sources import tfds
from tfcmp.data.sources.imdb import ImdbSource
from tfcmp.data.sources.opening import open_source, require_source
from tfcmp.data.sources.table_file import TableFileSource
from tfcmp.errors import CallError, WorkError


@pytest.mark.parametrize(
    ("named", "kind"),
    [
        ({}, ImdbSource),
        ({"source": "diagnostic"}, DiagnosticSource),
        *(
            ({"source": f"reviews{suffix}"}, TableFileSource)
            for suffix in (".csv", ".jsonl.gz", ".PARQUET")
        ),
    ],
)
def test_the_name_of_a_source_tells_its_kind(named, kind):
    assert isinstance(open_source(DataSettings(**named)), kind)


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


@pytest.mark.parametrize(
    ("name", "kind", "told"),
    [
        ("", CallError, "is a folder"),
        ("reviews.csv", CallError, r"reviews\.csv"),
        ("own.csv", WorkError, r"--data.text_column"),
    ],
    ids=["a folder", "a missing file", "a missing column"],
)
def test_what_is_wrong_with_a_file_is_told_before_a_run_is_begun(tmp_path, name, kind, told):
    (tmp_path / "own.csv").write_text("review,label\ngood,1\n")
    with pytest.raises(kind, match=told):
        require_source(DataSettings(source=str(tmp_path / name)))


def test_the_embedded_corpus_is_always_there():
    require_source(DataSettings(source="diagnostic"))
