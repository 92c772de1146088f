import hashlib

import pytest

from tfcmp.explanation.contrast import contamination
from tfcmp.explanation.contrast.contamination import Contamination, check_training, warning_of
from tfcmp.runs.directory import RunDirectory

TEXTS = [f"review {number}" for number in range(8)]
# Two reviews a movie.
MOVIES = [number // 2 for number in range(8)]


class Held:
    """The part of `Answers` that is looked at."""

    def __init__(self, *numbers):
        digests = [hashlib.sha256(TEXTS[number].encode()).hexdigest()[:16] for number in numbers]
        self.ids = [*digests[:-1], f"{digests[-1]}-1"]


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A run on IMDB of eight reviews, of which 4 and 5 are validation, 6 and 7 test."""
    table = {
        int(hashlib.sha256(text.encode()).hexdigest()[:16], 16): movie
        for text, movie in zip(TEXTS, MOVIES, strict=True)
    }
    monkeypatch.setattr(contamination, "group_table", lambda: table)
    held = {"validation": Held(4, 5), "test": Held(6, 7)}
    monkeypatch.setattr(contamination, "read_answers", lambda file: held)
    (tmp_path / "config.yaml").write_text("data: {source: imdb, train_size: null}")
    return RunDirectory(tmp_path)


def test_movies_and_reviews_of_training_are_counted(run):
    originals = [TEXTS[0], f" {TEXTS[2]}\n", TEXTS[4], TEXTS[6], "unknown", TEXTS[0]]
    found = check_training(run, originals)
    assert found == Contamination(True, originals=5, known=4, movie_in_training=2, in_training=2)
    told = warning_of(found)
    assert "the movies of 2 of 5 originals were in training" in told
    assert "1 of 5 originals are no review of IMDB" in told


def test_an_original_held_out_whose_movie_was_trained_on_counts_as_its_movie(run, monkeypatch):
    held = {"validation": Held(5), "test": Held(6, 7)}
    monkeypatch.setattr(contamination, "read_answers", lambda file: held)
    found = check_training(run, [TEXTS[5]])
    assert (found.movie_in_training, found.in_training) == (1, 0)


def test_originals_of_test_movies_need_no_warning(run):
    assert warning_of(check_training(run, [TEXTS[6], TEXTS[7]])) is None


def test_with_a_part_of_training_the_number_is_an_upper_bound(run):
    (run.path / "config.yaml").write_text("data: {source: imdb, train_size: 2}")
    told = warning_of(check_training(run, [TEXTS[0]]))
    assert "the movies of up to 1 of 1 originals" in told


def test_a_run_of_other_texts_is_said_not_to_be_checked(run):
    (run.path / "config.yaml").write_text("data: {source: diagnostic}")
    found = check_training(run, TEXTS)
    assert found == Contamination(False, originals=8)
    assert "not checked" in warning_of(found)


def test_the_key_of_the_table_of_movies_is_the_id_of_a_review():
    text = "Any review."
    assert contamination.hash_of_review(text) == int(
        hashlib.sha256(text.encode()).hexdigest()[:16], 16
    )
