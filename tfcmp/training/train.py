"""The one training path: every model, from a configuration to a complete run directory."""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import keras

from tfcmp.config.fields import Configuration
from tfcmp.config.file import write_configuration
from tfcmp.models.building import adapt_core, build_core, matched, ngrams_of
from tfcmp.models.encoder_files import EncoderFiles, resolve_encoder
from tfcmp.progress import progress_bar
from tfcmp.records.run import Result
from tfcmp.runs.directory import RunDirectory, write_split
from tfcmp.runs.files import write_json
from tfcmp.runs.layout import CHECKPOINT, CONFIG, ENVIRONMENT
from tfcmp.runs.timing import Clock
from tfcmp.training.checkpoint import Checkpoint
from tfcmp.training.environment import describe_environment, note_session
from tfcmp.training.epochs import EpochLines, Trainer
from tfcmp.training.finish import finish_run
from tfcmp.training.hardware import set_up_hardware
from tfcmp.training.memory import explain_exhaustion, require_memory, require_memory_of_ngrams
from tfcmp.training.optimizers import build_optimizer
from tfcmp.training.replicas import (
    Replicas,
    describe_replicas,
    explain_lost_workers,
    open_replicas,
)
from tfcmp.training.texts import Texts, group_majority, prepare_texts

if TYPE_CHECKING:
    from tfcmp.training.initialisation import Initial, Started


def train(configuration: Configuration, run: RunDirectory, cache: Path) -> Result | None:
    """Trains one model, or goes on where a checkpoint of `run` stands.

    Args:
        configuration: fully resolved.
        run: locked; files appear in it one by one, result.json last.
        cache: folder of indexes, vocabularies and token ids.

    Returns:
        The content of result.json; None for a worker that is not the first.

    Raises:
        WorkError: training diverged, does not fit into memory, or another worker is gone.
    """
    clock = Clock()
    with clock.phase("setup"):
        hardware = set_up_hardware(configuration)
        replicas = open_replicas(configuration)
    hardware = {**hardware, **describe_replicas(configuration, replicas)}
    with explain_lost_workers(replicas, run.known_as), explain_exhaustion(configuration):
        prepared = set_up_training(configuration, run, cache, hardware, replicas, clock)
        trainer = prepared.trainer

        # Epochs of steps, each followed by a look at validation; the best epoch's weights stay.
        lines = EpochLines(configuration.training.epochs, trainer.steps_left())
        with progress_bar(configuration.model, trainer.steps_left()) as advance:
            trainer.train(advance, lines.tell if replicas.worker == 0 else None)
        trainer.restore_best()

        # The only time the test split is read.
        result = None
        if replicas.worker == 0:
            result = finish_run(
                prepared.configuration,
                run,
                prepared.texts,
                prepared.core,
                prepared.files,
                trainer.place,
                clock,
                is_distributed=replicas.is_distributed,
                initial=prepared.initial,
            )
        replicas.wait_for_all()
    return result


def begin(
    configuration: Configuration, run: RunDirectory, cache: Path, hardware: dict[str, Any]
) -> "tuple[EncoderFiles | None, Initial | None]":
    """Writes what the run is; the files of a pretrained encoder, and the run that it starts from.

    Before anything is computed: killed behind this, it can be resumed already. The configuration
    comes last of the two files, as the sign of a run that has begun.

    Raises:
        WorkError: what a resumed run finds is not what it began with.
    """
    files = resolve_encoder(configuration, cache)
    if files is not None:
        files.check()
    initial = None
    if configuration.init_from is not None:
        from tfcmp.training.initialisation import open_initial

        initial = open_initial(configuration)
    origin = {
        **hardware,
        "pretrained": files.describe() if files else None,
        "initial": initial.describe() if initial else None,
    }
    if run.file(CONFIG).exists():
        note_session(run, origin)
    else:
        write_json(run.file(ENVIRONMENT), describe_environment(origin))
        write_configuration(run.file(CONFIG), configuration)
    return files, initial


class Prepared(NamedTuple):
    """What a run is made of, once it stands where it begins or goes on."""

    configuration: Configuration
    texts: Texts
    core: keras.Model
    files: EncoderFiles | None
    trainer: Trainer
    initial: "Started | None" = None


def set_up_training(
    configuration: Configuration,
    run: RunDirectory,
    cache: Path,
    hardware: dict[str, Any],
    replicas: Replicas,
    clock: Clock,
) -> Prepared:
    """Texts, model and optimizer, brought to where the newest checkpoint stands.

    Raises:
        WorkError: what a resumed run finds is not what it began with, or the workers do not agree.
    """
    with clock.phase("setup"):
        files, initial = begin(configuration, run, cache, hardware)

        # Texts to token ids, in splits that no setting of the model has a say in.
        tokenizer = initial.tokenizer(configuration, files) if initial else None
        texts = prepare_texts(configuration, cache, files, tokenizer)
        classes = len(texts.corpus.classes)
        described = texts.describe()
        if configuration.data.grouping == "none":
            described["baselines"] = {"group_majority": group_majority(texts)}
        started = initial.started(configuration, texts, cache) if initial else None
        write_split(run, described)

        # A size that is to match another model's becomes part of the configuration.
        configuration = matched(configuration, classes)
        if initial:
            configuration = initial.sized(configuration)
        write_configuration(run.file(CONFIG), configuration)

        # The model and its optimizer, a copy on every replica.
        replicas.require_agreement(agreement(configuration, described))
        ngrams = None
        if not initial:
            configuration, ngrams = ngrams_of(configuration, classes, texts.adaptation_batches)
        if hardware["device"] == "cpu":
            require_memory_of_ngrams(configuration, classes)
        with replicas.strategy.scope():
            core = build_core(configuration, texts.tokenizer, classes, files)
            optimizer = build_optimizer(configuration.training, core.trainable_variables)
        if hardware["device"] == "cpu":
            longest = int(texts.store.lengths[texts.splits.train].max())
            require_memory(core, configuration.architecture, configuration.training, longest)

        # The newest checkpoint, or a model that has learned nothing but its counts.
        checkpoint = Checkpoint(run.file(CHECKPOINT), core, optimizer)
        trainer = Trainer(configuration, texts, core, optimizer, checkpoint, run, clock, replicas)
        if checkpoint.exists():
            trainer.resume()
        else:
            trainer.start()
            if initial:
                initial.load_into(core, configuration, texts)
            else:
                adapt_core(core, configuration, ngrams)
        replicas.desynchronise_random_states(core)
    return Prepared(configuration, texts, core, files, trainer, started)


def agreement(configuration: Configuration, described: dict[str, Any]) -> int:
    """A number for the settings and the described texts, to be the same on all workers."""
    told = json.dumps([asdict(configuration), described], sort_keys=True)
    return int(hashlib.sha256(told.encode()).hexdigest()[:8], 16)
