import numpy as np
import pytest

from tfcmp.data.corpus import text_hash
from tfcmp.data.labelled import read_labelled, texts_at
from tfcmp.data.rare_classes import merged_classes
from tfcmp.data.sources import imdb
from tfcmp.errors import WorkError


@pytest.fixture
def source(source_of):
    return source_of(
        ("one", "pos", None, "m"), ("two", "odd"), ("one", "neg", "test", "m"), ("three", "pos")
    )


def test_labels_are_places_among_the_classes_of_the_model(source):
    found = read_labelled(source, ("neg", "pos"))
    assert found.corpus.labels.tolist() == [1, -1, 0, 1]
    assert found.unknown == {"odd": 1}
    assert found.corpus.declared.tolist() == [-1, -1, 2, -1]
    groups = found.corpus.groups
    assert groups[0] == groups[2]
    assert len(set(groups.tolist())) == 3
    # Copies have ids of their own, whatever their split.
    ids = found.corpus.example_ids(np.arange(4))
    assert ids[2] == f"{ids[0]}-1"
    assert len(set(ids)) == 4


def test_a_class_that_was_merged_is_the_one_that_it_became(source):
    split = {"rare_classes": {"action": "merge", "into": "other", "classes": {"odd": 2, "r": 1}}}
    found = read_labelled(source, ("neg", "pos", "other"), merged_classes(split))
    assert found.corpus.labels.tolist() == [1, 2, 0, 1]
    assert found.unknown == {}
    dropped = {"rare_classes": {"action": "drop", "into": None, "classes": {"odd": 2}}}
    assert merged_classes(dropped) == merged_classes({}) == {}


def test_reviews_of_a_movie_are_one_group(source, tmp_path, monkeypatch):
    hashes = np.sort(np.array([text_hash("two"), text_hash("three")], np.uint64))
    np.savez(tmp_path / "groups.npz", hashes=hashes, groups=np.array([7, 7], np.uint16))
    monkeypatch.setattr(imdb, "GROUP_TABLE", tmp_path / "groups.npz")
    groups = read_labelled(source, ("neg", "pos")).corpus.groups
    assert groups[1] == groups[3] != groups[0]


def test_one_class_is_enough_and_no_text_is_not(source_of):
    assert len(read_labelled(source_of(("a", "pos")), ("neg", "pos")).corpus) == 1
    with pytest.raises(WorkError, match="no text"):
        read_labelled(source_of(), ("neg", "pos"))


def test_texts_are_found_again_by_their_rows(source):
    corpus = read_labelled(source, ("neg", "pos")).corpus
    assert list(texts_at(source, corpus, np.array([1, 3]))) == ["two", "three"]


@pytest.mark.parametrize("changed", [("other", "pos"), ("one", "pos")])
def test_a_source_that_has_changed_is_noticed(source, source_of, changed):
    corpus = read_labelled(source, ("neg", "pos")).corpus
    with pytest.raises(WorkError, match="changed"):
        list(texts_at(source_of(changed), corpus, np.array([0, 2])))
