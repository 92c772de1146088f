from dataclasses import asdict

import pytest
import yaml

from tfcmp.command.evaluating import evaluation_data, evaluation_parser
from tfcmp.config.fields import DataSettings
from tfcmp.errors import CallError
from tfcmp.runs.directory import RunDirectory


@pytest.fixture
def data_of(tmp_path):
    """The function arguments, settings of the run -> settings of the texts that are evaluated."""

    def settings(*line, **fitted):
        run = tmp_path / "run"
        run.mkdir()
        data = asdict(DataSettings(source=str(tmp_path / "old.csv"), **fitted))
        (run / "config.yaml").write_text(yaml.safe_dump({"data": data}))
        options = evaluation_parser().parse([str(run), *map(str, line)])
        return evaluation_data(RunDirectory(run), options)

    return settings


@pytest.fixture
def file(tmp_path):
    (tmp_path / "new.csv").write_text("text,label\ngood,pos\ncaf\xe9,neg\n", encoding="utf-8")
    return tmp_path / "new.csv"


def test_the_files_of_the_runs_own_splits_are_no_part_of_other_texts(data_of, file, tmp_path):
    found = data_of(
        "--data", file, validation=str(tmp_path / "dev.csv"), test=str(tmp_path / "test.csv")
    )
    assert (found.source, found.validation, found.test) == (str(file), None, None)


def test_columns_hold_for_another_file_and_its_delimiter_for_the_same_format_only(
    data_of, file, tmp_path
):
    other = tmp_path / "new.jsonl"
    other.write_text('{"review": "good", "label": "pos"}\n')
    found = data_of("--data", other, text_column="review", delimiter="semicolon")
    assert (found.text_column, found.delimiter) == ("review", None)


def test_a_home_folder_is_found_behind_an_equals_sign(data_of, file, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert data_of("--data=~/new.csv").source == str(file)


def test_a_utf_8_file_for_a_run_of_another_encoding_has_to_be_named(data_of, file):
    with pytest.raises(CallError, match=r"--data\.encoding utf-8 or --data\.encoding cp1252"):
        data_of("--data", file, encoding="cp1252")


def test_an_encoding_that_is_named_is_taken(data_of, file):
    found = data_of("--data", file, "--data.encoding", "utf-8", encoding="cp1252")
    assert found.encoding == "utf-8"
