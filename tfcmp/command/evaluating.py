"""The command line of `tfcmp.evaluate`: its options, and which texts they name."""

from dataclasses import replace
from pathlib import Path

from tfcmp.command.inputs import require_texts
from tfcmp.command.options import add_engine, add_trust
from tfcmp.command.parser import CommandParser, Options
from tfcmp.command.text_column import require_encoding
from tfcmp.config.default_paths import DEFAULT_CACHE, absolute_source
from tfcmp.config.fields import DataSettings
from tfcmp.config.values import local_path, output_folder
from tfcmp.errors import CallError, TfcmpError
from tfcmp.runs.directory import RunDirectory

PROGRAM = "python -m tfcmp.evaluate"
DESCRIPTION = (
    "Answers labelled texts with the model of a run and says how good the answers are: metrics with "
    "intervals, precision, recall and F1 by class, the confusion matrix, calibration, and the most "
    "confident mistakes. Columns and encoding are those that the run was fitted with, unless given."
)
MISTAKES = 10


def evaluation_parser() -> CommandParser:
    """The parser."""
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
