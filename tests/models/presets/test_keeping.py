import json
import os
from pathlib import Path

import pytest

from tfcmp.errors import WorkError
from tfcmp.models.presets import keeping
from tfcmp.models.presets.keeping import Delivery, keep, refuse_remains


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

    monkeypatch.setattr(keeping, "write_json", fill)
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
