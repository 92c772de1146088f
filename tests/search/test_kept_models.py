"""A model that is put back to its start, against one that is built anew, and against fit."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest

from tfcmp.config.fields import TrainingSettings
from tfcmp.runs.directory import create_run
from tfcmp.search.kept_models import KeptModels, Start, key_of_step
from tfcmp.search.settings import with_settings
from tfcmp.search.trial import TrialRunner

FIRST = {"training.learning_rate": 0.05, "training.batch_size": 32}
SECOND = {"training.learning_rate": 0.02, "training.batch_size": 10}


@pytest.fixture
def make(tmp_path, shared_cache):
    """The function configuration, name -> runner of trials in a folder of their own."""

    def build(configuration, name):
        return TrialRunner(configuration, tmp_path / name, shared_cache, None, "cpu", "tuner0")

    return build


def ignored(share):
    """Progress that nobody looks at."""


@pytest.mark.parametrize("model", [pytest.param("gru", marks=pytest.mark.slow), "bag_of_ngrams"])
@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_a_kept_model_gives_what_a_new_one_gives(make, tiny_configuration, model, optimizer):
    configuration = tiny_configuration(model, optimizer="adam")
    runner, new = make(configuration, "kept"), make(configuration, "new")
    runner.run(0, FIRST, ignored)
    kept = runner.run(1, {**SECOND, "training.optimizer": optimizer}, ignored)
    fresh = new.run(1, {**SECOND, "training.optimizer": optimizer}, ignored)
    assert kept.status == fresh.status == "COMPLETED"
    assert kept.loss == pytest.approx(fresh.loss, rel=1e-5)
    assert kept.score == fresh.score


def test_a_trial_scores_what_fit_scores_on_validation(
    make, tmp_path, tiny_configuration, shared_cache
):
    from tfcmp.training.train import train

    configuration = tiny_configuration("bag_of_ngrams")
    runner = make(configuration, "search")
    runner.run(0, FIRST, ignored)
    outcome = runner.run(1, SECOND, ignored)
    run = create_run(tmp_path, "bag_of_ngrams", "run")
    result = train(with_settings(configuration, SECOND), run, shared_cache)
    run.unlock()
    assert outcome.score == result["validation"]["accuracy"]["value"]
    assert outcome.loss == pytest.approx(result["validation"]["nll"]["value"], rel=1e-5)


@pytest.mark.parametrize(("weights", "is_same"), [("none", True), ("balanced", False)])
def test_a_step_is_kept_for_texts_of_the_same_class_weights_only(weights, is_same):
    training = TrainingSettings(class_weight=weights)
    keys = {
        key_of_step(
            training,
            SimpleNamespace(
                corpus=SimpleNamespace(labels=np.array([0, 0, 0, 1])),
                splits=SimpleNamespace(train=np.array(rows)),
            ),
        )
        for rows in ([0, 1, 3], [1, 3])
    }
    assert (len(keys) == 1) == is_same


def test_variables_go_back_to_their_start():
    filled, empty = keras.Variable(np.arange(3.0)), keras.Variable(np.zeros(4))
    start = Start([filled, empty])
    filled.assign(np.full(3, np.nan))
    empty.assign(np.ones(4))
    start.restore()
    assert filled.numpy().tolist() == [0, 1, 2]
    assert empty.numpy().tolist() == [0, 0, 0, 0]


def test_the_precision_survives_letting_go():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        KeptModels("cpu").clear()
        assert keras.config.dtype_policy().name == "mixed_bfloat16"
    finally:
        keras.config.set_dtype_policy("float32")
