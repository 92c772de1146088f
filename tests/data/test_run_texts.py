import json
import shutil
from dataclasses import replace
from typing import NamedTuple

import pytest

from tfcmp.config.fields import DataSettings
from tfcmp.data.corpus import SPLITS, index_source, text_id
from tfcmp.data.run_texts import data_settings, find_source, moved_to, pick_texts, settings_at
from tfcmp.data.sources.opening import open_source
from tfcmp.data.splits import split_by_settings
from tfcmp.errors import CallError, WorkError
from tfcmp.runs.directory import RunDirectory


class Text(NamedTuple):
    text: str


def picked(texts, wanted, tmp_path):
    ids = [text_id(text) for text in wanted]
    return list(pick_texts(map(Text, texts), ids, RunDirectory(tmp_path)))


def test_every_wanted_text_comes_once_in_the_order_of_its_source(tmp_path):
    found = picked(["a", "b", "a", "c", "d"], ["c", "a"], tmp_path)
    assert found == [(text_id("a"), Text("a")), (text_id("c"), Text("c"))]


def test_nothing_is_read_behind_the_last_wanted_text(tmp_path):
    texts = iter("abcd")
    picked(texts, ["b"], tmp_path)
    assert "".join(texts) == "cd"


def test_texts_that_are_gone_are_told(tmp_path):
    with pytest.raises(WorkError, match=r"2 of 3 test texts of .* are not in its source any more"):
        picked(["a", "b"], ["a", "x", "y"], tmp_path)


def test_a_relative_path_is_looked_for_here_and_then_in_the_folders(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()
    assert find_source("x.csv", folders) == str(tmp_path / "x.csv")
    (tmp_path / "b" / "x.csv").touch()
    assert find_source("x.csv", folders) == str(tmp_path / "b" / "x.csv")
    (tmp_path / "x.csv").touch()
    assert find_source("x.csv", folders) == str(tmp_path / "x.csv")
    for source in ("imdb", "tfds:glue/sst2", "/there/x.csv"):
        assert find_source(source, folders) == source


ROWS = [f"{kind} film {number},{kind}" for number in range(30) for kind in ("good", "bad")]


@pytest.fixture
def of_a_file(tmp_path, monkeypatch):
    """A run on a file that is relative to a working directory, as its settings, split and origin say."""
    monkeypatch.chdir(tmp_path)
    work = tmp_path / "work"
    (work / "runs" / "run").mkdir(parents=True)
    (work / "x.csv").write_text("\n".join(["text,label", *ROWS]))
    run = RunDirectory(work / "runs" / "run")
    data = DataSettings(source=str(work / "x.csv"))
    corpus = index_source(open_source(data), tmp_path / "cache")
    splits = split_by_settings(corpus, data)
    prints = {name: {"fingerprint": corpus.fingerprint(splits.rows(name))} for name in SPLITS}
    run.file("split.json").write_text(json.dumps({"splits": prints}))
    run.file("environment.json").write_text("{}")
    run.file("config.yaml").write_text("data: {source: x.csv}\n")
    return run


def test_a_run_of_an_earlier_version_finds_its_texts_above_it(of_a_file):
    assert settings_at(of_a_file).source == str(of_a_file.path.parents[1] / "x.csv")


def test_a_run_that_was_moved_finds_them_where_it_was_fitted(of_a_file, tmp_path):
    moved = RunDirectory(of_a_file.path.rename(tmp_path / "moved"))
    work = tmp_path / "work"
    moved.file("environment.json").write_text(json.dumps({"working_directory": str(work)}))
    assert data_settings(moved).source == str(work / "x.csv")
    moved.file("config.yaml").write_text("data: {source: diagnostic}\n")
    assert data_settings(moved).source == "diagnostic"


def test_texts_that_are_not_there_can_be_given_a_new_place(of_a_file, tmp_path):
    shutil.move(of_a_file.path.parents[1] / "x.csv", tmp_path / "new.csv")
    with pytest.raises(CallError, match=r"are not at .*x.csv.*--data PATH"):
        settings_at(of_a_file)
    found = settings_at(of_a_file, "new.csv")
    assert found == replace(data_settings(of_a_file), source=str(tmp_path / "new.csv"))


@pytest.mark.parametrize("changed", [ROWS[1:], [*ROWS[1:], ROWS[0].replace(",good", ",bad")]])
def test_other_texts_or_labels_at_the_new_place_are_refused(of_a_file, tmp_path, changed):
    (tmp_path / "new.csv").write_text("\n".join(["text,label", *changed]))
    with pytest.raises(CallError, match=r"are not those of .*fingerprint"):
        settings_at(of_a_file, "new.csv")


def test_files_of_other_splits_are_found_next_to_the_source_at_its_new_place(tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    (new / "held out").mkdir(parents=True)
    for file in ("train2.csv", "held out/test.csv"):
        (new / file).touch()
    settings = DataSettings(
        source=str(old / "train.csv"),
        validation=str(old / "validation.csv"),
        test=str(old / "held out" / "test.csv"),
    )
    moved = moved_to(settings, str(new / "train2.csv"))
    assert moved.source == str(new / "train2.csv")
    assert moved.test == str(new / "held out" / "test.csv")
    # It is nowhere: the old place is what the message then names.
    assert moved.validation == settings.validation
    (old / "held out").mkdir(parents=True)
    (old / "held out" / "test.csv").touch()
    assert moved_to(settings, str(new / "train2.csv")).test == settings.test
