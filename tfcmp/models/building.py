"""From a configuration to a Keras model: the one place that spells its settings out."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, replace

import keras
import numpy as np

from tfcmp.config.fields import (
    Configuration,
    LinearArchitecture,
    RecurrentArchitecture,
    TransformerArchitecture,
)
from tfcmp.models.catalogue import default_configuration, find_model
from tfcmp.models.linear import adapt_bag_of_ngrams, build_bag_of_ngrams
from tfcmp.models.recurrent import build_recurrent
from tfcmp.models.size import matching_size
from tfcmp.models.transformer import build_transformer
from tfcmp.models.word_tokenizer import WordTokenizer

# Paths of the weights of which a text uses a few rows only.
EMBEDDINGS = ("token_embedding/", "logits/feature_weights")
TrainingBatches = Callable[[], Iterable[tuple[np.ndarray, np.ndarray]]]


def build_core(configuration: Configuration, vocabulary_size: int, classes: int) -> keras.Model:
    """A functional model of token ids (batch, length) int32 to logits (batch, classes) float32.

    Args:
        configuration: the resolved configuration.
        vocabulary_size: number of ids, padding and unknown word included.
        classes: number of classes.
    """
    architecture = configuration.architecture
    settings = asdict(replace(architecture, vocabulary_size=vocabulary_size))
    if isinstance(architecture, LinearArchitecture):
        return build_bag_of_ngrams(
            classes, orders=architecture.orders, features=architecture.features
        )
    if isinstance(architecture, RecurrentArchitecture):
        return build_recurrent(configuration.model, classes=classes, **settings)
    settings.pop("match")
    return build_transformer(classes=classes, **settings)


def adapt_core(core: keras.Model, configuration: Configuration, batches: TrainingBatches) -> None:
    """Sets what a model takes from the training split before its first step, if anything."""
    if isinstance(configuration.architecture, LinearArchitecture):
        adapt_bag_of_ngrams(core, batches(), configuration.architecture.smoothing)


def build_text_classifier(tokenizer: WordTokenizer, core: keras.Model) -> keras.Model:
    """The model that is saved: raw text (batch,) of strings to probabilities (batch, classes)."""
    text = keras.Input((), dtype="string", name="text")
    logits = core(tokenizer(text))
    probabilities = keras.layers.Softmax(dtype="float32", name="probabilities")(logits)
    return keras.Model(text, probabilities, name=f"{core.name}_text_classifier")


def count_parameters(core: keras.Model) -> dict[str, int]:
    """Trainable weights: all of them, those of token embeddings, and the rest.

    For the linear model the n-gram weights are its embedding.
    """
    total = sum(int(np.prod(weight.shape)) for weight in core.trainable_weights)
    embedding = sum(
        int(np.prod(weight.shape))
        for weight in core.trainable_weights
        if weight.path.startswith(EMBEDDINGS)
    )
    return {"total": total, "embedding": embedding, "without_embedding": total - embedding}


def matched(configuration: Configuration, classes: int) -> Configuration:
    """The configuration with `layers` and `feed_forward_size` that `architecture.match` asks for.

    Raises:
        CallError: no such transformer has between 98 and 102 % of the other model's parameters.
    """
    target = match_target(configuration, classes)
    if target is None:
        return configuration
    architecture = configuration.architecture
    assert isinstance(architecture, TransformerArchitecture)
    layers, feed_forward_size = matching_size(
        target, architecture.embedding_size, classes, architecture.pooling
    )
    sized = replace(architecture, layers=layers, feed_forward_size=feed_forward_size)
    return replace(configuration, architecture=sized)


def match_target(configuration: Configuration, classes: int) -> int | None:
    """Parameters, embeddings apart, of the model that `architecture.match` names, at its defaults.

    None where nothing is to be matched.
    """
    architecture = configuration.architecture
    if not isinstance(architecture, TransformerArchitecture) or architecture.match is None:
        return None
    other = default_configuration(find_model(architecture.match))
    # The vocabulary plays no part in what is counted: a small one is built faster.
    return count_parameters(build_core(other, 3, classes))["without_embedding"]
