from dataclasses import asdict

import pytest
import yaml

from tfcmp.config.fields import DataSettings
from tfcmp.data.corpus import text_id
from tfcmp.errors import CallError, WorkError
from tfcmp.explanation.locating import is_file, locate
from tfcmp.runs.directory import RunDirectory


@pytest.fixture
def run(tmp_path):
    """A run of which nothing is there but where its texts come from."""
    data = asdict(DataSettings(source=str(tmp_path / "own.csv")))
    (tmp_path / "config.yaml").write_text(yaml.safe_dump({"data": data}))
    (tmp_path / "own.csv").write_text('text,label\ngood,1\n"two\nlines",0\n' + "bad,0\n" * 5)
    return RunDirectory(tmp_path)


def test_a_text_is_found_with_file_and_line(run):
    found = locate(run, [text_id("two\nlines"), text_id("bad") + "-1"])
    assert [(one.text, one.where) for one in found.values()] == [
        ("two\nlines", "own.csv, line 3"),
        ("bad", "own.csv, line 5; own.csv, line 6; own.csv, line 7 and 2 more"),
    ]
    assert is_file(run)


def test_a_text_is_found_in_a_file_that_has_moved(run, tmp_path):
    moved = (tmp_path / "own.csv").rename(tmp_path / "moved.csv")
    found = locate(run, [text_id("good")], DataSettings(source=str(moved)))
    assert [one.where for one in found.values()] == ["moved.csv, line 2"]


def test_a_text_that_is_there_no_more_is_told(run):
    with pytest.raises(WorkError, match=r"1 of 1 texts are not in own\.csv"):
        locate(run, [text_id("gone")])


def test_a_file_that_is_gone_is_told(run, tmp_path):
    (tmp_path / "own.csv").unlink()
    with pytest.raises(CallError, match="not found"):
        locate(run, [text_id("bad")])


def test_of_other_sources_the_split_and_number_are_told(run, tmp_path):
    data = asdict(DataSettings(source="diagnostic"))
    (tmp_path / "config.yaml").write_text(yaml.safe_dump({"data": data}))
    from tfcmp.data.diagnostic.corpus import DiagnosticSource

    third = [record.text for record in DiagnosticSource().records()][2]
    assert "train, text 3" in locate(run, [text_id(third)])[text_id(third)].where
    assert not is_file(run)
