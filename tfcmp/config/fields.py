"""What can be set: one line of meaning per field, which `--help` shows."""

from dataclasses import dataclass, field
from typing import Literal

from tfcmp.config.default_paths import absolute_path

Pooling = Literal["max", "mean", "last", "max+mean"]
EncoderPooling = Literal["first", "mean"]
Precision = Literal["auto", "float32", "mixed_bfloat16"]
Strategy = Literal["none", "mirrored", "multi_worker"]
NewClasses = Literal["refuse", "add", "replace"]


@dataclass
class DataSettings:
    """Which texts, how they are split, how much of each the model sees.

    Args:
        source: imdb, diagnostic, tfds:NAME, or a file (.csv, .tsv, .jsonl, .parquet, .json, .xlsx).
        validation: file whose texts are the validation split; those of source are train then.
        test: file whose texts are the test split; those of source are train then.
        text_column: column (or TFDS feature) that holds the text.
        label_column: column (or TFDS feature) that holds the label.
        split_column: column of a file that says train, validation or test; used where present;
            none leaves it out.
        group_column: column of a file whose equal values are never torn apart; used where present;
            none leaves it out.
        skip_incomplete: leave out rows without text or label, counted, in place of an error.
        encoding: encoding of a text file.
        encoding_errors: what to do with bytes that do not decode.
        delimiter: of a .csv or .tsv, one character or tab, comma, semicolon, pipe, space; null
            takes that of the format, or the one with which the header has the columns.
        quoting: of a .csv or .tsv, minimal (double quotes enclose cells) or none (they are text);
            null tells it from the file.
        grouping: source keeps groups (movies) whole, none splits text by text and leaks.
        validation_share: share of the training texts held out for validation.
        test_share: share of the texts held out for test where the source has no test split.
        rare_classes: classes too rare to be in every split end with an error, become one class, or
            are left out.
        split_seed: seed of the splits, apart from the run's seed so that runs share their splits.
        train_size: number of training texts to use, whole groups, nested; null is all.
        max_length: tokens kept of a text; null is all that the model takes.
        truncation: which tokens of a longer text are kept (head+tail is a quarter and the rest).
    """

    source: str = "imdb"
    validation: str | None = None
    test: str | None = None
    text_column: str = "text"
    label_column: str = "label"
    split_column: str | None = "split"
    group_column: str | None = "group"
    skip_incomplete: bool = False
    encoding: str = "utf-8"
    encoding_errors: Literal["strict", "replace"] = "strict"
    delimiter: str | None = None
    quoting: Literal["minimal", "none"] | None = None
    grouping: Literal["source", "none"] = "source"
    validation_share: float = 0.1
    test_share: float = 0.2
    rare_classes: Literal["error", "merge", "drop"] = "error"
    split_seed: int = 0
    train_size: int | None = None
    max_length: int | None = 400
    truncation: Literal["head", "tail", "head+tail"] = "head"

    def __post_init__(self) -> None:
        # A run finds them again from any working directory.
        for name in ("validation", "test"):
            file = getattr(self, name)
            if file is not None:
                setattr(self, name, str(absolute_path(file)))


@dataclass
class LinearArchitecture:
    """N-gram weights and a linear layer.

    Args:
        vocabulary_size: most frequent words that are known.
        orders: longest n-gram; 3 means single words, pairs and triples.
        features: the most n-grams kept, those found in the most training texts.
        smoothing: added to every count before the log-count ratio is taken.
    """

    vocabulary_size: int = 100_000
    orders: int = 3
    features: int = 800_000
    smoothing: float = 1.0


@dataclass
class RecurrentArchitecture:
    """A recurrent network over word vectors.

    Args:
        vocabulary_size: most frequent words that are known.
        embedding_size: channels of a word vector.
        units: units of a layer, in each direction.
        layers: recurrent layers on top of each other.
        direction: the way a layer reads.
        pooling: how the states of all words become one vector.
        word_dropout: share of words hidden in training.
        embedding_dropout: dropout of word vector channels, the same for all words of a text.
        dropout: dropout before each further layer and before the head.
    """

    vocabulary_size: int = 20_000
    embedding_size: int = 128
    units: int = 96
    layers: int = 1
    direction: Literal["forward", "backward", "both"] = "both"
    pooling: Pooling = "max"
    word_dropout: float = 0.0
    embedding_dropout: float = 0.3
    dropout: float = 0.3


@dataclass
class TransformerArchitecture:
    """A transformer encoder over the recurrent models' word vectors.

    Args:
        vocabulary_size: most frequent words that are known.
        embedding_size: channels of word vectors and states.
        layers: encoder layers.
        heads: attention heads, sharing the channels.
        feed_forward_size: width of the feed-forward part.
        pooling: how the states of all words become one vector.
        word_dropout: share of words hidden in training.
        embedding_dropout: dropout of word vector channels, the same for all words of a text.
        dropout: dropout of every residual branch and before the head.
        match: recurrent model whose default size to match, embeddings apart, by layers and
            feed_forward_size; null keeps those two as set.
    """

    vocabulary_size: int = 20_000
    embedding_size: int = 128
    layers: int = 1
    heads: int = 4
    feed_forward_size: int = 256
    pooling: Pooling = "max"
    word_dropout: float = 0.0
    embedding_dropout: float = 0.3
    dropout: float = 0.3
    match: Literal["simple_rnn", "lstm", "gru"] | None = None


@dataclass
class PretrainedArchitecture:
    """A pretrained transformer encoder under the classification head.

    Args:
        pooling: the state of the first token, or the mean over all tokens.
        dropout: dropout before the head; inside the encoder its preset's own holds.
        freeze: keep the encoder as it is and train the head alone.
        lora_rank: rank of the low-rank updates trained in place of the encoder's weights.
        layer_decay: learning rate of a layer as a share of that of the layer above it.
    """

    pooling: EncoderPooling = "first"
    dropout: float = 0.1
    freeze: bool = False
    lora_rank: int | None = None
    layer_decay: float = 1.0


@dataclass
class SavedModelArchitecture:
    """A SavedModel text encoder, as TF Hub has them, under the classification head.

    Args:
        preprocessor: folder or Kaggle handle of the encoder's preprocessing model; null for an
            encoder that takes texts.
        pooling: the state of the first token, or the mean over all tokens; without effect where
            the encoder gives one vector per text.
        dropout: dropout before the head.
        freeze: keep the encoder as it is and train the head alone.
    """

    preprocessor: str | None = None
    pooling: EncoderPooling = "first"
    dropout: float = 0.1
    freeze: bool = False


Architecture = (
    LinearArchitecture
    | RecurrentArchitecture
    | TransformerArchitecture
    | PretrainedArchitecture
    | SavedModelArchitecture
)


@dataclass
class TrainingSettings:
    """How the weights are found; the same fields for every model.

    Args:
        optimizer: the update rule.
        learning_rate: highest learning rate of the schedule.
        momentum: momentum of sgd.
        nesterov: Nesterov momentum for sgd.
        weight_decay: decay of adamw; never on biases and norms.
        schedule: constant, or after the warm-up a linear or cosine fall that ends at zero.
        warmup_share: share of all steps in which the learning rate rises from zero.
        clip_norm: largest global norm of the gradients; null does not clip.
        batch_size: texts per step, over all replicas.
        accumulate: parts in which the gradient of a step is computed, one after the other; the
            step stays the same and needs less memory.
        epochs: passes over the training texts at most.
        patience: epochs without a better validation score before training stops; null never stops.
        selection: validation score by which the best epoch is chosen, its weights kept, and
            training stopped.
        class_weight: what an error costs in the training loss: none is the same for all classes,
            balanced is as much for every class as a whole, FILE (YAML or JSON) names a weight per
            class.
        label_smoothing: share of the label's probability that the training loss spreads evenly over
            all classes.
        pad_multiple: batch lengths are rounded up to a multiple of it.
        segment_share: share of an epoch after which a checkpoint is written.
        segment_minutes: minutes after which a checkpoint is written, if that is sooner.
    """

    optimizer: Literal["sgd", "rmsprop", "adam", "adamw"] = "adam"
    learning_rate: float = 1e-3
    momentum: float = 0.9
    nesterov: bool = True
    weight_decay: float = 0.01
    schedule: Literal["constant", "linear", "cosine"] = "constant"
    warmup_share: float = 0.0
    clip_norm: float | None = 1.0
    batch_size: int = 64
    accumulate: int = 1
    epochs: int = 5
    patience: int | None = 2
    selection: Literal["accuracy", "loss", "macro_f1"] = "accuracy"
    class_weight: str | dict[str, float] = "none"
    label_smoothing: float = 0.0
    pad_multiple: int = 8
    segment_share: float = 0.25
    segment_minutes: float = 10.0


@dataclass
class Configuration:
    """Everything that decides the numbers of a run; where it is kept is not part of it."""

    model: str
    architecture: Architecture
    seed: int = 1
    device: Literal["auto", "cpu", "gpu"] = "auto"
    precision: Precision = "auto"
    deterministic: bool = False
    threads: int | None = None
    strategy: Strategy = "none"
    replicas: int | None = None
    init_from: str | None = None
    new_classes: NewClasses = "refuse"
    data: DataSettings = field(default_factory=DataSettings)
    training: TrainingSettings = field(default_factory=TrainingSettings)
