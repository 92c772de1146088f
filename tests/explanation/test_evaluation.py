import json
import shutil

import pytest

from tfcmp.errors import CallError, WorkError
from tfcmp.explanation.evaluation import agreement_of_seeds, evaluate_explanations, lines, summarise
from tfcmp.explanation.samples import Example, sample_test
from tfcmp.models.markup import Span
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


def row(group, value, **extra):
    of = {
        "comprehensiveness": value,
        "sufficiency": value / 2,
        "margin_comprehensiveness": 4 * value,
        "margin_sufficiency": value,
        "seconds": 1.0 + value,
        "steps": 50 if value < 0.5 else 400,
        "completeness_error": value / 10,
        "sanity": [-value],
        **extra,
    }
    return {
        "group": group,
        "margin": 4.0,
        "random": {
            "comprehensiveness": 0.1,
            "sufficiency": 0.4,
            "margin_comprehensiveness": 0.2,
            "margin_sufficiency": 2.0,
        },
        "ig": of,
        "occlusion": {**of, "seeds": [None]},
        "agreement": value,
    }


ROWS = [row(0, 0.2, seeds=[0.5]), row(1, 0.4, seeds=[None]), row(2, 0.6, seeds=[0.7])]


def test_the_axes_are_shares_of_the_margin_by_leaving_words_out_with_intervals():
    """Mean 0.4, standard deviation 0.2 of three groups, t quantile of 2 degrees 4.3027."""
    found = summarise(ROWS)
    assert (found["method"], found["measure"]) == ("occlusion", "share of the logit margin")
    half = 4.302653 * 0.2 / 3**0.5
    assert found["comprehensiveness"] == pytest.approx(
        {"value": 0.4, "low": 0.4 - half, "high": 0.4 + half, "texts": 3}
    )
    assert found["sufficiency"]["value"] == pytest.approx(0.1)
    assert found["methods"]["ig"]["comprehensiveness"]["value"] == pytest.approx(0.4)
    assert "plausibility" not in found


def test_texts_of_one_group_are_one_observation():
    found = summarise([row(7, value) for value in (0.2, 0.4, 0.6)])
    ends = found["methods"]["ig"]["comprehensiveness"]
    assert (ends["low"], ends["high"]) == (-1.0, 1.0)
    # A share of margins has no bounds.
    assert found["comprehensiveness"] == {"value": pytest.approx(0.4), "texts": 3}


def test_texts_weigh_by_their_margin():
    rows = [row(0, 0.2), {**row(1, 0.6), "margin": 12.0}, row(2, 0.4)]
    assert summarise(rows)["comprehensiveness"]["value"] == pytest.approx(4 * 1.2 / 20)


def test_without_any_margin_there_is_no_share():
    found = summarise([{**one, "margin": 0.0} for one in ROWS])
    assert found["comprehensiveness"] == {"value": None, "texts": 3}


def test_a_random_ranking_stands_beside_and_is_subtracted():
    found = summarise(ROWS)
    assert found["random"]["sufficiency"]["value"] == pytest.approx(0.4)
    of = found["methods"]["occlusion"]
    assert of["comprehensiveness_less_random"]["value"] == pytest.approx(0.3)
    assert of["sufficiency_less_random"]["value"] == pytest.approx(-0.2)


def test_plausibility_is_the_mean_over_the_texts_that_have_it():
    rows = [row(0, 0.2, plausibility=0.8, plausibility_by_magnitude=0.9), row(1, 0.4), row(2, 0.1)]
    found = summarise(rows)
    assert found["methods"]["ig"]["plausibility"]["value"] == 0.8
    assert found["plausibility"]["texts"] == 1
    assert found["methods"]["ig"]["plausibility_by_magnitude"]["value"] == 0.9


def test_completeness_and_price_are_distributions():
    of = summarise(ROWS)["methods"]["ig"]
    assert of["completeness"]["median"] == pytest.approx(0.04)
    assert of["completeness"]["share_within_tolerance"] == pytest.approx(2 / 3)
    assert of["completeness"]["texts_by_steps"] == {"50": 2, "400": 1}
    assert of["seconds"]["median"] == pytest.approx(1.4)


@pytest.mark.parametrize(
    ("values", "passed"), [((0.1, 0.12, 0.14), True), ((0.7, 0.8, 0.9), False)]
)
def test_a_method_that_shows_the_same_of_a_shuffled_model_is_marked(values, passed):
    sanity = summarise([row(number, value) for number, value in enumerate(values)])["sanity"]
    assert sanity["ig"]["resemblance"]["value"] == pytest.approx(values[1])
    assert sanity["ig"]["passed"] is passed


def test_agreement_leaves_out_texts_without_a_ranking():
    assert summarise(ROWS)["agreement"]["methods"]["value"] == pytest.approx(0.4)
    of = agreement_of_seeds(ROWS, 0)
    assert (of["ig"]["value"], of["ig"]["texts"]) == (pytest.approx(0.6), 2)
    assert of["occlusion"] == {"value": None, "low": None, "high": None, "texts": 0}
