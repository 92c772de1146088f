import numpy as np
import pytest

from tfcmp.errors import WorkError
from tfcmp.explanation.assessing import assess, rank_correlation
from tfcmp.explanation.evaluation import agreement_of_seeds, summarise
from tfcmp.explanation.explainer import Explainer
from tfcmp.explanation.samples import Example

EXAMPLES = [Example("a1", "word2 word3 word4", -1), Example("b2", "word5 word6 word7 word2", -1)]


class Refusing:
    """Explains like another, but for one text, which its tokenizer reads otherwise."""

    def __init__(self, explainer, text):
        self.explainer = explainer
        self.text = text

    def explain(self, text, *given, **options):
        if text == self.text:
            raise WorkError("no token can be told to belong to a word")
        return self.explainer.explain(text, *given, **options)


@pytest.fixture
def rows(make_network):
    """Of two texts, compared with another model that refuses the first."""
    explainer = Explainer(make_network("square"), "occlusion", 50)
    other = Refusing(explainer, EXAMPLES[0].text)
    found, left_out = assess({"occlusion": explainer}, EXAMPLES, [{"occlusion": other}])
    assert left_out == []
    return found


def test_a_text_that_another_model_refuses_has_no_correlation_and_keeps_its_other_figures(rows):
    first, second = (row["occlusion"] for row in rows)
    assert first["seeds"] == [None]
    assert second["seeds"] == [pytest.approx(1.0)]
    assert "comprehensiveness" in first


def test_the_agreement_is_that_of_the_texts_that_both_explain(rows):
    found = agreement_of_seeds(rows, 0)["occlusion"]
    assert (found["value"], found["texts"]) == (pytest.approx(1.0), 1)
    assert summarise(rows)["methods"]["occlusion"]["comprehensiveness"]["texts"] == 2


def test_the_temperature_of_a_model_changes_no_axis(make_network):
    """Logits divided by 4 leave answers and rankings as they are, and probabilities not."""
    sure, unsure = make_network("square"), make_network("square")
    head = unsure.core.get_layer("logits")
    head.set_weights([weights / 4 for weights in head.get_weights()])
    found = [
        summarise(assess({"occlusion": Explainer(network, "occlusion", 50)}, EXAMPLES)[0])
        for network in (sure, unsure)
    ]
    for axis in ("comprehensiveness", "sufficiency"):
        assert found[0][axis]["value"] == pytest.approx(found[1][axis]["value"], abs=1e-4)
    probabilities = [one["methods"]["occlusion"]["comprehensiveness"]["value"] for one in found]
    assert probabilities[0] != pytest.approx(probabilities[1], abs=0.02)


def test_it_is_the_correlation_of_ranks_worked_out_by_hand():
    """Ranks 1 2 3 4 and 2 1 4 3: 1 - 6 * 4 / (4 * 15)."""
    first, second = np.array([0.1, 0.2, 5.0, 9.0]), np.array([3.0, -1.0, 8.0, 7.0])
    assert rank_correlation(first, second) == pytest.approx(0.6)


def test_words_that_one_of_them_lacks_take_no_part():
    first = np.array([1.0, np.nan, 2.0, 3.0])
    assert rank_correlation(first, np.array([1.0, 99.0, 2.0, 3.0])) == pytest.approx(1.0)


def test_of_fewer_than_three_words_there_is_none():
    assert rank_correlation(np.array([1.0, 2.0]), np.array([1.0, 2.0])) is None
