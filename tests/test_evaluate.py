"""The command as its user meets it, on the tiny run of the diagnostic corpus."""

import json
import sys
from dataclasses import asdict

import numpy as np
import pyarrow.parquet
import pytest
import yaml

import tfcmp
from tfcmp import evaluate
from tfcmp.command.ending import run_command
from tfcmp.config.fields import DataSettings
from tfcmp.data.corpus import text_id
from tfcmp.data.run_texts import data_settings
from tfcmp.data.sources.opening import open_source
from tfcmp.diagnostics.evaluated import Evaluated, content_of
from tfcmp.errors import CallError
from tfcmp.evaluation.metrics import accuracy
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.files import is_sound, sha256_of

TEXTS = [
    ("a lovely film, good throughout", "pos", "m1"),
    ("not good", "neg", "m1"),
    ("bad <b>plot</b> & \x1b[31mdull actors", "neg", "m2"),
    ("the film was fine", "pos", "m3"),
    ("the film was bad", "pos", "m3"),
    ("what a good story", "neg", "m4"),
]


def write(file, rows, columns="text\tlabel\tgroup"):
    lines = [columns, *("\t".join(row) for row in rows)]
    file.write_text("\n".join(lines) + "\n")
    return file


@pytest.fixture
def classes(finished_run):
    return RunDirectory(finished_run).read_json("split.json")["classes"]


@pytest.fixture
def file(tmp_path, classes):
    negative, positive = classes
    names = {"neg": negative, "pos": positive}
    return write(tmp_path / "new.tsv", [(text, names[label], g) for text, label, g in TEXTS])


@pytest.fixture
def call(monkeypatch, capsys, shared_cache):
    """The function arguments -> exit code, stdout and stderr."""

    def run(*arguments):
        line = ["evaluate.py", *map(str, arguments), "--cache", str(shared_cache)]
        monkeypatch.setattr(sys, "argv", line)
        with pytest.raises(SystemExit) as end:
            run_command(evaluate.main)
        told = capsys.readouterr()
        return end.value.code, told.out, told.err

    return run


def test_tables_and_files_hold_the_answers_of_the_run(call, finished_run, file, tmp_path, classes):
    out = tmp_path / "evaluated"
    code, told, _ = call(finished_run, "--data", file, "--out", out, "--mistakes", "2")
    assert code == 0
    assert told.splitlines()[-1] == str(out)
    table = pyarrow.parquet.read_table(out / "predictions.parquet").to_pydict()
    expected = tfcmp.load(finished_run).probabilities([text for text, *_ in TEXTS])
    np.testing.assert_allclose(np.stack(table["probabilities"]), expected, atol=1e-6)
    assert table["row"] == [1, 2, 3, 4, 5, 6]
    assert table["id"] == [text_id(text) for text, *_ in TEXTS]
    labels = np.array(table["label"])
    assert [classes[label] for label in labels] == [
        {"neg": classes[0], "pos": classes[1]}[label] for _, label, _ in TEXTS
    ]
    content = json.loads((out / "evaluation.json").read_text())
    assert is_sound(content)
    assert content["metrics"]["accuracy"]["value"] == accuracy(labels, expected)
    assert content["metrics"]["groups"]["value"] == 4
    assert np.sum(content["confusion"]["counts"]) == 6
    assert content["computed_from"] == {
        "model.keras": sha256_of(finished_run / "model.keras"),
        "data": sha256_of(file),
    }
    assert content["files"]["confusion.svg"] == sha256_of(out / "confusion.svg")
    assert len(content["mistakes"]) <= 2


def test_texts_are_shown_when_asked_for_and_escaped(call, finished_run, file, tmp_path):
    out = tmp_path / "evaluated"
    hidden = call(finished_run, "--data", file, "--out", out)[1]
    assert "dull" not in hidden + (out / "evaluation.html").read_text()
    code, told, _ = call(
        finished_run, "--data", file, "--out", out, "--show-texts", "--mistakes", "6"
    )
    assert code == 0
    assert "\x1b" not in told
    page = (out / "evaluation.html").read_text()
    assert "<b>plot" not in page
    assert "dull" not in (out / "evaluation.json").read_text()
    wrong = json.loads((out / "evaluation.json").read_text())["mistakes"]
    shown = [text for text, *_ in TEXTS if text_id(text) in {one["id"] for one in wrong}]
    assert shown
    assert all(text.split(",")[0].split("<")[0] in page for text in shown)


def test_labels_that_the_run_does_not_know_are_listed_or_left_out(call, finished_run, file):
    file.write_text(file.read_text() + "so so\tmeh\tm9\nneither\tmeh\tm9\n")
    code, told, error = call(finished_run, "--data", file)
    assert (code, told) == (2, "")
    assert "'meh' (2)" in error
    code, told, _ = call(finished_run, "--data", file, "--skip-unknown-classes")
    assert code == 0
    assert "2 texts left out" in told


def test_rows_without_a_label_are_left_out_where_that_is_asked_for(call, finished_run, file):
    file.write_text(file.read_text() + "nobody knows\t\tm9\n")
    assert "line 8: expected one label" in call(finished_run, "--data", file)[2]
    code, told, _ = call(finished_run, "--data", file, "--data.skip_incomplete")
    assert code == 0
    assert "rows left out (--data.skip_incomplete): 1 without label" in told
    assert "│     6 │" in told


@pytest.fixture
def seen_file(finished_run, tmp_path):
    """Texts of which the first three were trained on, as the vocabulary was learned from them."""
    from tfcmp.data.run_texts import training_hashes

    run = RunDirectory(finished_run)
    trained = {f"{value:016x}" for value in training_hashes(run, tmp_path / "index").tolist()}
    records = list(open_source(data_settings(run)).records())
    old = [one for one in records if text_id(one.text) in trained][:3]
    new = [one for one in records if one.split == "test"][:4]
    rows = [(one.text, one.label, str(n)) for n, one in enumerate([*old, *new])]
    return write(tmp_path / "seen.tsv", rows)


def test_texts_that_the_run_was_trained_on_are_counted_and_can_be_left_out(
    call, finished_run, seen_file, tmp_path
):
    code, told, _ = call(finished_run, "--data", seen_file)
    assert code == 0
    assert "3 of 7 texts are such as the run was trained on" in told
    out = tmp_path / "evaluated"
    code, told, _ = call(finished_run, "--data", seen_file, "--leave-out-seen", "--out", out)
    assert code == 0
    content = json.loads((out / "evaluation.json").read_text())
    assert content["texts_trained_on"] == 3
    assert content["metrics"]["examples"]["value"] == 4


def test_the_splits_of_the_runs_own_data_are_those_of_the_run(call, finished_run, tmp_path):
    out = tmp_path / "evaluated"
    code, _, _ = call(finished_run, "--data", "diagnostic", "--split", "test", "--out", out)
    assert code == 0
    content = json.loads((out / "evaluation.json").read_text())
    stated = RunDirectory(finished_run).read_json("result.json")["test"]
    for name in ("accuracy", "nll", "brier"):
        for part, value in stated[name].items():
            assert content["metrics"][name][part] == pytest.approx(value, abs=1e-6)
    assert content["texts_trained_on"] == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "--data is missing"),
        (["--data", "nowhere.csv"], "nowhere.csv"),
        (["--data", "diagnostic", "--engine", "keras", "--precision", "int8"], "int8"),
        (["--data", "diagnostic", "--mistakes", "-1"], "0 or more"),
        (["--data", "diagnostic", "--data.colum", "x"], "did you mean"),
    ],
)
def test_a_wrong_call_is_reported_before_tensorflow_is_there(
    call, finished_run, arguments, told, monkeypatch
):
    monkeypatch.setattr(evaluate, "import_tensorflow", lambda: pytest.fail("went on to answer"))
    code, out, error = call(finished_run, *arguments)
    assert (code, out) == (2, "")
    assert told in error
    assert error.count("\n") == 1


def test_a_folder_that_is_no_run_is_refused(call, tmp_path):
    code, _, error = call(tmp_path / "none", "--data", "diagnostic")
    assert code == 2
    assert "no such run" in error


def test_of_many_classes_the_cells_of_the_matrix_are_written_that_are_not_zero():
    count = 150
    one = Evaluated(
        facts={},
        classes=tuple(map(str, range(count))),
        rows=np.arange(1, 4),
        ids=["a", "b", "c"],
        labels=np.array([149, 149, 7]),
        probabilities=np.eye(count, dtype=np.float32)[[3, 149, 7]],
        groups=np.arange(3),
    )
    assert content_of(one, {}, "")["confusion"]["cells"] == [[7, 7, 1], [149, 3, 1], [149, 149, 1]]


@pytest.fixture
def data_of(tmp_path):
    """The function arguments, settings of the run -> settings of the texts that are evaluated."""

    def settings(*line, **fitted):
        run = tmp_path / "run"
        run.mkdir()
        data = asdict(DataSettings(source=str(tmp_path / "old.csv"), **fitted))
        (run / "config.yaml").write_text(yaml.safe_dump({"data": data}))
        options = evaluate._parser().parse([str(run), *map(str, line)])
        return evaluate.evaluation_data(RunDirectory(run), options)

    return settings


@pytest.fixture
def new_file(tmp_path):
    (tmp_path / "new.csv").write_text("text,label\ngood,pos\ncaf\xe9,neg\n", encoding="utf-8")
    return tmp_path / "new.csv"


def test_the_files_of_the_runs_own_splits_are_no_part_of_other_texts(data_of, new_file, tmp_path):
    found = data_of(
        "--data", new_file, validation=str(tmp_path / "dev.csv"), test=str(tmp_path / "test.csv")
    )
    assert (found.source, found.validation, found.test) == (str(new_file), None, None)


def test_columns_hold_for_another_file_and_its_delimiter_for_the_same_format_only(
    data_of, new_file, tmp_path
):
    other = tmp_path / "new.jsonl"
    other.write_text('{"review": "good", "label": "pos"}\n')
    found = data_of("--data", other, text_column="review", delimiter="semicolon")
    assert (found.text_column, found.delimiter) == ("review", None)


def test_a_home_folder_is_found_behind_an_equals_sign(data_of, new_file, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert data_of("--data=~/new.csv").source == str(new_file)


def test_a_utf_8_file_for_a_run_of_another_encoding_has_to_be_named(data_of, new_file):
    with pytest.raises(CallError, match=r"--data\.encoding utf-8 or --data\.encoding cp1252"):
        data_of("--data", new_file, encoding="cp1252")


def test_an_encoding_that_is_named_is_taken(data_of, new_file):
    found = data_of("--data", new_file, "--data.encoding", "utf-8", encoding="cp1252")
    assert found.encoding == "utf-8"
