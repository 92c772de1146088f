"""From a configuration to a Keras model: the one place that spells its settings out."""

import warnings
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from tfcmp.config.fields import (
    Configuration,
    LinearArchitecture,
    PretrainedArchitecture,
    RecurrentArchitecture,
    TransformerArchitecture,
)
from tfcmp.errors import TfcmpError, WorkError
from tfcmp.models.catalogue import default_configuration, find_model
from tfcmp.models.encoder_files import EncoderFiles
from tfcmp.models.sequence_layers import ENCODER
from tfcmp.models.tokenizer import TextTokenizer
from tfcmp.models.word_tokenizer import WordTokenizer
from tfcmp.records.run import ModelSize

if TYPE_CHECKING:
    from tfcmp.models.linear import Ngrams

# Paths of the weights of which a text uses a few rows only.
EMBEDDINGS = ("token_embedding/", "logits/feature_weights")
# Begin of the names of low-rank updates (LoRA).
LOW_RANK = "lora_kernel"
TrainingBatches = Callable[[], Iterable[tuple[np.ndarray, np.ndarray]]]


def build_tokenizer(configuration: Configuration, files: EncoderFiles | None) -> TextTokenizer:
    """The tokenizer that the model reads with; a word tokenizer has no vocabulary yet.

    Raises:
        CallError: the length limit or the truncation does not suit the encoder.
        WorkError: the encoder's tokenizer cannot be read.
    """
    data = configuration.data
    if files is None:
        return WordTokenizer(data.max_length, data.truncation, name="tokenizer")
    if isinstance(configuration.architecture, PretrainedArchitecture):
        from tfcmp.models.preset_tokenizer import build_preset_tokenizer

        return build_preset_tokenizer(files.encoder.folder, data.max_length, data.truncation)
    from tfcmp.models.saved_model.building import build_saved_model_tokenizer

    return build_saved_model_tokenizer(
        files.preprocessor.folder if files.preprocessor else None,
        data.max_length,
        data.truncation,
        files.preprocessor.source if files.preprocessor else "",
    )


def build_core(
    configuration: Configuration,
    tokenizer: TextTokenizer,
    classes: int,
    files: EncoderFiles | None = None,
    *,
    is_copy: bool = False,
) -> keras.Model:
    """A functional model of token ids (batch, length) int32 to logits (batch, classes) float32.

    Only the module of the family that is asked for is imported.

    Args:
        configuration: the resolved configuration.
        tokenizer: says how many ids there are, and which one is padding.
        classes: number of classes.
        files: of a pretrained model.
        is_copy: a model that takes all weights from another one: without those of a preset, and
            without low-rank updates, which are part of the weights by then.
    """
    architecture = configuration.architecture
    settings = asdict(architecture)
    if isinstance(architecture, RecurrentArchitecture):
        from tfcmp.models.recurrent import build_recurrent

        settings["vocabulary_size"] = tokenizer.vocabulary_size
        return build_recurrent(configuration.model, classes=classes, **settings)
    if isinstance(architecture, TransformerArchitecture):
        from tfcmp.models.transformer import build_transformer

        settings["vocabulary_size"] = tokenizer.vocabulary_size
        del settings["match"]
        return build_transformer(classes=classes, **settings)
    if isinstance(architecture, LinearArchitecture):
        from tfcmp.models.linear import build_bag_of_ngrams

        return build_bag_of_ngrams(
            classes, orders=architecture.orders, features=architecture.features
        )
    assert files is not None
    if isinstance(architecture, PretrainedArchitecture):
        return _build_pretrained(settings, tokenizer, classes, files, is_copy=is_copy)
    from tfcmp.models.saved_model.building import build_saved_model_core

    del settings["preprocessor"]
    return build_saved_model_core(
        files.encoder.folder, tokenizer, classes, source=files.encoder.source, **settings
    )


def _build_pretrained(
    settings: dict[str, Any],
    tokenizer: TextTokenizer,
    classes: int,
    files: EncoderFiles,
    *,
    is_copy: bool,
) -> keras.Model:
    from tfcmp.models.pretrained import build_pretrained

    del settings["layer_decay"]
    if is_copy:
        settings["lora_rank"] = None
    return build_pretrained(
        files.encoder.folder,
        padding_id=tokenizer.padding_id,
        classes=classes,
        with_weights=not is_copy,
        **settings,
    )


def ngrams_of(
    configuration: Configuration, classes: int, batches: TrainingBatches
) -> "tuple[Configuration, Ngrams | None]":
    """The n-grams of the training split, and the configuration with as many features as there are.

    None, and the configuration as it is, for a model that counts none. `architecture.features` is
    the user's upper bound: the smaller number is for building only, and no part of config.yaml.

    Raises:
        WorkError: memory is too small for the counts.
    """
    architecture = configuration.architecture
    if not isinstance(architecture, LinearArchitecture):
        return configuration, None
    from tfcmp.models.linear import choose_ngrams

    orders, features = architecture.orders, architecture.features
    try:
        ngrams = choose_ngrams(batches(), classes, orders=orders, features=features)
    except MemoryError as error:
        raise WorkError(
            f"there is not enough memory to count the n-grams of {classes} classes; lower "
            f"--architecture.orders, which is {orders}, or --data.train_size"
        ) from error
    sized = replace(architecture, features=max(1, len(ngrams.keys)))
    return replace(configuration, architecture=sized), ngrams


def adapt_core(core: keras.Model, configuration: Configuration, ngrams: "Ngrams | None") -> None:
    """Sets what a model takes from the training split before its first step, if anything."""
    if isinstance(configuration.architecture, LinearArchitecture) and ngrams is not None:
        from tfcmp.models.linear import adapt_bag_of_ngrams

        adapt_bag_of_ngrams(core, ngrams, configuration.architecture.smoothing)


def build_text_classifier(tokenizer: TextTokenizer, core: keras.Model) -> keras.Model:
    """The model that is saved: raw text (batch,) of strings to probabilities (batch, classes)."""
    text = keras.Input((), dtype="string", name="text")
    logits = core(tokenizer(text))
    probabilities = keras.layers.Softmax(dtype="float32", name="probabilities")(logits)
    return keras.Model(text, probabilities, name=f"{core.name}_text_classifier")


def load_text_classifier(file: Path) -> keras.Model:
    """The model that `build_text_classifier` made and a run saved, in Keras' safe mode.

    Raises:
        CallError: it holds a SavedModel, which is not trusted here.
        WorkError: Keras does not take the file: it was changed since it was written.
    """
    import tfcmp.models.layers  # noqa: F401 - registers the layers that the file may hold

    try:
        with warnings.catch_warnings():
            # Keras' word for an error that it raises behind it.
            warnings.filterwarnings("ignore", "Skipping nested container", UserWarning)
            return keras.saving.load_model(file, compile=False, safe_mode=True)
    except TfcmpError:
        raise
    except ValueError as error:
        reason = " ".join(str(error).split())[:500]
        raise WorkError(f"{file} cannot be loaded: {reason}") from error


def core_of(model: keras.Model) -> keras.Model:
    """The part of a saved model between its tokenizer and the softmax: ids to logits."""
    (core,) = (layer for layer in model.layers if isinstance(layer, keras.Model))
    return core


def count_parameters(core: keras.Model) -> ModelSize:
    """Weights: all of them, those that are trained, those of token embeddings, and the rest.

    For the linear model the n-gram weights are its embedding.
    """
    # A frozen encoder has parameters too; the linear model's tables of n-grams are none.
    encoder = [weight for layer in core.layers if layer.name == ENCODER for weight in layer.weights]
    weights = list({id(weight): weight for weight in core.trainable_weights + encoder}.values())
    embedding = sum(
        size_of(weight) for weight in weights if any(part in weight.path for part in EMBEDDINGS)
    )
    # Low-rank updates are trained, and then added to the weights that are counted already.
    total = sum(size_of(weight) for weight in weights if LOW_RANK not in weight.path)
    return {
        "total": total,
        "trained": sum(map(size_of, core.trainable_weights)),
        "embedding": embedding,
        "without_embedding": total - embedding,
    }


def size_of(weight: keras.Variable) -> int:
    """Number of elements of a weight."""
    return int(np.prod(weight.shape))


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
    from tfcmp.models.transformer import matching_size

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
    # The vocabulary plays no part in what is counted: an empty one is built fastest.
    core = build_core(other, build_tokenizer(other, None), classes)
    return count_parameters(core)["without_embedding"]


def weights_without_updates(core: keras.Model) -> list[keras.Variable]:
    """Weights of `core` in its order but for low-rank updates: those of a model without any."""
    return [weight for weight in core.weights if not weight.name.startswith(LOW_RANK)]


def whole_weights(core: keras.Model) -> list[np.ndarray]:
    """Weights of `core` in its order, without low-rank updates, which are added to their kernels.

    The order is that of a model of the same layers without updates, for its `set_weights`.

    Hu et al. 2022, "LoRA: Low-Rank Adaptation of Large Language Models": W + scale * A B.
    """
    wholes = {
        id(layer._kernel): layer.kernel
        for layer in core._flatten_layers()
        if getattr(layer, "lora_enabled", False)
    }
    return [
        keras.ops.convert_to_numpy(wholes.get(id(weight), weight))
        for weight in weights_without_updates(core)
    ]
