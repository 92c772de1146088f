"""One tiny trained run for all tests, so that most of them need no training of their own."""

from dataclasses import replace

import hypothesis
import pytest

from tfcmp.config.fields import DataSettings, TrainingSettings
from tfcmp.models.catalogue import default_configuration, find_model
from tfcmp.runs.directory import create_run

# No deadline: the first example of a test may import TensorFlow, and machines are busy. The same
# examples every time: a change is to blame for what fails behind it.
hypothesis.settings.register_profile("tfcmp", deadline=None, derandomize=True)
hypothesis.settings.load_profile("tfcmp")

TINY = {
    "bag_of_ngrams": {"features": 500},
    "gru": {"units": 4, "embedding_size": 6, "dropout": 0.2, "embedding_dropout": 0.2},
    "transformer": {"embedding_size": 6, "heads": 2, "feed_forward_size": 10, "dropout": 0.2},
}


@pytest.fixture(scope="session")
def tiny_configuration():
    """The function model -> a configuration on 200 diagnostic texts that trains in seconds."""

    def build(model="gru", **training):
        configuration = default_configuration(find_model(model))
        return replace(
            configuration,
            device="cpu",
            architecture=replace(configuration.architecture, **TINY[model]),
            data=DataSettings(source="diagnostic", train_size=200, max_length=40),
            training=TrainingSettings(
                **{"epochs": 1, "batch_size": 16, "learning_rate": 0.01, **training}
            ),
        )

    return build


@pytest.fixture(scope="session")
def shared_cache(tmp_path_factory):
    """Index, vocabulary and token ids of the diagnostic corpus, made once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def finished_run(tmp_path_factory, shared_cache, tiny_configuration):
    """Path of a complete gru run; read it, or change a copy."""
    from tfcmp.training.train import train

    run = create_run(tmp_path_factory.mktemp("runs"), "gru", "tiny")
    train(tiny_configuration(), run, shared_cache)
    run.unlock()
    return run.path
