import shutil

import pytest
import yaml

from tfcmp.command.parser import CommandParser
from tfcmp.command.text_column import add_input, input_reading, text_column
from tfcmp.errors import CallError
from tfcmp.runs.directory import RunDirectory


@pytest.fixture
def make_run(finished_run, tmp_path):
    """The function settings -> a run that was fitted on data with these settings."""

    def make(**settings):
        for name in ("config.yaml", "environment.json"):
            shutil.copy(finished_run / name, tmp_path)
        file = tmp_path / "config.yaml"
        content = yaml.safe_load(file.read_text())
        content["data"] |= settings
        file.write_text(yaml.safe_dump(content))
        return RunDirectory(tmp_path)

    return make


def parsed(*line):
    parser = CommandParser()
    add_input(parser)
    return parser.parse(list(line))


def reading(run, file, *line):
    return input_reading(parsed(*line), run, None if file is None else str(file))


@pytest.mark.parametrize(("line", "column"), [([], "review"), (["--text-column", "body"], "body")])
def test_the_column_is_the_one_asked_for_else_the_one_that_the_run_was_fitted_on(
    make_run, line, column
):
    assert text_column(parsed(*line), make_run(text_column="review")) == column


@pytest.mark.parametrize("name", ["new.csv", "new.txt", "new.jsonl", "new.csv.gz"])
def test_a_file_has_the_encoding_of_the_run_unless_another_is_named(make_run, tmp_path, name):
    import gzip

    run, file = make_run(encoding="cp1252"), tmp_path / name
    content = "text\ncaf\xe9 \x93good\x94\n".encode("latin-1")
    file.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    assert reading(run, file).encoding == "cp1252"
    assert reading(run, file, "--encoding", "latin-1").encoding == "latin-1"


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16-le"])
def test_a_utf_8_file_for_a_run_of_another_encoding_has_to_be_named(make_run, tmp_path, encoding):
    run, file = make_run(encoding=encoding), tmp_path / "new.csv"
    file.write_text("text\ncaf\xe9\n", encoding="utf-8")
    with pytest.raises(CallError, match="--encoding utf-8 or --encoding"):
        reading(run, file)
    assert reading(run, file, "--encoding", "utf-8").encoding == "utf-8"


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("cp1252", b"text\nplain\n"),
        ("utf-16-le", "text\nplain\n".encode("utf-16-le")),
        ("cp1252", "\ufefftext\ncaf\xe9\n".encode()),
    ],
    ids=["ascii", "utf-16", "marked"],
)
def test_a_file_that_leaves_no_doubt_needs_no_option(make_run, tmp_path, encoding, content):
    file = tmp_path / "new.csv"
    file.write_bytes(content)
    assert reading(make_run(encoding=encoding), file).encoding == encoding


def test_quoting_and_delimiter_of_the_run_hold_for_a_file_of_the_same_format(make_run, tmp_path):
    run = make_run(source=str(tmp_path / "train.tsv"), quoting="none", delimiter="pipe")
    for name in ("new.tsv", "new.csv"):
        (tmp_path / name).write_text("text\n")
    same, other = (reading(run, tmp_path / name) for name in ("new.tsv", "new.csv"))
    assert (same.quoting, same.usual_delimiter) == ("none", "pipe")
    assert (other.quoting, other.usual_delimiter) == (None, None)


def test_stdin_is_utf_8_unless_an_encoding_is_named(make_run):
    run = make_run(encoding="cp1252")
    assert reading(run, None).encoding == "utf-8"
    assert reading(run, None, "--encoding", "utf-16").encoding == "utf-16"


@pytest.mark.parametrize(
    "line", [["--delimiter", ";"], ["--quoting", "none"], ["--encoding", "klingon"]]
)
def test_an_option_without_use_or_meaning_is_a_wrong_call(make_run, tmp_path, line):
    (tmp_path / "new.jsonl").write_text("{}")
    with pytest.raises(CallError, match=f"{line[0]}|encoding"):
        reading(make_run(), tmp_path / "new.jsonl", *line)
    with pytest.raises(CallError):
        reading(make_run(), None, *line)
