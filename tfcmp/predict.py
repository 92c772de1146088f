"""`python -m tfcmp.predict RUN`: answers texts with a saved model."""

import io
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from jsonargparse import ArgumentParser, Namespace

from tfcmp.command.ending import run_command
from tfcmp.command.engine import add_engine
from tfcmp.command.options import parse_strictly
from tfcmp.command.paths import local_path
from tfcmp.command.quiet import import_tensorflow
from tfcmp.command.text_column import add_input, input_reading, text_column
from tfcmp.command.trust import add_trust, is_trusting
from tfcmp.errors import CallError
from tfcmp.inference.engines import check_engine
from tfcmp.inference.inputs import stream_texts
from tfcmp.inference.temperature import read_temperature
from tfcmp.runs.directory import RunDirectory, open_run

if TYPE_CHECKING:
    from tfcmp.inference.calibrated import CalibratedClassifier
    from tfcmp.inference.classifier import Classifier

PROGRAM = "python -m tfcmp.predict"
DESCRIPTION = (
    "Answers texts with the model of a run, one JSON object a line: text, label, and the label's "
    "probability. Texts come from the arguments, else from --input, else from stdin."
)


def main(arguments: list[str]) -> None:
    """Parses, loads the run and prints one JSON object per text, in order."""
    parser = ArgumentParser(
        prog=PROGRAM, description=DESCRIPTION, exit_on_error=False, allow_abbrev=False
    )
    parser.add_argument("run", type=local_path, metavar="RUN", help="run directory of tfcmp.fit")
    parser.add_argument("texts", nargs="*", default=[], metavar="TEXT", help="texts to answer")
    add_input(parser)
    parser.add_argument(
        "--encoding-errors",
        choices=["strict", "replace"],
        default="strict",
        help="bytes that do not decode: strict ends with their line, replace answers all lines",
    )
    parser.add_argument(
        "--calibrated",
        action="store_true",
        help="probabilities at the temperature of tfcmp.explain RUN --calibrate; no label changes",
    )
    add_engine(parser)
    add_trust(parser)
    options = parse_strictly(parser, arguments)
    # Before TensorFlow is imported: what cannot be used is told at once.
    check_engine(options.engine, options.precision)
    _check_one_source(options.texts, options.input)
    texts = options.texts or _texts_of(options, open_run(Path(options.run)))
    temperature = read_temperature(Path(options.run)) if options.calibrated else None
    import_tensorflow()
    import tfcmp
    from tfcmp.inference.calibrated import CalibratedClassifier

    classifier = tfcmp.load(
        options.run,
        trust=is_trusting(options),
        engine=options.engine,
        precision=options.precision,
        threads=options.threads,
    )
    calibrated = CalibratedClassifier(classifier, temperature) if temperature is not None else None
    write_predictions(calibrated or classifier, texts)


def write_predictions(
    classifier: "Classifier | CalibratedClassifier", texts: Iterable[str]
) -> None:
    """Prints the predictions of `classifier` for `texts`."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    for prediction in classifier.stream(texts):
        sys.stdout.write(json.dumps(prediction._asdict(), ensure_ascii=False) + "\n")


def _check_one_source(texts: list[str], file: str | None) -> None:
    if texts and file is not None:
        raise CallError("texts and --input contradict each other: leave one of them out")
    if not texts and file is None and sys.stdin is not None and sys.stdin.isatty():
        raise CallError("no text: give texts as arguments, --input FILE, or lines on stdin")


def _texts_of(options: Namespace, run: RunDirectory) -> Iterable[str]:
    path = Path(options.input) if options.input is not None else None
    reading = input_reading(options, run, options.input)
    return stream_texts(path, reading, text_column(options, run))


if __name__ == "__main__":
    run_command(main)
