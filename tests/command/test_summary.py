from dataclasses import replace

import pytest

from tfcmp.command.summary import summary


@pytest.fixture
def result():
    return {
        "test": {
            "accuracy": {"value": 0.8, "low": 0.7, "high": 0.9},
            "examples": {"value": 50.0},
            "majority": {"value": 0.6},
        },
        "parameters": {"total": 1200, "trained": 1200, "match_target": None},
        "epochs": 3,
        "best_epoch": 1,
    }


@pytest.fixture
def configuration(tiny_configuration):
    configuration = tiny_configuration("gru")
    return replace(configuration, training=replace(configuration.training, epochs=3, patience=2))


def test_accuracy_and_epochs_are_told_and_no_caution_without_need(result, configuration):
    first, second = summary(result, configuration).splitlines()
    assert "gru: test accuracy 80.00%, 95 % interval 70.00% to 90.00% (50 texts" in first
    assert second == "1,200 parameters, best epoch 1 of 3"


def test_a_fit_that_stopped_early_says_why(result, configuration):
    longer = replace(configuration, training=replace(configuration.training, epochs=30))
    told = summary(result, longer)
    assert "stopped before epoch 30: validation accuracy was no better for 2 epochs" in told
    assert "--training.patience" in told


def test_a_model_no_better_than_the_most_frequent_class_is_told(result, configuration):
    result["test"]["majority"]["value"] = 0.75
    assert "most frequent class, 75.00% of the test texts" in summary(result, configuration)


def test_what_was_frozen_matched_and_replicated_is_told(result, configuration):
    result["parameters"] |= {"trained": 200, "match_target": 990, "without_embedding": 1000}
    told = summary(result, configuration, "logical devices")
    assert "200 of the parameters were trained" in told
    assert "1,000 parameters, matched to 990" in told
    assert told.endswith("note: logical devices")


def described(unknown, tokens):
    split = {"unknown_token_share": unknown, "mean_tokens": tokens}
    return {"splits": {"train": split, "validation": split, "test": {"size": 3}}}


def test_many_unknown_words_and_texts_of_one_token_are_told(result, configuration):
    told = summary(result, configuration, None, described(0.125, 1.25))
    assert "12.5% of the train texts' and 12.5% of the validation texts' tokens are unknown" in told
    assert "the train and validation texts have one token on average" in told


@pytest.mark.parametrize("said", [described(0.1, 1.5), {"splits": {"train": {"size": 9}}}, {}])
def test_usual_texts_and_old_runs_have_no_caution_about_tokens(result, configuration, said):
    assert "note" not in summary(result, configuration, None, said)
