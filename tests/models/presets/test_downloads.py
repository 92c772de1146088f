import json
import subprocess
import sys
from types import SimpleNamespace

import pytest

from tfcmp.errors import CallError, WorkError
from tfcmp.models.presets import downloads
from tfcmp.models.presets.downloads import (
    from_hugging_face,
    from_kaggle,
    from_kagglehub_cache,
    preset_handle,
)
from tfcmp.models.presets.handle import HUGGING_FACE, KAGGLE, Handle

KERAS = Handle(KAGGLE, "keras/bert/keras/tiny", "3")
REPOSITORY = Handle(HUGGING_FACE, "owner/model")


class RefusedError(Exception):
    """As the libraries raise it: with the answer of the host."""

    def __init__(self, status):
        super().__init__(f"{status} from the host\nof the library")
        self.response = SimpleNamespace(status_code=status)


def write_preset(folder):
    """The files of a KerasHub preset, as far as they are inspected."""
    config = {"registered_name": "keras_hub>BertBackbone", "config": {}}
    (folder / "assets/tokenizer").mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "tokenizer.json").write_text('{"registered_name": "keras_hub>BertTokenizer"}')
    (folder / "assets/tokenizer/vocabulary.txt").write_text("[PAD]\n")
    (folder / "model.weights.h5").write_bytes(b"numbers")
    return sorted(
        file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()
    )


@pytest.fixture
def kagglehub(monkeypatch):
    """The function that puts a stand-in for kagglehub in its place."""

    def stand_in(model_download):
        module = SimpleNamespace(model_download=model_download)
        monkeypatch.setitem(sys.modules, "kagglehub", module)

    return stand_in


@pytest.fixture
def kagglehub_cache(tmp_path, monkeypatch):
    """The cache folder of the real kagglehub, and the folder of the one model there."""
    monkeypatch.setenv("KAGGLEHUB_CACHE", str(tmp_path / "kagglehub"))
    folder = tmp_path / "kagglehub/models" / KERAS.versioned
    folder.mkdir(parents=True)
    return folder


def test_a_model_of_kaggle_is_delivered_with_the_version_of_its_folder(kagglehub, tmp_path, capsys):
    asked = []

    def download(handle):
        asked.append(handle)
        sys.stdout.write("downloading\n")
        write_preset(tmp_path / "7")
        return str(tmp_path / "7")

    kagglehub(download)
    delivery = from_kaggle(Handle(KAGGLE, KERAS.name))
    assert asked == [KERAS.name]
    assert (delivery.source, delivery.version) == (f"kaggle://{KERAS.name}", "7")
    assert "model.weights.h5" in delivery.names
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "downloading\n")


def failing(error):
    def fail(*_, **__):
        raise error

    return fail


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (RefusedError(404), "there is no kaggle://keras/bert/keras/tiny.*kaggle.com/models/keras"),
        (RefusedError(403), "was refused.*kagglehub.login.*KAGGLE_API_TOKEN"),
        (RefusedError(401), "was refused.*KAGGLE_API_TOKEN"),
        (type("UnauthenticatedError", (Exception,), {})("who?"), "was refused.*KAGGLE_API_TOKEN"),
        (RefusedError(500), "could not be downloaded .RefusedError: 500 from the host of the lib"),
        (OSError("connection broken"), "could not be downloaded.*what has arrived is kept"),
    ],
)
def test_kaggles_refusals_are_told_with_what_to_do(kagglehub, error, message):
    kagglehub(failing(error))
    with pytest.raises(WorkError, match=message):
        from_kaggle(KERAS)


def test_a_full_disk_stays_an_error_of_the_disk(kagglehub):
    kagglehub(failing(OSError(28, "No space left on device")))
    with pytest.raises(OSError, match="No space left") as error:
        from_kaggle(KERAS)
    assert not isinstance(error.value, WorkError)


def test_a_model_whole_in_kagglehubs_cache_is_taken_from_there(kagglehub_cache):
    names = write_preset(kagglehub_cache)
    assert from_kagglehub_cache(KERAS) is None
    (kagglehub_cache.parent / "3.complete").touch()
    delivery = from_kagglehub_cache(KERAS)
    assert (delivery.folder, delivery.names) == (kagglehub_cache, names)
    assert delivery.version == "3"


def test_a_model_that_keras_hub_fetched_file_by_file_is_taken_too(kagglehub_cache):
    names = write_preset(kagglehub_cache)
    marks = kagglehub_cache.parent / ".complete/3"
    for name in names:
        assert from_kagglehub_cache(KERAS) is None
        (marks / name).parent.mkdir(parents=True, exist_ok=True)
        (marks / f"{name}.complete").touch()
    assert from_kagglehub_cache(KERAS).names == names


def test_files_that_make_no_whole_preset_are_not_taken(kagglehub_cache):
    (kagglehub_cache / "config.json").write_text('{"registered_name": "keras_hub>BertBackbone"}')
    marks = kagglehub_cache.parent / ".complete/3"
    marks.mkdir(parents=True)
    (marks / "config.json.complete").touch()
    assert from_kagglehub_cache(KERAS) is None


def test_without_a_version_kagglehubs_cache_cannot_answer(kagglehub_cache):
    assert from_kagglehub_cache(Handle(KAGGLE, KERAS.name)) is None


@pytest.fixture
def snapshot(tmp_path, monkeypatch):
    """A folder that stands for the snapshot of a repository; yields it and what was asked for."""
    folder = tmp_path / "c0ffee"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    asked = SimpleNamespace()

    def download(repository, allow_patterns):
        asked.repository, asked.patterns = repository, allow_patterns
        return str(folder)

    monkeypatch.setattr("huggingface_hub.snapshot_download", download)
    return folder, asked


def test_a_repository_is_asked_for_what_is_loaded_and_never_for_a_pickle(snapshot):
    from fnmatch import fnmatch

    delivery = from_hugging_face(REPOSITORY)
    _, asked = snapshot
    assert asked.repository == "owner/model"
    assert (delivery.source, delivery.version) == ("hf://owner/model", "c0ffee")
    wanted = ("config.json", "vocab.txt", "model.safetensors", "model-00001-of-00002.safetensors")
    for name in wanted:
        assert any(fnmatch(name, pattern) for pattern in asked.patterns), name
    for name in ("pytorch_model.bin", "model.pt", "tf_model.h5", "modeling.py", "x.pkl"):
        assert not any(fnmatch(name, pattern) for pattern in asked.patterns), name


@pytest.mark.parametrize(
    ("card", "licence"),
    [
        ("---\nlanguage: en\nlicense: apache-2.0\n---\n# Model", "apache-2.0"),
        ("---\nlanguage: en\n---\nlicense: mit\n", None),
        ("# A model without facts", None),
    ],
)
def test_the_licence_is_the_one_of_the_model_card(snapshot, card, licence):
    folder, _ = snapshot
    (folder / "README.md").write_text(card)
    delivery = from_hugging_face(REPOSITORY)
    assert delivery.licence == licence
    assert delivery.names == ["config.json"]


def test_a_refusal_of_hugging_face_says_how_to_log_in(monkeypatch):
    monkeypatch.setattr("huggingface_hub.snapshot_download", failing(RefusedError(401)))
    with pytest.raises(WorkError, match=r"hf://owner/model was refused.*hf auth login.*HF_TOKEN"):
        from_hugging_face(REPOSITORY)


@pytest.fixture
def keras_hub(monkeypatch):
    """The function that lets a stand-in for KerasHub's process end with a code and stderr."""

    def stand_in(code=0, stderr=""):
        output = "a greeting\n" + json.dumps({"tiny_en": f"kaggle://{KERAS.versioned}"})
        ended = subprocess.CompletedProcess([], code, stdout=output, stderr=stderr)
        monkeypatch.setattr(subprocess, "run", lambda *_, **__: ended)

    return stand_in


def test_the_name_of_a_preset_stands_for_its_versioned_handle(keras_hub):
    keras_hub()
    assert preset_handle("tiny_en") == KERAS


def test_a_misspelt_preset_is_told_with_the_nearest(keras_hub):
    keras_hub()
    with pytest.raises(CallError, match=r"'tinyen' is neither .* did you mean tiny_en\?"):
        preset_handle("tinyen")


def test_a_library_that_cannot_be_imported_is_told(keras_hub):
    keras_hub(1, "Traceback\nModuleNotFoundError: No module named 'keras_hub'\n")
    with pytest.raises(WorkError, match="cannot be imported: ModuleNotFoundError: No module"):
        preset_handle("tiny_en")


@pytest.mark.slow
def test_the_real_library_knows_its_presets_in_silence(capfd):
    handle = preset_handle("bert_base_en")
    assert handle.name == "keras/bert/keras/bert_base_en"
    assert handle.version
    assert capfd.readouterr() == ("", "")


def test_the_real_library_takes_what_the_downloads_give_it():
    import inspect

    import huggingface_hub
    import kagglehub

    inspect.signature(kagglehub.model_download).bind("handle")
    inspect.signature(huggingface_hub.snapshot_download).bind("a/b", allow_patterns=[])
    assert downloads.hugging_face_host().startswith("http")
