import json
import os
from pathlib import Path

import pytest

from tfcmp.errors import CallError, WorkError
from tfcmp.models.presets import cache
from tfcmp.models.presets.cache import (
    Delivery,
    Weights,
    find_weights,
    keep,
    kept_folders,
    place_of_model,
    refuse_remains,
)
from tfcmp.runs.files import sha256_of


@pytest.fixture
def brought(tmp_path):
    """A folder with two files that are loaded and one that is not."""
    folder = tmp_path / "brought"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(b"numbers")
    (folder / "pytorch_model.bin").write_bytes(b"pickle")
    return folder


@pytest.fixture
def kept(brought, tmp_path):
    """Weights of minilm_l6_en in the cache."""
    delivery = Delivery(brought, ["config.json", "model.safetensors"], "kaggle://a", "3")
    return keep(delivery, tmp_path / "cache/models/minilm_l6_en")


def test_a_folder_of_the_users_own_is_its_own_source(brought, tmp_path):
    found = find_weights(f"preset:{brought}", tmp_path / "cache")
    assert (found.folder, found.source, found.version) == (brought, str(brought), "")
    assert found.files == {
        name: sha256_of(brought / name) for name in ("config.json", "model.safetensors")
    }


def test_weights_that_were_kept_are_found_by_the_models_name(kept, tmp_path):
    assert find_weights("minilm_l6_en", tmp_path / "cache") == kept
    assert (kept.source, kept.version) == ("kaggle://a", "3")


def test_nothing_is_found_where_nothing_was_fetched(tmp_path):
    assert find_weights("minilm_l6_en", tmp_path) is None
    assert find_weights("preset:hf://a/b", tmp_path) is None


def test_a_folder_without_its_description_is_not_complete(kept, tmp_path):
    (kept.folder / cache.SOURCE).unlink()
    assert find_weights("minilm_l6_en", tmp_path / "cache") is None


def test_a_folder_named_like_a_handle_of_the_catalogue_is_not_taken(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    handle = place_of_model("bert_tiny_en", tmp_path).handle
    (tmp_path / handle.versioned).mkdir(parents=True)
    assert place_of_model("bert_tiny_en", tmp_path) == (handle, tmp_path / "models/bert_tiny_en")


def test_a_preset_of_keras_hub_lies_apart_from_the_model_of_the_same_name(tmp_path):
    named = place_of_model("preset:bert_base_en", tmp_path).folder
    assert named != place_of_model("bert_base_en", tmp_path).folder


def test_a_model_trained_from_scratch_has_no_weights_to_fetch(tmp_path):
    with pytest.raises(CallError, match="gru is trained from scratch"):
        find_weights("gru", tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"num", r"model\.safetensors is truncated: 3 bytes of 7; .*delete .*minilm_l6_en"),
        (b"numbers and more", r"model\.safetensors is altered"),
        (None, r"model\.safetensors is missing"),
        (b"NUMBERS", r"model\.safetensors was altered"),
    ],
)
def test_a_file_that_is_not_as_it_was_kept_is_found(kept, tmp_path, content, message):
    kept.check()
    file = kept.folder / "model.safetensors"
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)
    with pytest.raises(WorkError, match=message):
        kept.check()
    # Only the content needs reading: a size is held against the record whenever weights are found.
    if content != b"NUMBERS":
        with pytest.raises(WorkError, match=message):
            find_weights("minilm_l6_en", tmp_path / "cache")


def test_an_altered_file_of_the_users_own_is_not_to_be_deleted(brought, tmp_path):
    found = find_weights(f"preset:{brought}", tmp_path)
    (brought / "config.json").write_text("[]")
    with pytest.raises(WorkError, match="put the original file back"):
        found.check()


@pytest.mark.parametrize("content", ["", "[]", '{"files": 3}', '{"files": {"a": {}}}'])
def test_a_damaged_description_is_told(kept, tmp_path, content):
    (kept.folder / cache.SOURCE).write_text(content)
    with pytest.raises(WorkError, match=r"source\.json is damaged"):
        find_weights("minilm_l6_en", tmp_path / "cache")


def test_the_description_for_the_run_names_no_path_of_this_machine(kept, tmp_path):
    described = kept.describe()
    assert described == {"source": "kaggle://a", "version": "3", "files": kept.files}
    assert str(tmp_path) not in json.dumps(described)


def test_weights_without_known_sizes_are_checked_by_content_alone(brought):
    made = Weights(brought, "s", "", {"config.json": sha256_of(brought / "config.json")})
    made.check()


def test_downloads_under_way_are_not_listed(kept, tmp_path):
    (kept.folder.parent / ".other.part").mkdir()
    assert kept_folders(tmp_path / "cache") == [kept.folder]


@pytest.fixture
def delivery(tmp_path):
    folder = tmp_path / "downloaded"
    (folder / "assets").mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    (folder / "assets/vocabulary.txt").write_text("the\n")
    return Delivery(folder, ["assets/vocabulary.txt", "config.json"], "hf://a/b", "c0ffee", "mit")


def test_a_delivery_is_kept_with_its_description(delivery, tmp_path):
    kept = keep(delivery, tmp_path / "models/m")
    described = json.loads((kept.folder / "source.json").read_text())
    assert (described["source"], described["version"]) == ("hf://a/b", "c0ffee")
    assert described["licence"] == "mit"
    assert {name: file["bytes"] for name, file in described["files"].items()} == kept.sizes
    assert kept.sizes == {"assets/vocabulary.txt": 4, "config.json": 2}
    kept.check()


def test_files_are_linked_so_that_they_take_the_space_once(delivery, tmp_path):
    kept = keep(delivery, tmp_path / "models/m")
    assert (kept.folder / "config.json").samefile(delivery.folder / "config.json")


def test_files_are_copied_where_they_cannot_be_linked(delivery, tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", refuse)
    kept = keep(delivery, tmp_path / "models/m")
    assert (kept.folder / "config.json").read_text() == "{}"
    assert not (kept.folder / "config.json").samefile(delivery.folder / "config.json")


def test_a_link_is_kept_as_the_file_it_shows(delivery, tmp_path):
    blob = tmp_path / "blob"
    blob.write_text("{}")
    (delivery.folder / "config.json").unlink()
    (delivery.folder / "config.json").symlink_to(blob)
    kept = keep(delivery, tmp_path / "models/m")
    assert not (kept.folder / "config.json").is_symlink()


def test_what_breaks_off_leaves_nothing_behind(delivery, tmp_path, monkeypatch):
    def fill(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cache, "write_json", fill)
    with pytest.raises(OSError, match="No space left"):
        keep(delivery, tmp_path / "models/m")
    assert list((tmp_path / "models").iterdir()) == []


def test_a_process_that_was_quicker_wins(delivery, tmp_path, monkeypatch):
    keep(delivery, tmp_path / "models/m")
    first = (tmp_path / "models/m/source.json").stat()
    keep(delivery, tmp_path / "models/m")
    assert (tmp_path / "models/m/source.json").stat() == first


def test_a_delivery_without_any_file_to_load_is_refused(tmp_path):
    with pytest.raises(WorkError, match="hf://a/b holds no file"):
        keep(Delivery(tmp_path, [], "hf://a/b", ""), tmp_path / "models/m")
    assert not (tmp_path / "models").exists()


def test_an_incomplete_folder_is_not_fetched_over(tmp_path):
    refuse_remains(tmp_path / "none")
    with pytest.raises(WorkError, match="incomplete: delete it"):
        refuse_remains(Path(tmp_path))
