"""`python -m tfcmp.predict RUN`: answers texts with a saved model."""

import io
import shlex
import shutil
import sys
from argparse import Namespace
from collections.abc import Iterable
from contextlib import ExitStack
from difflib import get_close_matches
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tfcmp.command.ending import run_command
from tfcmp.command.options import add_engine, add_trust, is_trusting
from tfcmp.command.parser import CommandParser
from tfcmp.command.quiet import import_tensorflow
from tfcmp.command.text_column import add_input, input_reading, text_column
from tfcmp.config.values import local_path, output_file
from tfcmp.errors import CallError
from tfcmp.inference.engines import check_engine
from tfcmp.inference.inputs import stream_texts
from tfcmp.progress import progress_bar
from tfcmp.runs.artifacts import read_temperature
from tfcmp.runs.directory import open_run

if TYPE_CHECKING:
    from tfcmp.inference.answering import TextClassifier
    from tfcmp.inference.recording import Record

PROGRAM = "python -m tfcmp.predict"
DESCRIPTION = (
    "Answers texts with the model of a run, one JSON object per line: text, label, and the label's "
    "probability. Texts come from the arguments, else from --input, else from stdin."
)


def main(arguments: list[str]) -> None:
    """Parses, loads the run and prints or writes one object per text, in order."""
    parser = CommandParser(PROGRAM, DESCRIPTION)
    parser.add_argument("run", type=local_path, metavar="RUN", help="run directory of tfcmp.fit")
    parser.add_argument("texts", nargs="*", default=[], metavar="TEXT", help="texts to answer")
    add_input(parser)
    add_stdin(parser)
    add_answering(parser)
    add_engine(parser)
    add_trust(parser)
    options = parse_texts(parser, arguments)
    # Before TensorFlow is imported: what cannot be used is told at once.
    check_engine(options.engine, options.precision)
    check_source(options)
    output = checked_output(options)
    run = open_run(Path(options.run))
    temperature = read_temperature(run.path) if options.calibrated else None
    with ExitStack() as stack:
        source = options.input
        if options.stdin_format != "lines":
            source = str(table_of_stdin(options.stdin_format, stack))
        texts = options.texts or stream_texts(
            Path(source) if source is not None else None,
            input_reading(options, run, source),
            text_column(options, run),
        )
        is_waited_for = not options.texts and source is None
        classifier = load(options, temperature)
        answer(classifier, windows(texts, is_waited_for), options, output)


def add_stdin(parser: CommandParser) -> None:
    """Adds how stdin is read."""
    parser.add_argument(
        "--stdin-format",
        choices=["lines", "csv", "tsv", "jsonl", "parquet"],
        default="lines",
        help="of stdin: a text per line, answered as it comes; or a table, read to its end first",
    )


def add_answering(parser: CommandParser) -> None:
    """Adds what is answered, and where it goes."""
    parser.add_argument(
        "--calibrated",
        action="store_true",
        help="probabilities at the temperature of tfcmp.diagnose RUN --calibrate; no label changes",
    )
    parser.add_argument(
        "--top", type=int | None, metavar="K", help="adds the K likeliest labels, as a list top"
    )
    parser.add_argument(
        "--all-probabilities",
        action="store_true",
        help="adds the probability of every class, as probabilities",
    )
    parser.add_argument(
        "--output",
        type=output_file,
        metavar="FILE",
        help="write .jsonl, .csv or .parquet in place of stdout; the file is there when all is done",
    )


def parse_texts(parser: CommandParser, arguments: list[str]) -> Namespace:
    """Parses; a text that begins with a dash gets a hint.

    Raises:
        CallError: an option or a value is not as expected.
    """
    try:
        return parser.parse(arguments)
    except CallError as error:
        text = _text_taken_for_option(arguments, str(error))
        if text is None:
            raise
        raise CallError(
            f"{error}; if {shlex.quote(text)} is a text, put -- before it, as what begins with a dash "
            f"is taken for an option: {PROGRAM} RUN -- {shlex.quote(text)}"
        ) from None


def _text_taken_for_option(arguments: list[str], message: str) -> str | None:
    """The argument that the message is about, where that is no misspelt option."""
    if not message.startswith(("unknown option", "unrecognized arguments")):
        return None
    suggested = message.partition("did you mean ")[2].rstrip("?")
    for argument in arguments:
        option = argument.split("=", 1)[0]
        # So much alike it is the other option, with a slip.
        is_misspelt = get_close_matches(option, [suggested], cutoff=0.8)
        if option.startswith("-") and option in message and (" " in argument or not is_misspelt):
            return argument
    return None


def check_source(options: Namespace) -> None:
    """Returns where the texts come from one place.

    Raises:
        CallError: from several, or from none.
    """
    texts, is_table = options.texts, options.stdin_format != "lines"
    if texts and options.input is not None:
        raise CallError("texts and --input contradict each other: leave one of them out")
    if is_table and (texts or options.input is not None):
        given = "texts" if texts else "--input"
        raise CallError(
            f"{given} and --stdin-format contradict each other: the format is of a table on stdin; "
            "leave one of them out"
        )
    if options.input is None and not texts and sys.stdin is not None and sys.stdin.isatty():
        raise CallError("no text: give texts as arguments, --input FILE, or lines on stdin")
    if options.top is not None and options.top < 1:
        raise CallError(f"--top {options.top}: expected at least 1")


def checked_output(options: Namespace) -> Path | None:
    """The file to be written, if any.

    Raises:
        CallError: it cannot be written.
    """
    if options.output is None:
        return None
    from tfcmp.inference.recording import check_output

    output = Path(options.output)
    check_output(output, Path(options.input) if options.input is not None else None)
    return output


def table_of_stdin(form: str, stack: ExitStack) -> Path:
    """Stdin as a file, there until `stack` ends: tables are looked into before they are read.

    Raises:
        CallError: stdin is closed.
    """
    if sys.stdin is None:
        raise CallError("there is no stdin to read a table from; add --input FILE")
    folder = stack.enter_context(TemporaryDirectory(prefix="tfcmp-"))
    # Errors name the file.
    file = Path(folder) / f"stdin.{form}"
    with file.open("wb") as stream:
        shutil.copyfileobj(sys.stdin.buffer, stream)
    return file


def load(options: Namespace, temperature: float | None) -> "TextClassifier":
    """The classifier that was asked for, calibrated where there is a temperature."""
    import_tensorflow()
    import tfcmp
    from tfcmp.inference.answering import CalibratedClassifier

    classifier = tfcmp.load(
        options.run,
        trust=is_trusting(options),
        engine=options.engine,
        precision=options.precision,
        threads=options.threads,
    )
    return classifier if temperature is None else CalibratedClassifier(classifier, temperature)


def windows(texts: Iterable[str], is_waited_for: bool) -> Iterable[list[str]]:
    """The texts in lists that are answered at once; those of a pipe as they come."""
    from tfcmp.inference.texts import ArrivingTexts, windows_of

    return ArrivingTexts(texts) if is_waited_for else windows_of(texts)


def answer(
    classifier: "TextClassifier",
    windows: Iterable[list[str]],
    options: Namespace,
    output: Path | None,
) -> None:
    """Prints the answers, or writes them to `output` and says how many they are."""
    from tfcmp.inference.recording import Fields, records_of, write_records

    fields = Fields(classifier.classes, options.top, options.all_probabilities)
    records = (list(records_of(classifier.answer(window), fields)) for window in windows)
    if output is None:
        print_records(records)
        return
    with progress_bar("answering", None) as advance:
        count = write_records(output, records, fields, advance)
    sys.stderr.write(f"{count} answers written to {output}\n")


def print_records(windows: "Iterable[list[Record]]") -> None:
    """Prints records, a JSON object per line, each window as soon as it is answered."""
    from tfcmp.inference.recording import json_line

    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    for window in windows:
        sys.stdout.writelines(map(json_line, window))
        # What reads the answers may wait for them before it writes the next text.
        sys.stdout.flush()


if __name__ == "__main__":
    run_command(main)
