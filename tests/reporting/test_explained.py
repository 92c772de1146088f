import pytest

from tfcmp.reporting.entrants import make_entrants
from tfcmp.reporting.explained import explained_axes, explanation_notes, setting_of
from tfcmp.reporting.reading import read_run
from tfcmp.runs.files import write_json


@pytest.fixture
def explained(write_run, benches):
    """The function (settings by model) -> entrants whose explanations were measured so."""

    def build(**by_model):
        runs = []
        for model, changes in by_model.items():
            path = write_run(model)
            if changes is not None:
                write_json(path / "explanation.json", content(benches, **changes))
            runs.append(read_run(path))
        return make_entrants(runs)

    return build


def content(benches, *, value=0.6, method="ig", shares=(0.01, 0.5), **sample):
    drawn = {"texts_of": "test", "texts": 200, "seed": 0, "left_out": []}
    return {
        "method": method,
        "comprehensiveness": benches.ends(value),
        "sufficiency": benches.ends(0.1),
        "sample": {**drawn, **sample},
        "settings": {"shares_of_words": list(shares)},
    }


def test_explanations_that_were_measured_alike_are_all_taken(explained):
    axes = explained_axes(explained(gru={}, lstm={"value": 0.7}))
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
        ({"method": "occlusion"}, "leaving a word out; of most integrated gradients"),
    ],
)
def test_those_of_other_texts_or_by_another_method_have_no_part_and_say_why(
    explained, change, told
):
    entrants = explained(gru={}, lstm={}, transformer=change)
    axes = explained_axes(entrants)
    assert axes["transformer"] == {}
    assert set(axes["gru"]) == {"comprehensiveness", "sufficiency"}
    (note,) = explanation_notes(entrants)
    assert note.startswith("transformer-seed1: comprehensiveness, sufficiency and plausibility")
    assert note.endswith(f"{told}.")


def test_a_text_that_one_model_does_not_read_makes_no_other_sample(explained):
    left_out = [{"id": "a", "reason": "no word that the model reads"}]
    entrants = explained(gru={}, lstm={"texts": 199, "left_out": left_out})
    assert explanation_notes(entrants) == []
    assert explained_axes(entrants)["lstm"]


def test_a_run_without_explanations_has_no_setting_and_needs_no_reason(explained):
    entrants = explained(gru={}, lstm=None)
    runs = {entrant.label: entrant.runs[0] for entrant in entrants}
    assert setting_of(runs["lstm"]) is None
    assert explanation_notes(entrants) == []
    assert explained_axes(entrants)["lstm"] == {}


def test_where_nothing_was_explained_there_are_no_axes(explained):
    entrants = explained(gru=None)
    assert explained_axes(entrants) == {"gru": {}}
