import numpy as np
import pytest

from tfcmp.reporting.analysis.explanations import (
    explained_difference,
    explanation_gaps,
    explanation_notes,
    setting_of,
)
from tfcmp.runs.files import write_json


@pytest.fixture
def explained(write_run, benches, compare):
    """The function (settings by model) -> the comparison of models whose explanations were measured so."""

    def build(**by_model):
        runs = []
        for model, changes in by_model.items():
            path = write_run(model)
            if changes is not None:
                write_json(path / "explanation.json", content(benches, **changes))
            runs.append(path)
        return compare(runs)

    return build


def content(
    benches,
    *,
    value=0.6,
    methods=("ig", "occlusion"),
    shares=(0.01, 0.5),
    is_earlier=False,
    rows=(),
    **sample,
):
    """Of explanation.json; `is_earlier` is one without shares of the margin."""
    drawn = {"texts_of": "test", "texts": 200, "seed": 0, "left_out": []}
    return {
        "method": methods[-1],
        **({} if is_earlier else {"measure": "share of the logit margin"}),
        "comprehensiveness": benches.ends(value),
        "sufficiency": benches.ends(0.1),
        "methods": {method: {} for method in methods},
        "sample": {**drawn, **sample},
        "settings": {"shares_of_words": list(shares)},
        "texts": list(rows),
    }


def notes_of(comparison):
    return explanation_notes(comparison.models, comparison.explanation_setting)


def texts_of(lost, margin=4.0):
    """A row per text, each a group of its own."""
    return [
        {
            "id": f"{number:03}",
            "group": number,
            "margin": margin,
            "occlusion": {"margin_comprehensiveness": margin * of, "margin_sufficiency": 0.0},
        }
        for number, of in enumerate(lost)
    ]


def test_explanations_that_were_measured_alike_are_all_taken(explained):
    axes = explained(gru={}, lstm={"value": 0.7}).explained_axes
    assert axes["gru"]["comprehensiveness"].value == 0.6
    assert axes["lstm"]["comprehensiveness"].value == 0.7
    assert "plausibility" not in axes["gru"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"texts_of": "mine.csv"}, "texts of mine.csv; of most texts of test"),
        ({"texts": 50}, "50 texts; of most 200 texts"),
        ({"seed": 7}, "seed 7 of the sample; of most seed 0 of the sample"),
        ({"shares": (0.2,)}, "20% of the words; of most 1%, 50% of the words"),
        ({"methods": ("ig",)}, "by integrated gradients only"),
        ({"is_earlier": True}, "its file has probabilities only"),
    ],
)
def test_those_of_other_texts_or_by_another_method_have_no_part_and_say_why(
    explained, change, told
):
    comparison = explained(gru={}, lstm={}, transformer=change)
    axes = comparison.explained_axes
    assert axes["transformer"] == {}
    assert set(axes["gru"]) == {"comprehensiveness", "sufficiency"}
    (note,) = notes_of(comparison)
    assert note.startswith("transformer-seed1: comprehensiveness, sufficiency and plausibility")
    assert told in note
    gaps = explanation_gaps(
        comparison.models, comparison.explanation_setting, comparison.explained_axes
    )
    assert set(gaps) == {"transformer"}
    assert gaps["transformer"]["comprehensiveness"].startswith("was measured, but left out: ")
    assert told in gaps["transformer"]["comprehensiveness"]


def test_a_text_that_one_model_does_not_read_makes_no_other_sample(explained):
    left_out = [{"id": "a", "reason": "no word that the model reads"}]
    comparison = explained(gru={}, lstm={"texts": 199, "left_out": left_out})
    assert notes_of(comparison) == []
    assert comparison.explained_axes["lstm"]


def test_a_run_without_explanations_has_no_setting_and_needs_no_reason(explained):
    comparison = explained(gru={}, lstm=None)
    runs = {model.label: model.runs[0] for model in comparison.models}
    assert setting_of(runs["lstm"]) is None
    assert notes_of(comparison) == []
    assert comparison.explained_axes["lstm"] == {}


def test_where_nothing_was_explained_there_are_no_axes(explained):
    comparison = explained(gru=None)
    assert comparison.explained_axes == {"gru": {}}


def difference_of(comparison):
    usual = comparison.explanation_setting
    return explained_difference(*comparison.models, "comprehensiveness", usual)


def test_models_are_compared_text_by_text(explained):
    """Texts differ by far more than the models do, who agree on which are hard."""
    hard = np.random.default_rng(1).uniform(0.1, 0.9, 60)
    better = hard + np.random.default_rng(2).normal(0.05, 0.02, 60)
    sides = {"gru": {"rows": texts_of(hard)}, "lstm": {"rows": texts_of(better, margin=9.0)}}
    difference = difference_of(explained(**sides))
    assert difference.value == pytest.approx(float((hard - better).mean()))
    assert difference.p < 0.001
    apart = difference.standard_error / np.sqrt(2 * hard.var(ddof=1) / 60)
    assert apart < 0.1


def test_texts_that_only_one_of_both_reads_are_left_out(explained):
    lost = np.linspace(0.2, 0.8, 20)
    left_out = [{"id": "019", "reason": "no word that the model reads"}]
    sides = {
        "gru": {"rows": texts_of(lost), "texts": 20},
        "lstm": {"rows": texts_of(lost)[:19], "texts": 19, "left_out": left_out},
    }
    assert difference_of(explained(**sides)).value == pytest.approx(0.0)


def test_without_values_by_text_nothing_is_paired(explained):
    assert difference_of(explained(gru={}, lstm={})) is None
