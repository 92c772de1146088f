import pytest

from tfcmp.errors import WorkError
from tfcmp.explanation.assessing import assess
from tfcmp.explanation.explainer import Explainer
from tfcmp.explanation.samples import Example
from tfcmp.explanation.summary import agreement_of_seeds, summarise

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
