import json
import subprocess
import sys
from types import SimpleNamespace

import pytest

from tfcmp.errors import CallError, WorkError
from tfcmp.models.presets import fetching
from tfcmp.models.presets.cache import Delivery
from tfcmp.models.presets.fetching import (
    from_hugging_face,
    from_kaggle,
    from_kagglehub_cache,
    preset_handle,
    resolve_place,
    resolve_weights,
)
from tfcmp.models.presets.handle import HUGGING_FACE, KAGGLE, KERAS_HUB, Handle

VERSIONED = Handle(KAGGLE, "o/m/keras/v", "2")


@pytest.fixture
def delivery(tmp_path):
    folder = tmp_path / "downloaded"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    return Delivery(folder, ["config.json"], "kaggle://o/m/keras/v", "2")


@pytest.fixture
def online(monkeypatch, delivery):
    """Hosts that answer and deliver; yields what each was asked for."""
    asked = []

    def deliver(source):
        def answer(handle):
            asked.append((source, handle))
            return delivery

        return answer

    monkeypatch.setattr(fetching, "from_kagglehub_cache", lambda _: None)
    monkeypatch.setattr(fetching, "require_network", lambda host, *_: asked.append(host))
    monkeypatch.setattr(fetching, "from_kaggle", deliver("kaggle"))
    monkeypatch.setattr(fetching, "from_hugging_face", deliver("hugging face"))
    monkeypatch.setattr(fetching, "preset_handle", lambda _: VERSIONED)
    return asked


@pytest.fixture
def offline(monkeypatch):
    """A network that is not there, told through the real `require_network`."""
    from tfcmp.data.sources import network

    monkeypatch.setattr(network, "_why_unreachable", lambda _: "cannot be reached")
    monkeypatch.setattr(fetching, "from_kagglehub_cache", lambda _: None)
    monkeypatch.setattr(fetching, "preset_handle", lambda _: pytest.fail("imported KerasHub"))


@pytest.mark.usefixtures("offline")
def test_offline_minilm_is_offered_from_the_package_index_first(tmp_path):
    with pytest.raises(WorkError) as error:
        resolve_weights("minilm_l6_en", tmp_path)
    first, second, third = str(error.value).split("\n  - ")[1:]
    assert first == "python -m tfcmp.fetch minilm_l6_en --from-package-index"
    assert str(tmp_path / "models/minilm_l6_en") in second
    assert third == "a folder of your own: --model preset:FOLDER"


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize(
    ("model", "own"),
    [
        ("bert_tiny_en", "--model preset:FOLDER"),
        ("preset:all_minilm_l12_v2_en", "--model preset:FOLDER"),
        ("preset:hf://a/b", "--model preset:FOLDER"),
        ("saved_model:o/m/tensorFlow2/v/1", "--model saved_model:FOLDER"),
    ],
)
def test_offline_the_ways_forward_are_told(tmp_path, model, own):
    with pytest.raises(WorkError) as error:
        resolve_weights(model, tmp_path)
    message = str(error.value)
    assert f"python -m tfcmp.fetch {model} on a machine with a network" in message
    assert own in message
    assert "--from-package-index" not in message


@pytest.mark.usefixtures("offline")
def test_offline_a_preprocessor_is_asked_for_under_its_own_option(tmp_path):
    option = "--architecture.preprocessor"
    with pytest.raises(WorkError, match=f"a folder of your own: {option} FOLDER"):
        resolve_place("o/m/tensorFlow2/v/1", option, tmp_path)


def test_a_model_of_the_catalogue_is_fetched_from_kaggle_once(online, tmp_path):
    weights = resolve_weights("bert_tiny_en", tmp_path)
    assert weights.folder == tmp_path / "models/bert_tiny_en"
    handle = Handle(KAGGLE, "keras/bert/keras/bert_tiny_en_uncased", "3")
    assert online == ["https://api.kaggle.com", ("kaggle", handle)]
    assert resolve_weights("bert_tiny_en", tmp_path) == weights
    assert len(online) == 2


def test_a_repository_is_fetched_from_hugging_face(online, tmp_path):
    weights = resolve_weights("preset:hf://a/b", tmp_path)
    assert [answer[0] for answer in online[1:]] == ["hugging face"]
    assert weights.folder == tmp_path / "models/hugging_face+a+b"


def test_the_name_of_a_preset_is_resolved_to_its_handle(online, tmp_path):
    weights = resolve_weights("preset:tiny_en", tmp_path)
    assert online[1] == ("kaggle", VERSIONED)
    assert weights.folder.name == Handle(KERAS_HUB, "tiny_en").folder_name


def test_what_kagglehub_has_already_needs_no_network(online, tmp_path, monkeypatch, delivery):
    monkeypatch.setattr(fetching, "from_kagglehub_cache", lambda _: delivery)
    assert resolve_weights("preset:o/m/keras/v/2", tmp_path).version == "2"
    assert online == []


def test_a_folder_of_the_users_own_needs_no_network(online, tmp_path, delivery):
    weights = resolve_place(str(delivery.folder), "--architecture.preprocessor", tmp_path)
    assert weights.folder == delivery.folder
    assert online == []


def test_an_incomplete_folder_is_told_before_anything_is_asked(online, tmp_path):
    (tmp_path / "models/bert_tiny_en").mkdir(parents=True)
    with pytest.raises(WorkError, match=r"bert_tiny_en has no source\.json"):
        resolve_weights("bert_tiny_en", tmp_path)
    assert online == []


def test_a_download_that_breaks_off_leaves_nothing_that_counts(online, tmp_path, monkeypatch):
    def break_off(_):
        raise WorkError("broken off")

    monkeypatch.setattr(fetching, "from_kaggle", break_off)
    with pytest.raises(WorkError, match="broken off"):
        resolve_weights("bert_tiny_en", tmp_path)
    assert not (tmp_path / "models").exists()


def test_an_address_of_tf_hub_is_answered_under_the_option_it_was_given_for(tmp_path):
    with pytest.raises(CallError, match=r"--architecture\.preprocessor https://tfhub"):
        resolve_place("https://tfhub.dev/x/1", "--architecture.preprocessor", tmp_path)


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
    assert fetching.hugging_face_host().startswith("http")
