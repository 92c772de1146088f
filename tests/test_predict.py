import io
import json
import os
import shutil
import signal
import subprocess
import sys

import pyarrow
import pyarrow.parquet
import pytest

import tfcmp
from tfcmp import predict
from tfcmp.errors import CallError, WorkError
from tfcmp.runs.artifacts import write_later
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.files import write_json
from tfcmp.runs.layout import PREDICTIONS, TEMPERATURE

TEXTS = ["A fine film.", "", 'quotes " and, commas', "\u0641\u064a\u0644\u0645 \U0001f600"]


@pytest.fixture(scope="module")
def loaded(finished_run):
    return tfcmp.load(finished_run)


@pytest.fixture
def call(loaded, finished_run, monkeypatch, capsys):
    """Runs the command on the finished run, loaded once; gives the texts that were answered."""
    monkeypatch.setattr(tfcmp, "load", lambda path, **options: loaded)

    def run(*arguments, stdin=b""):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        predict.main([str(finished_run), *map(str, arguments)])
        lines = capsys.readouterr().out.splitlines()
        return [json.loads(line)["text"] for line in lines]

    return run


def test_an_answer_is_a_json_object_a_line(loaded, finished_run, monkeypatch, capsys):
    monkeypatch.setattr(tfcmp, "load", lambda path, **options: loaded)
    predict.main([str(finished_run), "A fine film."])
    told = capsys.readouterr()
    (line,) = told.out.splitlines()
    assert json.loads(line) == loaded.predict(["A fine film."])[0]._asdict()
    assert list(json.loads(line)) == ["text", "label", "probability"]
    assert told.err == ""


def test_texts_of_the_arguments_are_answered_in_order(call):
    assert call(*TEXTS) == TEXTS


def test_a_text_that_looks_like_an_option_stands_behind_two_dashes(call):
    assert call("--", "--not bad", "-x") == ["--not bad", "-x"]


@pytest.mark.parametrize(
    "text", ["--boring film", "--boring", "--dreadful", "-x", "--input film", "--good=bad"]
)
def test_a_text_that_is_taken_for_an_option_gets_a_hint(text):
    with pytest.raises(CallError, match=f"put -- before it.* -- '?{text}'?$"):
        predict.main(["run", text])


def test_a_misspelt_option_is_not_taken_for_a_text():
    with pytest.raises(CallError, match=r"did you mean --input\?$"):
        predict.main(["run", "--inptu"])


def test_every_line_of_stdin_is_answered(call):
    assert call(stdin="\n".join(TEXTS).encode() + b"\n") == TEXTS


@pytest.mark.parametrize("extension", ["txt", "csv", "tsv", "jsonl", "parquet"])
def test_every_text_of_a_file_is_answered(call, tmp_path, extension):
    file = tmp_path / f"texts.{extension}"
    quoted = ['"{}"'.format(text.replace('"', '""')) for text in TEXTS]
    match extension:
        case "txt":
            file.write_text("\n".join(TEXTS) + "\n")
        case "csv" | "tsv":
            file.write_text("\n".join(["text", *quoted]) + "\n")
        case "jsonl":
            file.write_text("".join(json.dumps({"text": text}) + "\n" for text in TEXTS))
        case "parquet":
            pyarrow.parquet.write_table(pyarrow.table({"text": TEXTS}), file)
    assert call("--input", file) == TEXTS


def test_bytes_that_do_not_decode_end_with_their_line(call):
    with pytest.raises(WorkError, match="stdin, line 2: ") as ended:
        call(stdin=b"one\ntwo\xff\nthree\n")
    assert ended.value.exit_code == 1


def test_on_demand_bytes_that_do_not_decode_are_replaced(call):
    answered = call("--encoding-errors", "replace", stdin=b"one\ntwo\xff\nthree\n")
    assert answered == ["one", "two\ufffd", "three"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "required: RUN"),
        (["run", "a", "--input", "b.csv"], "texts and --input contradict each other"),
        (["run", "--inputs", "b.csv"], "unknown option --inputs; did you mean --input?"),
        (["run", "--encoding-errors", "ignore", "a"], "expected one of .*, got ignore"),
    ],
)
def test_a_wrong_call_is_refused_before_anything_is_loaded(arguments, told, monkeypatch):
    monkeypatch.setattr(predict, "import_tensorflow", lambda: pytest.fail("loaded"))
    with pytest.raises(CallError, match=told):
        predict.main(arguments)


def test_without_a_text_a_terminal_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    with pytest.raises(CallError, match="no text: give texts as arguments"):
        predict.main(["run"])


def test_a_missing_file_is_reported_before_anything_is_loaded(finished_run, monkeypatch):
    monkeypatch.setattr(predict, "import_tensorflow", lambda: pytest.fail("loaded"))
    with pytest.raises(CallError, match=r"missing\.csv was not found"):
        predict.main([str(finished_run), "--input", "missing.csv"])


def test_a_closed_stdin_is_reported(finished_run, monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(CallError, match="no stdin"):
        predict.main([str(finished_run)])


def test_an_incomplete_run_says_how_to_finish_it(tmp_path):
    write_json(RunDirectory(tmp_path).file("environment.json"), {"run_format": 1})
    with pytest.raises(WorkError, match=f"python -m tfcmp.fit --resume {tmp_path}"):
        predict.main([str(tmp_path), "a text"])


def test_calibrated_answers_have_the_same_labels_and_softer_probabilities(
    loaded, finished_run, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(tfcmp, "load", lambda path, **options: loaded)
    run = RunDirectory(shutil.copytree(finished_run, tmp_path / "run"))
    content = {"temperature": {"value": 2.0, "low": 1.5, "high": 2.5}}
    write_later(run, TEMPERATURE, content, "command", [PREDICTIONS])
    predict.main([str(run.path), "--calibrated", *TEXTS])
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    for answer, raw in zip(answers, loaded.predict(TEXTS), strict=True):
        assert (answer["text"], answer["label"]) == (raw.text, raw.label)
        # Of two classes: sqrt(p) / (sqrt(p) + sqrt(1 - p)).
        roots = raw.probability**0.5, (1 - raw.probability) ** 0.5
        assert answer["probability"] == pytest.approx(roots[0] / sum(roots), abs=1e-6)


def test_calibrated_without_a_temperature_says_how_to_fit_one(finished_run, monkeypatch):
    monkeypatch.setattr(predict, "import_tensorflow", lambda: pytest.fail("loaded"))
    with pytest.raises(WorkError, match=f"python -m tfcmp.diagnose {finished_run} --calibrate"):
        predict.main([str(finished_run), "--calibrated", "a text"])


@pytest.mark.slow
def test_the_command_prints_answers_to_stdout_and_nothing_else_anywhere(finished_run):
    command = [sys.executable, "-m", "tfcmp.predict", str(finished_run)]
    ended = subprocess.run(command, input=b"one\n\xe2\x9c\x93 two\n", capture_output=True)
    assert (ended.returncode, ended.stderr) == (0, b"")
    texts = [json.loads(line)["text"] for line in ended.stdout.splitlines()]
    assert texts == ["one", "\u2713 two"]


@pytest.mark.slow
def test_a_reader_that_has_gone_ends_the_command_quietly(finished_run):
    reading, writing = os.pipe()
    command = [sys.executable, "-m", "tfcmp.predict", str(finished_run)]
    lines = b"a film\n" * 20_000
    with os.fdopen(writing, "wb") as pipe:
        os.close(reading)
        ended = subprocess.run(command, input=lines, stdout=pipe, stderr=subprocess.PIPE)
    assert (ended.returncode, ended.stderr) == (0, b"")


def test_a_table_is_read_by_the_column_that_is_named(call, tmp_path):
    table = tmp_path / "mine.csv"
    table.write_text("review,text\ngood film,other\n")
    assert call("--input", table, "--text-column", "review") == ["good film"]


def test_a_column_that_is_not_there_names_the_option(call, tmp_path):
    table = tmp_path / "mine.csv"
    table.write_text("texts\ngood film\n")
    with pytest.raises(WorkError, match="name the right one with --text-column texts"):
        call("--input", table)


def test_more_is_said_of_an_answer_where_it_is_asked_for(loaded, finished_run, monkeypatch, capsys):
    monkeypatch.setattr(tfcmp, "load", lambda path, **options: loaded)
    predict.main([str(finished_run), "--top", "1", "--all-probabilities", "A fine film."])
    answer = json.loads(capsys.readouterr().out)
    (row,) = loaded.probabilities(["A fine film."]).tolist()
    assert answer["probabilities"] == dict(zip(loaded.classes, row, strict=True))
    assert answer["top"] == [{name: answer[name] for name in ("label", "probability")}]


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "parquet"])
def test_answers_are_written_to_a_file_and_counted_on_stderr(
    loaded, finished_run, monkeypatch, capsys, tmp_path, suffix
):
    monkeypatch.setattr(tfcmp, "load", lambda path, **options: loaded)
    output, again = tmp_path / f"answers.{suffix}", tmp_path / "again.jsonl"
    predict.main([str(finished_run), "--output", str(output), *TEXTS])
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", f"4 answers written to {output}\n")
    # What it writes is what it reads.
    predict.main([str(finished_run), "--input", str(output), "--output", str(again)])
    lines = again.read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["text"] for line in lines] == TEXTS


@pytest.mark.parametrize("form", ["csv", "tsv", "jsonl", "parquet"])
def test_every_text_of_a_table_on_stdin_is_answered(call, form):
    quoted = ['"{}"'.format(text.replace('"', '""')) for text in TEXTS]
    match form:
        case "csv" | "tsv":
            table = "\n".join(["mine", *quoted]).encode()
        case "jsonl":
            table = "".join(json.dumps({"mine": text}) + "\n" for text in TEXTS).encode()
        case "parquet":
            stream = io.BytesIO()
            pyarrow.parquet.write_table(pyarrow.table({"mine": TEXTS}), stream)
            table = stream.getvalue()
    assert call("--stdin-format", form, "--text-column", "mine", stdin=table) == TEXTS


def test_an_error_in_a_table_on_stdin_names_its_line(call):
    with pytest.raises(WorkError, match=r"stdin\.jsonl, line 2"):
        call("--stdin-format", "jsonl", stdin=b'{"text": "a"}\n{"text": 3}\n')


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["a", "--stdin-format", "csv"], "texts and --stdin-format contradict"),
        (["--input", "a.csv", "--stdin-format", "csv"], "--input and --stdin-format contradict"),
        (["a", "--stdin-format", "xml"], "expected one of .*, got xml"),
        (["a", "--top", "0"], "--top 0: expected at least 1"),
        (["a", "--output", "answers.txt"], "ends in .parquet, .csv, .jsonl"),
        (["a", "--output", "nowhere/answers.csv"], "there is no folder .*nowhere"),
    ],
)
def test_options_that_cannot_be_used_are_reported_before_anything_is_loaded(
    arguments, told, monkeypatch
):
    monkeypatch.setattr(predict, "import_tensorflow", lambda: pytest.fail("loaded"))
    with pytest.raises(CallError, match=told):
        predict.main(["run", *arguments])


@pytest.mark.slow
def test_a_line_in_a_pipe_that_stays_open_is_answered_and_ctrl_c_ends_it(finished_run):
    command = [sys.executable, "-m", "tfcmp.predict", str(finished_run)]
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with subprocess.Popen(command, **pipes) as started:
        for text in ("first", "second"):
            started.stdin.write(text.encode() + b"\n")
            started.stdin.flush()
            assert json.loads(started.stdout.readline())["text"] == text
        started.send_signal(signal.SIGINT)
        assert started.wait(60) == 1
        assert started.stderr.read() == b"error: interrupted\n"
