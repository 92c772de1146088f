"""The one training path: every model, from a configuration to a complete run directory."""

from pathlib import Path

from tfcmp.config.fields import Configuration
from tfcmp.config.writing import write_configuration
from tfcmp.models.building import adapt_core, build_core, matched
from tfcmp.models.encoder_files import resolve_encoder
from tfcmp.progress import progress_bar
from tfcmp.runs.directory import CHECKPOINT, CONFIG, ENVIRONMENT, RunDirectory, write_split
from tfcmp.runs.files import write_json
from tfcmp.timing.clock import Clock
from tfcmp.training.checkpoint import Checkpoint
from tfcmp.training.environment import describe_environment, note_session
from tfcmp.training.epochs import Trainer
from tfcmp.training.finish import finish_run
from tfcmp.training.hardware import set_up_hardware
from tfcmp.training.memory import require_memory
from tfcmp.training.optimizers import build_optimizer
from tfcmp.training.texts import prepare_texts


def train(configuration: Configuration, run: RunDirectory, cache: Path) -> dict:
    """Trains one model, or goes on where a checkpoint of `run` stands.

    Args:
        configuration: fully resolved.
        run: locked; files appear in it one by one, result.json last.
        cache: folder of indexes, vocabularies and token ids.

    Returns:
        The content of result.json.
    """
    clock = Clock()
    with clock.phase("setup"):
        # What the run is, before anything is computed: killed here, it can be resumed already. The
        # configuration comes last of the two, as the sign of a run that has begun.
        hardware = set_up_hardware(configuration)
        files = resolve_encoder(configuration, cache)
        if files is not None:
            files.check()
        origin = {**hardware, "pretrained": files.describe() if files else None}
        if run.file(CONFIG).exists():
            note_session(run, origin)
        else:
            write_json(run.file(ENVIRONMENT), describe_environment(origin))
            write_configuration(run.file(CONFIG), configuration)

        # Texts to token ids, in splits that no setting of the model has a say in.
        texts = prepare_texts(configuration, cache, files)
        classes = len(texts.corpus.classes)
        write_split(run, texts.describe())

        # A size that is to match another model's becomes part of the configuration.
        configuration = matched(configuration, classes)
        write_configuration(run.file(CONFIG), configuration)

        # The model and its optimizer.
        core = build_core(configuration, texts.tokenizer, classes, files)
        if hardware["device"] == "cpu":
            longest = int(texts.store.lengths[texts.splits.train].max())
            require_memory(core, configuration.architecture, configuration.training, longest)
        optimizer = build_optimizer(configuration.training, core.trainable_variables)

        # The newest checkpoint, or a model that has learned nothing but its counts.
        checkpoint = Checkpoint(run.file(CHECKPOINT), core, optimizer)
        trainer = Trainer(configuration, texts, core, optimizer, checkpoint, run, clock)
        if checkpoint.exists():
            trainer.resume()
        else:
            trainer.start()
            adapt_core(core, configuration, texts.adaptation_batches)

    # Epochs of steps, each followed by a look at validation; the best epoch's weights stay.
    with progress_bar(configuration.model, trainer.steps_left()) as advance:
        trainer.train(advance)
    trainer.restore_best()

    # The only time the test split is read.
    return finish_run(configuration, run, texts, core, files, trainer.place, clock)
