from itertools import count

import keras
import numpy as np
import pandas as pd
import pyarrow.parquet
import pytest

import tfcmp
from tfcmp.data.corpus import text_hash
from tfcmp.data.diagnostic.corpus import DiagnosticSource
from tfcmp.errors import WorkError
from tfcmp.inference import texts as texts_module
from tfcmp.inference.answering import Prediction
from tfcmp.inference.classifier import load_model

AWKWARD = {
    "empty": "",
    "blank": " \t\n",
    "long": "word " * 100_000,
    "one long word": "x" * 100_000,
    "emoji": "\U0001f600\U0001f469\u200d\U0001f680",
    "right to left": "\u0641\u064a\u0644\u0645 \u05e1\u05e8\u05d8",
    "nul bytes": "a\x00b\x00",
    "html": "<p>fine<br /><br/>film &amp; more</p><script>",
    "lone surrogate": "\ud800",
    "combining marks": "e\u0301" * 50,
    "punctuation": "... !!! ???",
}


@pytest.fixture(scope="module")
def classifier(finished_run):
    return tfcmp.load(finished_run)


@pytest.fixture(scope="module")
def texts_of_test():
    return [record.text for record in DiagnosticSource().records() if record.split == "test"]


def test_a_prediction_is_a_text_its_label_and_the_probability(classifier):
    (prediction,) = classifier.predict(["A fine film."])
    assert isinstance(prediction, Prediction)
    assert prediction.text == "A fine film."
    assert prediction.label in ("neg", "pos")
    assert type(prediction.probability) is float
    assert 0.5 <= prediction.probability <= 1


def test_the_probability_is_that_of_the_label(classifier):
    (prediction,) = classifier.predict(["A fine film."])
    row = classifier.probabilities(["A fine film."])[0]
    assert prediction.label == classifier.classes[row.argmax()]
    assert prediction.probability == row.max()


def test_predictions_come_in_the_order_of_the_texts(classifier):
    texts = [f"{'word ' * (n * 7 % 30)}{n}" for n in range(60)]
    assert [prediction.text for prediction in classifier.predict(texts)] == texts


def test_a_text_gets_the_same_answer_alone_and_among_others(classifier, texts_of_test):
    together = classifier.probabilities(texts_of_test[:20])
    alone = np.concatenate([classifier.probabilities([text]) for text in texts_of_test[:20]])
    np.testing.assert_allclose(together, alone, atol=1e-6)


def test_probabilities_are_those_that_the_run_has_saved(classifier, finished_run, texts_of_test):
    saved = pyarrow.parquet.read_table(finished_run / "predictions.parquet").to_pandas()
    saved = saved[saved["split"] == "test"]
    assert saved["id"].tolist() == [f"{text_hash(text):016x}" for text in texts_of_test]
    probabilities = classifier.probabilities(texts_of_test)
    np.testing.assert_allclose(probabilities, np.stack(saved["probabilities"]), atol=1e-6)


@pytest.mark.parametrize("text", AWKWARD.values(), ids=AWKWARD)
def test_any_text_gets_one_answer(classifier, text):
    (prediction,) = classifier.predict([text])
    assert prediction.text == text
    assert 0.5 <= prediction.probability <= 1


def test_awkward_texts_are_answered_together(classifier):
    predictions = classifier.predict(AWKWARD.values())
    assert [prediction.text for prediction in predictions] == list(AWKWARD.values())


def test_no_texts_get_no_predictions(classifier):
    assert classifier.predict([]) == []


@pytest.mark.parametrize("ask", ["predict", "stream", "probabilities", "tokenize"])
@pytest.mark.parametrize(
    ("texts", "told"),
    [
        ("a text", r"write \[text\]"),
        (pd.DataFrame({"text": ["a"]}), "frame"),
        ({"text": "a"}, "dict"),
    ],
)
def test_what_is_no_series_of_texts_is_refused_at_the_call(classifier, ask, texts, told):
    with pytest.raises(TypeError, match=told):
        getattr(classifier, ask)(texts)


def test_a_text_that_is_missing_is_refused_with_its_place_behind_a_window_too(
    classifier, monkeypatch
):
    monkeypatch.setattr(texts_module, "TEXTS_PER_WINDOW", 2)
    with pytest.raises(TypeError, match="text 4, "):
        classifier.predict(pd.Series(["a", "b", "c", "d", None]))


@pytest.mark.parametrize(
    "texts",
    [
        ("a fine film", "bad"),
        pd.Series(["a fine film", "bad"], index=[4, 2]),
        np.array(["a fine film", "bad"]),
        pyarrow.array(["a fine film", "bad"]),
        iter(["a fine film", "bad"]),
    ],
    ids=lambda texts: type(texts).__name__,
)
def test_every_series_of_texts_has_a_row_of_probabilities_per_text(classifier, texts):
    expected = classifier.probabilities(["a fine film", "bad"])
    answers = classifier.probabilities(texts)
    assert (answers.shape, answers.dtype) == ((2, 2), np.dtype(np.float32))
    np.testing.assert_array_equal(answers, expected)


def test_no_texts_have_no_rows_of_probabilities(classifier):
    assert classifier.probabilities([]).shape == (0, 2)


def test_an_endless_stream_is_answered_a_window_at_a_time(classifier, monkeypatch):
    monkeypatch.setattr(texts_module, "TEXTS_PER_WINDOW", 4)
    numbers = count()
    answers = classifier.stream(f"text {number}" for number in numbers)
    assert [next(answers).text for _ in range(6)] == [f"text {number}" for number in range(6)]
    assert next(numbers) == 8


def test_a_batch_holds_no_more_tokens_than_its_bound(classifier, monkeypatch):
    sizes = []
    forward = classifier._forward

    def recording(batches):
        sizes.extend(batch.shape for batch in batches)
        return forward(batches)

    monkeypatch.setattr(classifier, "_forward", recording)
    monkeypatch.setattr(classifier, "tokens_per_batch", 100)
    classifier.predict("word " * (n % 39 + 1) for n in range(80))
    assert sum(rows for rows, _ in sizes) == 80
    assert all(rows * length <= 100 for rows, length in sizes)


def test_ids_are_those_of_the_tokenizer_and_answered_like_their_texts(classifier):
    texts = ["A fine film.", "", "word " * 500, "\x00"]
    ids = classifier.tokenize(texts)
    expected, _ = classifier.tokenizer.encode(texts)
    assert [row.tolist() for row in ids] == expected.to_list()
    assert {row.dtype for row in ids} == {np.dtype(np.int32)}
    np.testing.assert_array_equal(classifier.probabilities_of(ids), classifier.probabilities(texts))


def test_the_saved_model_answers_like_the_classifier(classifier):
    import tensorflow as tf

    texts = ["A fine film.", "", "word " * 500]
    answers = classifier.model(tf.constant(texts), training=False)
    np.testing.assert_allclose(answers, classifier.probabilities(texts), atol=1e-6)


def test_a_directory_that_is_no_run_is_refused(tmp_path):
    with pytest.raises(WorkError, match="it is no run directory"):
        tfcmp.load(tmp_path)


def test_a_run_is_loaded_from_a_path_in_text(finished_run):
    assert tfcmp.load(str(finished_run)).classes == ("neg", "pos")


def test_a_model_that_keras_does_not_take_is_told(finished_run, monkeypatch):
    def refuse(*_given, **_options):
        raise ValueError("a layer\nis missing")

    monkeypatch.setattr(keras.saving, "load_model", refuse)
    with pytest.raises(WorkError, match=r"model\.keras cannot be loaded: a layer is missing"):
        load_model(finished_run)
