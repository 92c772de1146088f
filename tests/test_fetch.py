import subprocess
import sys

import pytest

from tfcmp import fetch
from tfcmp.data.sources import imdb, imdb_archive, tfds
from tfcmp.errors import CallError


@pytest.fixture
def prepared(tmp_path):
    """A data directory where the reviews seem to be prepared."""
    folder = imdb.version_folder(tmp_path)
    folder.mkdir(parents=True)
    splits = '{"splits": [{"name": "train", "shardLengths": ["1"]}, {"name": "test", "shardLengths": ["1"]}]}'
    (folder / "dataset_info.json").write_text(splits)
    for split in imdb.SPLITS:
        (folder / f"imdb_reviews-{split}.tfrecord-00000-of-00001").touch()
    return tmp_path


def call(*arguments):
    fetch.main([str(argument) for argument in arguments])


def test_what_is_there_already_is_said_to_be_there(prepared, capsys):
    call("imdb", "--data-dir", prepared)
    told = capsys.readouterr()
    assert told.out == f"{imdb.version_folder(prepared)}\n"
    assert told.err == "imdb is already there\n"


def test_what_is_missing_is_downloaded(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(imdb, "download_imdb", lambda data_dir: data_dir / "prepared")
    call("imdb", "--data-dir", tmp_path)
    assert capsys.readouterr().out == f"{tmp_path / 'prepared'}\n"


def test_an_archive_is_prepared_instead_of_a_download(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(
        imdb_archive, "prepare_from_archive", lambda archive, data_dir: data_dir / archive.name
    )
    call("imdb", "--archive", "reviews.tar.gz", "--data-dir", tmp_path)
    assert capsys.readouterr().out == f"{tmp_path / 'reviews.tar.gz'}\n"


def test_a_data_set_of_tfds_is_downloaded_by_its_name(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(tfds, "download", lambda name, data_dir: data_dir / name)
    call("tfds:ag_news_subset", "--data-dir", tmp_path)
    assert capsys.readouterr().out == f"{tmp_path / 'ag_news_subset'}\n"


def test_an_unknown_name_tells_what_can_be_fetched(tmp_path):
    with pytest.raises(CallError, match="cannot fetch 'imbd'; can be fetched: imdb, tfds:NAME"):
        call("imbd", "--data-dir", tmp_path)


def test_an_unknown_name_among_others_is_refused_before_any_work(prepared, capsys):
    with pytest.raises(CallError):
        call("imdb", "imbd", "--data-dir", prepared)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "arguments", [[], ["tfds:glue", "--archive", "x"], ["imdb", "--archive", "x", "--check"]]
)
def test_a_call_that_makes_no_sense_ends_with_code_2(arguments):
    with pytest.raises(SystemExit) as end:
        call(*arguments)
    assert end.value.code == 2


def test_a_check_lists_what_is_ready(prepared, capsys):
    call("--check", "--data-dir", prepared)
    header, row = capsys.readouterr().out.splitlines()
    assert header.split() == ["name", "state", "where", "size"]
    assert row.split() == ["imdb", "ready", str(imdb.version_folder(prepared)), "0.0", "MiB"]


def test_a_check_lists_named_data_sets_that_are_missing(tmp_path, capsys):
    call("--check", "tfds:ag_news_subset", "--data-dir", tmp_path)
    _, reviews, news = capsys.readouterr().out.splitlines()
    assert reviews.split()[:2] == ["imdb", "missing"]
    assert news.split()[:2] == ["tfds:ag_news_subset", "missing"]


def test_a_check_tells_an_incomplete_folder(prepared, capsys):
    (imdb.version_folder(prepared) / "dataset_info.json").unlink()
    call("--check", "--data-dir", prepared)
    assert capsys.readouterr().out.splitlines()[1].split()[:2] == ["imdb", "incomplete"]


def test_asking_for_help_loads_no_heavy_library():
    program = (
        "import sys\nfrom tfcmp import fetch\n"
        "try: fetch.main(['--help'])\nexcept SystemExit: pass\n"
        "heavy = {'tensorflow', 'tensorflow_datasets', 'numpy', 'pandas'} & set(sys.modules)\n"
        "sys.exit(f'loaded {heavy}' if heavy else 0)"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert "--archive" in result.stdout
