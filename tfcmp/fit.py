"""`python -m tfcmp.fit --model NAME`: trains one model into a run directory."""

import shlex
import signal
import sys
from argparse import SUPPRESS
from pathlib import Path
from typing import TYPE_CHECKING

from tfcmp.command.ending import end_at_once, run_command
from tfcmp.command.inputs import arguments_of, cache_folder, require_inputs
from tfcmp.command.options import (
    add_cache,
    add_data,
    add_trust,
    is_trusting,
    parse_configuration,
    parse_resumed,
)
from tfcmp.command.quiet import import_tensorflow
from tfcmp.command.summary import summary
from tfcmp.config.cluster import is_worker
from tfcmp.config.default_paths import DEFAULT_RUNS
from tfcmp.config.fields import Configuration
from tfcmp.config.values import local_path, output_folder
from tfcmp.errors import CallError, TfcmpError
from tfcmp.models.saved_model.trust import trusting_saved_models
from tfcmp.runs.directory import (
    RunDirectory,
    create_run,
    require_unfinished,
    resume_run,
    worker_run,
)
from tfcmp.runs.layout import ENVIRONMENT, SPLIT

if TYPE_CHECKING:
    from tfcmp.command.parser import CommandParser

PROGRAM = "python -m tfcmp.fit"
DESCRIPTION = "Trains one model on labelled texts and writes a run directory."


def main(arguments: list[str]) -> None:
    """Parses, trains, prints the result and, alone on the last line, the run directory."""
    # All of this before TensorFlow is imported: what is missing or wrong is told within seconds.
    resumed = parse_resumed(arguments, PROGRAM, _add_resumed)
    folder = None
    if resumed is None:
        configuration, options = parse_configuration(arguments, PROGRAM, DESCRIPTION, _add_options)
        cache = cache_folder(options)
        _require_name(configuration, options.name)
    else:
        options, folder = resumed, Path(resumed.resume)
        cache = cache_folder(options)
        configuration = _configuration_of(require_unfinished(folder), options.data)
    require_inputs(configuration, cache, is_trusting(options))
    if configuration.strategy == "multi_worker":
        # Python would hear of it only when the native code that waits for other workers is done.
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        with trusting_saved_models(is_trusting(options)):
            if is_worker(configuration.strategy):
                known_as = folder or Path(options.runs) / options.name
                with worker_run(known_as, is_resumed=folder is not None) as run:
                    _train(configuration, run, cache, is_new=False)
                return
            if folder is not None:
                run = resume_run(folder)
            else:
                run = create_run(Path(options.runs), configuration.model, options.name)
            _train(configuration, run, cache, is_new=folder is None)
    except TfcmpError as error:
        if configuration.strategy == "multi_worker":
            # TensorFlow's own end would wait for a worker that is gone, or abort with its report.
            end_at_once(error)
        raise


def _require_name(configuration: Configuration, name: str | None) -> None:
    if configuration.strategy == "multi_worker" and name is None:
        raise CallError(
            "--strategy multi_worker: expected --name NAME, the same for all workers, so that all "
            "of them know the run by which they can be resumed"
        )


def _train(configuration: Configuration, run: RunDirectory, cache: Path, is_new: bool) -> None:
    try:
        import_tensorflow()
        from tfcmp.training.train import train

        result = train(configuration, run, cache)
    except KeyboardInterrupt:
        if run.file(SPLIT).exists():
            sys.stderr.write(
                f"stopped; go on with {PROGRAM} --resume {shlex.quote(str(run.known_as))}\n"
            )
        raise
    except TfcmpError:
        # A mistake leaves nothing behind that would keep the mended call from its --name.
        if is_new:
            run.discard_if_untrained()
        raise
    finally:
        run.unlock()
    if result:
        note = run.read_json(ENVIRONMENT).get("replicas_note")
        told = summary(result, configuration, note, run.read_json(SPLIT))
        sys.stdout.write(f"{told}\n{run.path}\n")
    else:
        sys.stdout.write(f"helped with a run that the first worker keeps\n{run.known_as}\n")


def _configuration_of(run: RunDirectory, data: str | None) -> Configuration:
    """Of a run that is gone on with; its texts may lie elsewhere now."""
    return parse_configuration(arguments_of(run, data), PROGRAM, DESCRIPTION, _add_options)[0]


def _add_options(parser: "CommandParser") -> None:
    parser.add_argument(
        "--runs", type=output_folder, default=DEFAULT_RUNS, help="folder of the run directories"
    )
    parser.add_argument("--name", type=str | None, help="name of the run directory")
    parser.add_argument(
        "--resume", type=local_path, default=SUPPRESS, help="run directory to go on with"
    )
    _add_resumable(parser)


def _add_resumed(parser: "CommandParser") -> None:
    add_data(parser)
    _add_resumable(parser)


def _add_resumable(parser: "CommandParser") -> None:
    add_cache(parser)
    add_trust(parser)


if __name__ == "__main__":
    run_command(main)
