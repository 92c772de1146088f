"""SavedModels, whose inside cannot be reached: leaving words out explains them all the same."""

import runpy
from pathlib import Path

import numpy as np
import pytest

from tfcmp.errors import CallError
from tfcmp.explanation.explainer import Explainer
from tfcmp.explanation.network import Network
from tfcmp.inference.classifier import keras_classifier
from tfcmp.models.building import build_text_classifier
from tfcmp.models.saved_model.building import build_saved_model_core, build_saved_model_tokenizer
from tfcmp.models.saved_model.trust import trusting_saved_models

MODELS = Path(__file__).parent.parent / "models"
SAVERS = runpy.run_path(str(MODELS / "saved_model" / "conftest.py"))["SAVERS"]


@pytest.fixture(scope="module")
def explain_with(tmp_path_factory):
    """The function (encoder, preprocessor or None) -> an explainer of a model with that encoder."""
    folder = tmp_path_factory.mktemp("programs")

    def saved(kind):
        if not (folder / kind).exists():
            SAVERS[kind](folder / kind)
        return folder / kind

    def make(encoder, preprocessor):
        with trusting_saved_models():
            given = saved(preprocessor) if preprocessor else None
            tokenizer = build_saved_model_tokenizer(given, None, "head", "here")
            options = {"pooling": "mean", "dropout": 0.1, "freeze": False, "source": "here"}
            core = build_saved_model_core(saved(encoder), tokenizer, 2, **options)
        model = build_text_classifier(tokenizer, core)
        return Explainer(Network(keras_classifier(model, ("neg", "pos"))))

    return make


@pytest.mark.parametrize(
    ("encoder", "preprocessor"), [("bert", "tokenizing"), ("bert", "preprocessor"), ("texts", None)]
)
def test_every_kind_is_explained_by_leaving_words_out(explain_with, encoder, preprocessor):
    explainer = explain_with(encoder, preprocessor)
    found = explainer.explain("the film was not good")
    assert found.method == "occlusion"
    assert len(found.scores) == 5
    assert np.isfinite(found.scores).all()
    target = explainer.network.classes.index(found.label)
    tokenizer = explainer.network.tokenizer
    rows = [
        tokenizer.encode([text])[0][0].numpy() for text in (found.reading.text, "film was not good")
    ]
    if preprocessor:
        whole, without = explainer.network.logits(rows)[:, target]
        assert found.scores[0] == pytest.approx(whole - without, abs=1e-5)


@pytest.mark.parametrize(("encoder", "preprocessor"), [("bert", "tokenizing"), ("texts", None)])
def test_an_empty_text_has_an_answer_and_no_words(explain_with, encoder, preprocessor):
    described = explain_with(encoder, preprocessor).explain("").describe()
    assert described["words"] == []
    assert described["label"] in ("neg", "pos")


def test_integrated_gradients_are_refused_with_the_way_out(explain_with):
    with pytest.raises(CallError, match="--method occlusion"):
        Explainer(explain_with("texts", None).network, "ig")
