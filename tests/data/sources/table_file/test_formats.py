import runpy
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tfcmp.data.sources.record import Record, Source
from tfcmp.data.sources.table_file import TableFileSource

_tables = runpy.run_path(str(Path(__file__).with_name("tables.py")))
read = _tables["read"]
write = _tables["write"]
write_delimited = _tables["write_delimited"]


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


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("tables")


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
