"""Models of earlier trials, put back to a fresh start instead of built and compiled anew."""

import gc
import json
from dataclasses import asdict, dataclass, field

import keras
import numpy as np

from tfcmp.config.class_weights import NONE
from tfcmp.config.fields import (
    Configuration,
    LinearArchitecture,
    SavedModelArchitecture,
    TrainingSettings,
)
from tfcmp.errors import WorkError
from tfcmp.models.building import adapt_core, build_core, matched, ngrams_of, size_of
from tfcmp.models.encoder_files import EncoderFiles
from tfcmp.runs.directory import RunDirectory
from tfcmp.runs.timing import Clock
from tfcmp.training.checkpoint import Checkpoint, Place
from tfcmp.training.epochs import Trainer
from tfcmp.training.memory import require_memory, require_memory_of_ngrams
from tfcmp.training.optimizers import build_optimizer
from tfcmp.training.texts import Texts

# What the compiled step of an optimizer is made of. All else of the training settings is data to
# it: the learning rate is a variable, and no signature names a batch size.
OF_THE_STEP = (
    *("optimizer", "momentum", "nesterov", "weight_decay", "clip_norm", "accumulate"),
    *("class_weight", "label_smoothing"),
)
# Trained weights from which on one optimizer at a time is kept: two of them are as many again.
LARGEST_KEPT = 50_000_000


class NoCheckpoint(Checkpoint):
    """Keeps nothing: a trial that is killed starts again, and its weights are not needed."""

    def exists(self) -> bool:
        """Never."""
        return False

    def save(self, place: Place) -> None:
        """Saves nothing."""

    def save_best(self, place: Place) -> None:
        """Saves nothing."""


class Start:
    """Values of variables before the first step; those that are all zero take no memory."""

    def __init__(self, variables: list[keras.Variable]) -> None:
        self._variables = variables
        arrays = [np.array(keras.ops.convert_to_numpy(variable)) for variable in variables]
        self._values = [array if array.any() else None for array in arrays]

    def restore(self) -> None:
        """Puts the values back."""
        for variable, value in zip(self._variables, self._values, strict=True):
            variable.assign(keras.ops.zeros_like(variable) if value is None else value)


@dataclass
class Kept:
    """A model, its state before the first step, and by optimizer what was compiled for it."""

    key: str
    core: keras.Model
    start: Start
    optimizers: dict[str, tuple[Trainer, Start]] = field(default_factory=dict)


class KeptModels:
    """Gives a trainer to each trial.

        Building and tracing are most of what a search does apart from training. A trial that differs from
    an earlier one in learning rate, schedule, batch size or epochs only takes its model, whose
        weights, random states and optimizer go back to what the seed gave them. The results are those
    of a model that is built anew.

    One model is kept; another architecture takes its place.
    """

    def __init__(self, device: str) -> None:
        self._device = device
        self._policy = keras.config.dtype_policy().name
        self._kept: Kept | None = None

    def trainer(
        self,
        configuration: Configuration,
        texts: Texts,
        files: EncoderFiles | None,
        run: RunDirectory,
        clock: Clock,
    ) -> Trainer:
        """A trainer at its start, as `tfcmp.training.train` makes one.

        Raises:
            WorkError: the step does not fit into the processor's memory.
        """
        is_old = self._kept is not None
        try:
            return self._trainer(configuration, texts, files, run, clock)
        except WorkError:
            if not is_old:
                raise
            # What earlier trials left in memory may be what is in the way.
            self.clear()
            return self._trainer(configuration, texts, files, run, clock)

    def clear(self) -> None:
        """Lets go of everything that was kept."""
        self._kept = None
        # Clears the policy too.
        keras.utils.clear_session()
        keras.config.set_dtype_policy(self._policy)
        gc.collect()

    def _trainer(
        self,
        configuration: Configuration,
        texts: Texts,
        files: EncoderFiles | None,
        run: RunDirectory,
        clock: Clock,
    ) -> Trainer:
        kept = self._model(configuration, texts, files)
        if self._device == "cpu":
            longest = int(texts.store.lengths[texts.splits.train].max())
            require_memory(kept.core, configuration.architecture, configuration.training, longest)
        key = key_of_step(configuration.training, texts)
        compiled = kept.optimizers.get(key)
        if compiled is None:
            if sum(map(size_of, kept.core.trainable_variables)) > LARGEST_KEPT:
                kept.optimizers.clear()
            optimizer = build_optimizer(configuration.training, kept.core.trainable_variables)
            start = Start(optimizer.variables)
        else:
            optimizer, start = compiled[0].optimizer, compiled[1]
        kept.start.restore()
        start.restore()
        checkpoint = NoCheckpoint(run.file("checkpoint"), kept.core, optimizer)
        trainer = Trainer(configuration, texts, kept.core, optimizer, checkpoint, run, clock)
        if compiled is not None:
            trainer.adopt(compiled[0])
        elif kept.optimizers:
            trainer.forward = next(iter(kept.optimizers.values()))[0].forward
        kept.optimizers[key] = trainer, start
        return trainer

    def _model(
        self, configuration: Configuration, texts: Texts, files: EncoderFiles | None
    ) -> Kept:
        """The model of the configuration with its first weights; built where it is not kept."""
        architecture = configuration.architecture
        # All need the size of the vocabulary of the texts; these two, more than that.
        needs_texts = isinstance(architecture, LinearArchitecture | SavedModelArchitecture)
        read = id(texts) if needs_texts else texts.tokenizer.vocabulary_size
        key = json.dumps([configuration.seed, asdict(architecture), read])
        if self._kept is None or self._kept.key != key:
            if self._kept is not None:
                self.clear()
            keras.utils.set_random_seed(configuration.seed)
            classes = len(texts.corpus.classes)
            sized = matched(configuration, classes)
            sized, ngrams = ngrams_of(sized, classes, texts.adaptation_batches)
            if self._device == "cpu":
                require_memory_of_ngrams(sized, classes)
            core = build_core(sized, texts.tokenizer, classes, files)
            adapt_core(core, sized, ngrams)
            self._kept = Kept(key, core, Start(core.variables))
        return self._kept


def key_of_step(training: TrainingSettings, texts: Texts) -> str:
    """What a compiled step is made of; class weights rest on the training texts of each class too."""
    settings = asdict(training)
    labels = texts.corpus.labels[texts.splits.train]
    counts = np.bincount(labels).tolist() if training.class_weight != NONE else None
    return json.dumps([{name: settings[name] for name in OF_THE_STEP}, counts])
