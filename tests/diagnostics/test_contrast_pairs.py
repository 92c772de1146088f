import hashlib

import numpy as np
import pytest

from tfcmp.diagnostics import contrast_pairs
from tfcmp.diagnostics.contrast_pairs import (
    Contamination,
    Pair,
    PairColumns,
    check_training,
    measure_pairs,
    read_pairs,
    warning_of,
)
from tfcmp.errors import CallError, WorkError
from tfcmp.runs.directory import RunDirectory

HEADER = "original,contrast,original_label,contrast_label\n"


@pytest.fixture
def write(tmp_path):
    def written(content, name="pairs.csv"):
        file = tmp_path / name
        file.write_text(content)
        return file

    return written


def test_labels_are_classes_whatever_their_case_or_spelling(write):
    file = write(HEADER + "good,bad,pos,neg\ndull,fine,Negative,POSITIVE\n")
    assert read_pairs(file, PairColumns(), ("neg", "pos")) == [
        Pair("good", "bad", 1, 0),
        Pair("dull", "fine", 0, 1),
    ]


def test_columns_may_have_other_names(write):
    file = write('{"a": "good", "b": "bad", "c": 1, "d": 0}\n', "pairs.jsonl")
    assert read_pairs(file, PairColumns("a", "b", "c", "d"), ("0", "1")) == [
        Pair("good", "bad", 1, 0)
    ]


@pytest.mark.parametrize(
    ("content", "error", "told"),
    [
        (
            HEADER + "good,bad,pos,mixed\n",
            CallError,
            r"line 2: expected one of .*\(neg, pos\).*'mixed'",
        ),
        (HEADER + "good, ,pos,neg\n", WorkError, "line 2: 'contrast' is empty"),
        (HEADER, WorkError, "holds no rows"),
        (
            "text,contrast,original_label,contrast_label\n",
            WorkError,
            "name the right one with --original-column",
        ),
    ],
)
def test_a_mistake_in_the_file_is_told_with_its_place(write, content, error, told):
    with pytest.raises(error, match=told):
        read_pairs(write(content), PairColumns(), ("neg", "pos"))


def test_one_column_for_two_things_is_refused(write):
    with pytest.raises(CallError, match="expected four columns"):
        read_pairs(write(HEADER), PairColumns(original="contrast"), ("neg", "pos"))


PAIRS = [
    Pair("good one", "bad one", 1, 0),
    Pair("good one", "awful one", 1, 0),
    Pair("good two", "dull two", 1, 0),
    Pair("fine three", "bad three", 1, 0),
]


def says_good_or_bad(texts):
    """Knows "good" and "bad" only, and takes all others for bad but "awful"."""
    of_positive = np.array([1.0 if "good" in text or "awful" in text else 0.0 for text in texts])
    return np.stack([1 - of_positive, of_positive], axis=1)


def test_accuracies_and_consistency_of_a_case_computed_by_hand():
    measured = measure_pairs(PAIRS, says_good_or_bad)
    assert (measured["pairs"], measured["sets"]) == (4, 3)
    # Of three originals "fine three" is wrong; of four contrasts "awful one" is.
    assert measured["original_accuracy"]["value"] == pytest.approx(2 / 3)
    assert measured["contrast_accuracy"]["value"] == pytest.approx(3 / 4)
    # The first set has one wrong contrast, the third a wrong original.
    assert measured["consistency"]["value"] == pytest.approx(1 / 3)
    for name in ("original_accuracy", "contrast_accuracy", "consistency"):
        assert measured[name]["low"] <= measured[name]["value"] <= measured[name]["high"]


def test_every_text_is_answered_once():
    answered = []

    def probabilities(texts):
        answered.extend(texts)
        return says_good_or_bad(texts)

    measure_pairs(PAIRS, probabilities)
    assert len(answered) == len(set(answered)) == 7


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
    monkeypatch.setattr(contrast_pairs, "group_table", lambda: table)
    held = {"validation": Held(4, 5), "test": Held(6, 7)}
    monkeypatch.setattr(contrast_pairs, "read_answers", lambda file: held)
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
    monkeypatch.setattr(contrast_pairs, "read_answers", lambda file: held)
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
    assert contrast_pairs.hash_of_review(text) == int(
        hashlib.sha256(text.encode()).hexdigest()[:16], 16
    )
