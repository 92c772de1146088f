import importlib.util
import io
import os
import sys
import tarfile
from pathlib import Path

import numpy as np
import pytest

from tfcmp.data.sources.imdb import GROUP_TABLE, review_hash
from tfcmp.errors import WorkError

SCRIPT = Path(__file__).parents[2] / "scripts" / "imdb_groups.py"

# Movies 1 and 2 share a text in train, movies 2 and 4 share one between train and test.
TEXTS = {
    "train/pos": [("one", 1), ("shared", 1)],
    "train/neg": [("shared", 2), ("both", 2), ("three", 3)],
    "test/pos": [("both\n", 4), ("four", 4)],
    "test/neg": [("five", 5), ("five", 5)],
}
KNOWN = {
    "movies in train": 3_456,
    "movies in test": 3_581,
    "movies in both": 1,
    "test reviews of a movie in both": 23,
    "duplicates inside train": 96,
    "duplicates inside test": 199,
    "texts in both": 123,
    "train texts under several movies": 57,
    "test texts under several movies": 146,
}


@pytest.fixture(scope="module")
def script():
    specification = importlib.util.spec_from_file_location("imdb_groups_script", SCRIPT)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture
def archive(tmp_path):
    path = tmp_path / "tiny.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        for folder, reviews in TEXTS.items():
            split, label = folder.split("/")
            urls = "".join(
                f"http://www.imdb.com/title/tt{movie:07d}/usercomments\n" for _, movie in reviews
            )
            add(tar, f"aclImdb/{split}/urls_{label}.txt", urls)
            for line, (text, _) in enumerate(reviews):
                add(tar, f"aclImdb/{folder}/{line}_7.txt", text)
    return path


def add(tar, name, text):
    member = tarfile.TarInfo(name)
    member.size = len(text.encode())
    tar.addfile(member, io.BytesIO(text.encode()))


@pytest.fixture
def groups(script, archive):
    """Text -> number of its group."""
    hashes, numbers = script.group(script.read_reviews(archive))
    table = dict(zip(hashes.tolist(), numbers.tolist(), strict=True))
    texts = {text.strip() for reviews in TEXTS.values() for text, _ in reviews}
    return {text: table.pop(review_hash(text.encode())) for text in texts}


def test_movies_that_share_a_text_are_one_group_across_the_splits(groups):
    assert len({groups[text] for text in ("one", "shared", "both", "four")}) == 1


def test_movies_that_share_no_text_are_groups_of_their_own(groups):
    assert len({groups[text] for text in ("one", "three", "five")}) == 3


def test_groups_are_numbered_without_gaps(groups):
    assert set(groups.values()) == {0, 1, 2}


def test_duplicates_and_movies_are_counted(script, archive):
    assert list(script.facts(script.read_reviews(archive)).values()) == [3, 2, 0, 0, 1, 1, 1, 1, 0]


def test_an_archive_without_urls_is_refused(script, tmp_path):
    path = tmp_path / "no_urls.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        add(tar, "aclImdb/train/pos/0_7.txt", "one")
    with pytest.raises(WorkError, match=r"lacks urls_pos\.txt"):
        script.read_reviews(path)


def test_the_table_is_written_as_numbers(script, archive, tmp_path, monkeypatch, capsys):
    out = tmp_path / "table.npz"
    monkeypatch.setattr(sys, "argv", ["imdb_groups.py", str(archive), "--out", str(out)])
    script.main()
    with np.load(out, allow_pickle=False) as table:
        assert table["hashes"].dtype == np.uint64
        assert table["groups"].dtype == np.uint16
        assert len(table["hashes"]) == len(table["groups"]) == 6
    assert capsys.readouterr().out.splitlines()[-1] == str(out)
    assert sorted(tmp_path.iterdir()) == [out, archive]


@pytest.mark.slow
@pytest.mark.imdb
def test_the_archive_gives_the_shipped_table_and_the_known_facts(script):
    archive = os.environ.get("TFCMP_IMDB_ARCHIVE")
    if archive is None:
        pytest.skip("set TFCMP_IMDB_ARCHIVE to an aclImdb archive")
    reviews = script.read_reviews(Path(archive))
    assert script.facts(reviews) == KNOWN
    hashes, groups = script.group(reviews)
    with np.load(GROUP_TABLE, allow_pickle=False) as table:
        assert np.array_equal(table["hashes"], hashes)
        assert np.array_equal(table["groups"], groups)
