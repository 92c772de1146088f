"""`python -m tfcmp.evaluate RUN --data FILE`: how good a run's answers to labelled texts are."""

import shlex
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tfcmp.command.ending import run_command
from tfcmp.command.inputs import cache_folder, require_texts
from tfcmp.command.options import add_engine, add_trust, is_trusting
from tfcmp.command.parser import CommandParser, Options
from tfcmp.command.quiet import import_tensorflow
from tfcmp.command.text_column import require_encoding
from tfcmp.config.default_paths import DEFAULT_CACHE, absolute_source, source_name
from tfcmp.config.fields import DataSettings
from tfcmp.config.values import local_path, output_folder
from tfcmp.errors import CallError, TfcmpError
from tfcmp.inference.engines import check_engine
from tfcmp.runs.artifacts import read_temperature
from tfcmp.runs.directory import RunDirectory, open_run
from tfcmp.runs.files import make_folder, sha256_of
from tfcmp.runs.layout import MODEL, SPLIT

if TYPE_CHECKING:
    import numpy as np

    from tfcmp.data.labelled import LabelledTexts
    from tfcmp.data.sources.record import Source
    from tfcmp.diagnostics.evaluated import Evaluated


PROGRAM = "python -m tfcmp.evaluate"
DESCRIPTION = (
    "Answers labelled texts with the model of a run and says how good the answers are: metrics with "
    "intervals, precision, recall and F1 by class, the confusion matrix, calibration, and the most "
    "confident mistakes. Columns and encoding are those that the run was fitted with, unless given."
)
MISTAKES = 10


def main(arguments: list[str]) -> None:
    """Parses, checks what can be checked without TensorFlow, answers, and prints tables."""
    options = _parser().parse(arguments)
    # Before TensorFlow is imported: what cannot be used is told at once.
    check_engine(options.engine, options.precision)
    if options.mistakes < 0:
        raise CallError(f"--mistakes {options.mistakes}: expected 0 or more")
    run = open_run(Path(options.run))
    cache = cache_folder(options)
    data = evaluation_data(run, options)
    temperature = read_temperature(run.path) if options.calibrated else None
    out = Path(options.out) if options.out is not None else None
    if out is not None:
        make_folder(out, "--out")
    one = _evaluate(run, data, cache, options, temperature)
    from tfcmp.diagnostics.evaluated import tables_of, write_evaluation
    from tfcmp.reporting.render.terminal import terminal_text

    lines = [*(f"note: {note}" for note in one.notes), *map(terminal_text, tables_of(one))]
    sys.stdout.write("\n".join(lines) + "\n")
    if out is not None:
        command = shlex.join([*PROGRAM.split(), *arguments])
        write_evaluation(one, out, _computed_from(run, data), command)
        sys.stdout.write(f"{out}\n")


def _parser() -> CommandParser:
    parser = CommandParser(PROGRAM, DESCRIPTION, usage=f"{PROGRAM} RUN --data X [options]")
    parser.add_argument("run", type=local_path, metavar="RUN", help="run directory of tfcmp.fit")
    parser.add_settings("data", DataSettings(), short={"source": "--data"})
    parser.add_argument(
        "--split",
        choices=["all", "train", "validation", "test"],
        default="all",
        help="which of the texts; a split that the source does not declare is drawn as fit draws it",
    )
    parser.add_argument(
        "--skip-unknown-classes",
        action="store_true",
        help="leave out texts of classes that the run does not know",
    )
    parser.add_argument(
        "--leave-out-seen",
        action="store_true",
        help="leave out texts that the run was trained or its epoch chosen on",
    )
    parser.add_argument(
        "--mistakes",
        type=int,
        default=MISTAKES,
        metavar="N",
        help="how many of the most confident mistakes are listed",
    )
    parser.add_argument(
        "--show-texts", action="store_true", help="show the texts of the mistakes, in the page too"
    )
    parser.add_argument(
        "--calibrated",
        action="store_true",
        help="probabilities at the temperature of tfcmp.diagnose --calibrate",
    )
    parser.add_argument(
        "--out",
        type=output_folder,
        metavar="FOLDER",
        help="folder for evaluation.json, a page, pictures and predictions.parquet",
    )
    parser.add_argument(
        "--cache", type=output_folder, default=DEFAULT_CACHE, help="folder of indexes of texts"
    )
    add_engine(parser)
    add_trust(parser)
    return parser


def evaluation_data(run: RunDirectory, options: Options) -> DataSettings:
    """The settings of the run, but for those that are given.

    Of a file that is not the run's own, what said how the run's texts are split does not hold, nor
    delimiter and quoting where its format is another.

    Raises:
        CallError: no texts are named, they cannot be read, or they seem to be UTF-8 and the run's
            were not.
    """
    # Imported here: --help needs none of it.
    from tfcmp.data.run_texts import data_settings
    from tfcmp.data.sources.input_file import split_name

    start, wanted = "data.", options.group("data")
    given = {name.removeprefix(start) for name in options.given if name.startswith(start)}
    if "source" not in given:
        raise CallError("--data is missing; expected the file or the name of labelled texts")
    fitted = data_settings(run)
    data = replace(fitted, **{name: wanted[name] for name in given})
    data = replace(data, source=absolute_source(data.source))
    if data.source != fitted.source:
        of_other_texts = {"train_size", "validation", "test"}
        if split_name(data.source)[0] != split_name(fitted.source)[0]:
            of_other_texts |= {"delimiter", "quoting"}
        data = _with_defaults(data, of_other_texts - given)
    # Newly labelled texts need not have the columns that the training file was split by.
    plain = _with_defaults(data, {"split_column", "group_column"} - given)
    try:
        require_texts(data)
    except TfcmpError:
        if plain == data:
            raise
        require_texts(plain)
        data = plain
    if "encoding" not in given and _is_textual(Path(data.source)):
        require_encoding(Path(data.source), data.encoding, "--data.encoding")
    return data


def _is_textual(source: Path) -> bool:
    from tfcmp.data.sources.input_file import TEXTUAL, format_of

    return source.is_file() and format_of(source) in TEXTUAL


def _with_defaults(data: DataSettings, names: set[str]) -> DataSettings:
    return replace(data, **{name: getattr(DataSettings, name) for name in names})


def _evaluate(
    run: RunDirectory,
    data: DataSettings,
    cache: Path,
    options: Options,
    temperature: float | None,
) -> "Evaluated":
    from tfcmp.data.groups import connected_groups
    from tfcmp.data.label_warnings import left_out_rows
    from tfcmp.data.labelled import Selection, read_labelled, select_texts, texts_at
    from tfcmp.data.rare_classes import merged_classes
    from tfcmp.data.sources.opening import open_source
    from tfcmp.diagnostics.evaluated import Evaluated

    split = run.read_json(SPLIT)
    classes, source = tuple(split["classes"]), open_source(data)
    labelled = read_labelled(source, classes, merged_classes(split))
    wanted = Selection(options.split, options.skip_unknown_classes, options.leave_out_seen)
    rows, notes, counts = select_texts(run, data, source, labelled, wanted, cache)
    notes = [*left_out_rows(source.describe()), *notes]
    corpus = labelled.corpus
    probabilities = _answers(run, options, temperature, source, labelled, rows)
    one = Evaluated(
        facts={
            "run": run.path.resolve().name,
            "model": run.read_json("result.json")["model"],
            "data": source_name(data.source),
            "split": options.split,
            **counts,
            "engine": options.engine,
            "precision": options.precision or "float32",
            **({"temperature": temperature} if temperature is not None else {}),
        },
        classes=classes,
        rows=rows + 1,
        ids=corpus.example_ids(rows),
        labels=corpus.labels[rows],
        probabilities=probabilities,
        groups=connected_groups(corpus, "source")[rows],
        notes=tuple(notes),
        most_mistakes=options.mistakes,
    )
    if not options.show_texts or not one.mistakes:
        return one
    places = sorted(one.mistakes)
    found = texts_at(source, corpus, rows[places])
    return replace(one, texts=dict(zip(places, found, strict=True)))


def _answers(
    run: RunDirectory,
    options: Options,
    temperature: float | None,
    source: "Source",
    labelled: "LabelledTexts",
    rows: "np.ndarray",
) -> "np.ndarray":
    """Probabilities (rows, classes) float32."""
    import_tensorflow()
    import tfcmp
    from tfcmp.data.labelled import texts_at
    from tfcmp.diagnostics.answers import answer_all
    from tfcmp.inference.answering import CalibratedClassifier

    classifier: Any = tfcmp.load(
        run.path,
        trust=is_trusting(options),
        engine=options.engine,
        precision=options.precision,
        threads=options.threads,
    )
    if temperature is not None:
        classifier = CalibratedClassifier(classifier, temperature)
    texts = texts_at(source, labelled.corpus, rows)
    return answer_all(classifier.probabilities, texts, len(rows), "answering")


def _computed_from(run: RunDirectory, data: DataSettings) -> dict[str, Any]:
    """Checksums of the model and, where the texts are a file, of that."""
    file = Path(data.source)
    return {
        MODEL: run.read_json("result.json")["files"][MODEL],
        "data": sha256_of(file) if file.is_file() else source_name(data.source),
    }


if __name__ == "__main__":
    run_command(main)
