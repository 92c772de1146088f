import csv
import json

import numpy as np
import pyarrow.parquet
import pytest

from tfcmp.errors import CallError
from tfcmp.inference import recording
from tfcmp.inference.answering import Answers, ranked
from tfcmp.inference.recording import Fields, check_output, json_line, records_of, write_records

CLASSES = ("bad", "so, so", "good")
TEXTS = ["a film", 'quotes " and,\nlines', "half \ud83d", ""]
ROWS = np.array([[0.5, 0.25, 0.25], [0.125, 0.5, 0.375], [0, 0.25, 0.75], [1, 0, 0]])


@pytest.fixture
def answers():
    return Answers(TEXTS, CLASSES, ranked(ROWS), ROWS)


def written(answers, file, fields):
    windows = ([record] for record in records_of(answers, fields))
    assert write_records(file, windows, fields) == len(TEXTS)
    return file


def test_a_record_is_text_label_and_probability_unless_more_is_asked_for(answers):
    first, *_ = records_of(answers, Fields(CLASSES))
    assert json_line(first) == '{"text": "a film", "label": "bad", "probability": 0.5}\n'


def test_the_likeliest_labels_come_first_and_ties_in_the_order_of_the_classes(answers):
    records = list(records_of(answers, Fields(CLASSES, top=2)))
    assert records[0]["top"] == [
        {"label": "bad", "probability": 0.5},
        {"label": "so, so", "probability": 0.25},
    ]
    assert [one["label"] for one in records[1]["top"]] == ["so, so", "good"]


def test_more_labels_than_there_are_give_all_of_them(answers):
    for record in records_of(answers, Fields(CLASSES, top=9)):
        assert {one["label"] for one in record["top"]} == set(CLASSES)


def test_all_probabilities_are_by_class_in_the_order_of_the_classes(answers):
    for record, row in zip(records_of(answers, Fields(CLASSES, has_all=True)), ROWS, strict=True):
        assert list(record["probabilities"].items()) == list(zip(CLASSES, row, strict=True))


def test_json_lines_hold_the_records(answers, tmp_path):
    fields = Fields(CLASSES, top=2, has_all=True)
    file = written(answers, tmp_path / "answers.jsonl", fields)
    # Only "\n" ends a line.
    lines = file.read_text(encoding="utf-8").split("\n")[:-1]
    assert [json.loads(line) for line in lines] == list(records_of(answers, fields))


def test_a_csv_file_has_a_column_for_each_of_them(answers, tmp_path):
    file = written(answers, tmp_path / "answers.csv", Fields(CLASSES, top=2, has_all=True))
    with file.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["text"] for row in rows] == [*TEXTS[:2], "half \\ud83d", ""]
    assert rows[1] == {
        "text": TEXTS[1],
        "label": "so, so",
        "probability": "0.5",
        "top_1_label": "so, so",
        "top_1_probability": "0.5",
        "top_2_label": "good",
        "top_2_probability": "0.375",
        "probabilities.bad": "0.125",
        "probabilities.so, so": "0.5",
        "probabilities.good": "0.375",
    }


@pytest.mark.parametrize("rows", [1, 2, 1000])
def test_a_parquet_file_holds_the_records(answers, tmp_path, monkeypatch, rows):
    monkeypatch.setattr(recording, "ROWS_PER_GROUP", rows)
    fields = Fields(CLASSES, top=2, has_all=True)
    table = pyarrow.parquet.read_table(written(answers, tmp_path / "answers.parquet", fields))
    expected = list(records_of(answers, fields))
    expected[2]["text"] = "half ?"
    assert table.to_pylist() == expected


@pytest.mark.parametrize("suffix", [".jsonl", ".csv", ".parquet"])
def test_no_answers_are_a_file_without_rows(tmp_path, suffix):
    file = tmp_path / f"answers{suffix}"
    assert write_records(file, [], Fields(CLASSES, has_all=True)) == 0
    if suffix == ".parquet":
        assert pyarrow.parquet.read_table(file).num_rows == 0
    else:
        assert len(file.read_text().splitlines()) == (suffix == ".csv")


@pytest.mark.parametrize("suffix", [".jsonl", ".csv", ".parquet"])
def test_a_file_is_written_whole_or_not_at_all(answers, tmp_path, suffix):
    def broken():
        yield list(records_of(answers, Fields(CLASSES)))
        raise ValueError("the rest is damaged")

    file = tmp_path / f"answers{suffix}"
    file.write_text("older")
    with pytest.raises(ValueError, match="damaged"):
        write_records(file, broken(), Fields(CLASSES))
    assert [one.name for one in tmp_path.iterdir()] == [file.name]
    assert file.read_text() == "older"


def test_a_file_of_no_known_format_and_that_of_the_texts_are_refused(tmp_path):
    texts = tmp_path / "texts.csv"
    texts.touch()
    for file, told in (
        (tmp_path / "answers.xlsx", r"ends in \.parquet, \.csv, \.jsonl"),
        (tmp_path / "answers", "ends in"),
        (tmp_path / "." / "texts.csv", "is the file of --input"),
    ):
        with pytest.raises(CallError, match=told):
            check_output(file, texts)
    check_output(tmp_path / "ANSWERS.CSV", texts)
