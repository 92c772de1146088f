import importlib
from argparse import Namespace

import pytest

from tfcmp.command.inputs import cache_folder
from tfcmp.command.options import add_cache, parse_configuration
from tfcmp.command.parser import CommandParser
from tfcmp.config.default_paths import DEFAULT_CACHE
from tfcmp.config.values import local_path, output_file, output_folder
from tfcmp.errors import CallError

UNKNOWN = "~no_such_user_here/x"
MODEL = ["--model", "gru"]
# Every option and argument that names a file or a folder, with what else the call needs.
CALLS = [
    *(("fit", [*MODEL], option) for option in ("--runs", "--cache", "--config", "--data")),
    ("fit", [*MODEL, "--data.source"], None),
    ("fit", [], "--resume"),
    *(("tune", [*MODEL], option) for option in ("--runs", "--cache", "--data", "--search.space")),
    ("tune", [], "--resume"),
    *(("bench", [*MODEL], option) for option in ("--out", "--cache", "--data")),
    ("bench", [], None),
    *(("compare", [], option) for option in ("--config", "--runs", "--resume", "--cache")),
    *(("predict", ["run"], option) for option in ("--input",)),
    ("predict", [], None),
    *(("explain", ["run"], option) for option in ("--input", "--html", "--other", "--out")),
    ("explain", [], None),
    *(("diagnose", ["run"], option) for option in ("--contrast", "--figures", "--out")),
    ("diagnose", [], None),
    *(("evaluate", ["run", "--data", "imdb"], option) for option in ("--out", "--cache")),
    ("evaluate", [], None),
    ("export", ["run", "--format", "onnx"], "--out"),
    ("export", ["--format", "onnx"], None),
    ("report", ["run"], "--out"),
    ("report", [], None),
    ("verify", ["run"], "--report"),
    ("verify", [], None),
    *(("fetch", ["imdb"], option) for option in ("--archive", "--data-dir", "--cache")),
]


@pytest.mark.parametrize(("command", "others", "option"), CALLS)
def test_every_path_of_every_command_is_read_by_one_rule(
    command, others, option, tmp_path, monkeypatch
):
    # A home that is not known shows it: nobody but `absolute_path` says so.
    monkeypatch.chdir(tmp_path)
    given = [UNKNOWN] if option is None else [f"{option}={UNKNOWN}"]
    main = importlib.import_module(f"tfcmp.{command}").main
    with pytest.raises(CallError, match="no home folder is known for ~no_such_user_here"):
        main([*others, *given])
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def parse():
    parser = CommandParser()
    parser.add_argument("--in", type=local_path)
    parser.add_argument("--folder", type=output_folder, default="out")
    parser.add_argument("--file", type=output_file)

    def parse(*arguments, **settings):
        parser.take_values(settings)
        return parser.parse([*map(str, arguments)])

    return parse


def test_a_path_of_a_file_of_settings_is_read_alike(parse, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    options = parse(**{"folder": "~/x", "in": "~/y", "file": None})
    assert (options.folder, getattr(options, "in"), options.file) == (
        str(tmp_path / "x"),
        str(tmp_path / "y"),
        None,
    )


def test_a_default_is_a_path_too(parse, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert parse().folder == str(tmp_path / "out")


def test_a_folder_that_cannot_be_made_is_told_with_its_option(parse, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(CallError, match=r"a file is in the way .*--folder"):
        parse("--folder", tmp_path / "file" / "below")
    with pytest.raises(CallError, match=r"too long.*--folder"):
        parse("--folder", tmp_path / ("a" * 300) / "below")


def test_a_file_needs_a_folder_that_is_there(parse, tmp_path):
    with pytest.raises(CallError, match="there is no folder"):
        parse("--file", tmp_path / "new" / "page.html", "--folder", tmp_path)
    with pytest.raises(CallError, match="is a folder; expected the name of a file"):
        parse("--file", tmp_path, "--folder", tmp_path)


def test_asking_leaves_nothing_behind(parse, tmp_path):
    parse("--folder", tmp_path / "a" / "b", "--file", tmp_path / "c")
    assert list(tmp_path.iterdir()) == []


def test_a_configuration_keeps_where_its_texts_lie(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for written in ("a.csv", "~/a.csv", str(tmp_path / "a.csv")):
        found = parse_configuration([*MODEL, "--data", written], "p", "d", lambda parser: None)[0]
        assert found.data.source == str(tmp_path / "a.csv")


def test_help_calls_a_path_a_path():
    parser = CommandParser()
    parser.add_argument("--out", type=output_folder)
    assert "(type: folder, default: null)" in parser.format_help()


@pytest.fixture
def homeless(monkeypatch):
    """As under a number that no user of the machine has (containers)."""

    def unknown(number):
        raise KeyError(number)

    monkeypatch.delenv("HOME")
    monkeypatch.setattr("pwd.getpwuid", unknown)


def test_who_has_no_home_names_a_cache(homeless, tmp_path):
    parser = CommandParser()
    add_cache(parser)
    assert parser.parse([f"--cache={tmp_path}/c"]).cache == f"{tmp_path}/c"
    with pytest.raises(CallError, match=r"--cache: .*no home folder is known"):
        parser.parse([])


def test_the_default_cache_is_in_the_home_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder(Namespace(cache=DEFAULT_CACHE)) == tmp_path / ".cache" / "tfcmp"
