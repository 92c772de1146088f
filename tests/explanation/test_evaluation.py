import json
import shutil

import pytest

from tfcmp.errors import CallError, WorkError
from tfcmp.explanation.evaluation import evaluate_explanations, lines
from tfcmp.explanation.samples import Example, sample_test
from tfcmp.explanation.words import Span
from tfcmp.runs.artifacts import read_later
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.layout import EXPLANATION

COMMAND = "python -m tfcmp.explain run --evaluate"


@pytest.fixture(scope="module")
def run(finished_run, tmp_path_factory):
    """A copy that may be written to."""
    path = tmp_path_factory.mktemp("evaluated") / "tiny"
    shutil.copytree(finished_run, path)
    return RunDirectory(path)


@pytest.fixture(scope="module")
def content(run, finished_run):
    """Six texts, one of them without words, compared with the same run under another name."""
    examples = [*sample_test(run, 5), Example("ab", " ", -1)]
    return evaluate_explanations(run, examples, "test", [finished_run], None, 50, COMMAND)


def test_the_file_holds_what_was_measured_and_its_checksums(run, content):
    read = read_later(run, EXPLANATION, COMMAND)
    assert read["command"] == COMMAND
    assert set(read["computed_from"]) >= {"model.keras", "predictions.parquet"}
    assert read == json.loads(json.dumps({**read, **content}))


def test_the_axes_stand_at_the_top(content):
    for axis in ("comprehensiveness", "sufficiency", "plausibility"):
        assert {"value", "low", "high"} <= set(content[axis])
        of_margin = axis if axis == "plausibility" else f"{axis}_of_margin"
        assert content[axis] == content["methods"]["occlusion"][of_margin]


def test_a_run_agrees_with_itself(content):
    (other,) = content["agreement"]["seeds"]
    assert other["differs_in_seed_only"] is True
    assert other["ig"]["value"] == pytest.approx(1.0)
    assert other["occlusion"]["value"] == pytest.approx(1.0)


def test_texts_without_words_are_left_out_and_told(content):
    assert content["sample"]["texts"] == 5
    assert content["sample"]["left_out"] == [{"id": "ab", "reason": "no word that the model reads"}]


def test_no_text_is_stored(run, content):
    stored = run.file(EXPLANATION).read_text()
    for example in sample_test(run, 5):
        assert example.text[:30] not in stored
        assert example.id in stored


def test_the_weights_are_as_they_were(run, finished_run):
    before, after = (RunDirectory(path).file("model.keras") for path in (finished_run, run.path))
    assert before.read_bytes() == after.read_bytes()


def test_the_figures_are_told_in_lines(content):
    told = "\n".join(lines(content))
    for part in ("5 texts of test", "ig plausibility", "occlusion sanity", "agreement with tiny"):
        assert part in told


def test_one_method_and_texts_of_a_file_are_enough(run):
    examples = [Example("a1", "a very good film", -1, (Span(7, 11),))]
    found = evaluate_explanations(run, examples, "mine.csv", [], "occlusion", 50, COMMAND)
    assert found["method"] == "occlusion"
    assert set(found["methods"]) == {"occlusion"}
    assert "agreement" not in found
    assert found["sample"]["texts_of"] == "mine.csv"


def test_a_run_of_other_classes_is_refused(run, tmp_path, finished_run):
    other = tmp_path / "other"
    shutil.copytree(finished_run, other)
    split = json.loads((other / "split.json").read_text())
    (other / "split.json").write_text(json.dumps({**split, "classes": ["a", "b"]}))
    with pytest.raises((CallError, WorkError)):
        evaluate_explanations(run, [], "test", [other], "occlusion", 50, COMMAND)


def test_where_no_word_is_read_nothing_is_written(run):
    with pytest.raises(WorkError, match="reads no word of any of the texts"):
        evaluate_explanations(run, [Example("a", "", -1)], "test", [], "occlusion", 50, COMMAND)
