import numpy as np
import pytest

from tfcmp.data.corpus import index_source, text_hash
from tfcmp.data.groups import group_by_movie
from tfcmp.data.sources import imdb


@pytest.fixture
def corpus(source_of, tmp_path, monkeypatch):
    """The function rows -> index; reviews a and b are of movie 7, c of movie 8."""
    table = {text_hash("a"): 7, text_hash("b"): 7, text_hash("c"): 8}
    hashes = np.array(sorted(table), np.uint64)
    groups = np.array([table[int(value)] for value in hashes], np.uint16)
    np.savez(tmp_path / "groups.npz", hashes=hashes, groups=groups)
    monkeypatch.setattr(imdb, "GROUP_TABLE", tmp_path / "groups.npz")
    return lambda *rows: index_source(
        source_of(*((text, str(n % 2), None, group) for n, (text, group) in enumerate(rows))),
        tmp_path / "cache",
    )


def test_reviews_get_the_group_of_their_movie_and_others_stay_alone(corpus, capsys):
    found = group_by_movie(corpus(("a", None), ("x", None), ("b", None), ("c", None)), "mine")
    groups = found.groups.tolist()
    assert groups[0] == groups[2]
    assert len(set(groups)) == 3
    assert "mine: 3 of 4 texts are reviews of IMDB, of 2 movies" in capsys.readouterr().err


def test_a_group_of_the_source_is_kept(corpus):
    before = corpus(("a", "mine"), ("b", None), ("y", "other"), ("x", None))
    after = group_by_movie(before, "mine")
    assert after.groups[[0, 2, 3]].tolist() == before.groups[[0, 2, 3]].tolist()
    assert after.groups[1] not in before.groups


def test_of_other_texts_nothing_is_told(corpus, capsys):
    before = corpus(("x", None), ("y", None))
    assert group_by_movie(before, "mine") is before
    assert capsys.readouterr().err == ""
