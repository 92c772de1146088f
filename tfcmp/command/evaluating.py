"""The command line of `tfcmp.evaluate`: its options, and which texts they name."""

from dataclasses import replace
from pathlib import Path

from jsonargparse import ArgumentParser

from tfcmp.command.engine import add_engine
from tfcmp.command.inputs import require_texts
from tfcmp.command.text_column import require_encoding
from tfcmp.command.trust import add_trust
from tfcmp.config.fields import DataSettings
from tfcmp.config.places import DEFAULT_CACHE, absolute_source
from tfcmp.data.picking import data_settings
from tfcmp.data.sources.formats import TEXTUAL, split_name
from tfcmp.errors import CallError, TfcmpError
from tfcmp.runs.directory import RunDirectory

PROGRAM = "python -m tfcmp.evaluate"
DESCRIPTION = (
    "Answers labelled texts with the model of a run and says how good the answers are: metrics with "
    "intervals, precision, recall and F1 by class, the confusion matrix, calibration, and the most "
    "confident mistakes. Columns and encoding are those that the run was fitted with, unless given."
)
MISTAKES = 10


def evaluation_parser() -> ArgumentParser:
    """The parser."""
    parser = ArgumentParser(
        prog=PROGRAM,
        usage=f"{PROGRAM} RUN --data X [options]",
        description=DESCRIPTION,
        exit_on_error=False,
        allow_abbrev=False,
    )
    parser.add_argument("run", type=str, metavar="RUN", help="run directory of tfcmp.fit")
    parser.add_argument("--data", type=DataSettings, default=DataSettings())
    parser.add_argument(
        "--split",
        choices=["all", "train", "validation", "test"],
        default="all",
        help="which of the texts; a split that the source does not declare is drawn as fit draws it",
    )
    _switch(
        parser, "--skip-unknown-classes", "leave out texts of classes that the run does not know"
    )
    _switch(
        parser,
        "--leave-out-seen",
        "leave out texts that the run was trained or its epoch chosen on",
    )
    parser.add_argument(
        "--mistakes", type=int, default=MISTAKES, help="how many of the most confident are listed"
    )
    _switch(parser, "--show-texts", "show the texts of the mistakes, in the page too")
    _switch(parser, "--calibrated", "probabilities at the temperature of tfcmp.explain --calibrate")
    parser.add_argument(
        "--out",
        type=str | None,
        help="folder for evaluation.json, a page, pictures and predictions.parquet",
    )
    parser.add_argument("--cache", default=DEFAULT_CACHE, help="folder of indexes of texts")
    add_engine(parser)
    add_trust(parser)
    return parser


def _switch(parser: ArgumentParser, option: str, told: str) -> None:
    parser.add_argument(option, action="store_true", help=told)


def evaluation_data(run: RunDirectory, parsed: DataSettings, arguments: list[str]) -> DataSettings:
    """The settings of the run, but for those that are given.

    Raises:
        CallError: no texts are named, or they cannot be read.
    """
    prefix = "--data."
    given = {
        argument.split("=", 1)[0].removeprefix(prefix)
        for argument in arguments
        if argument.startswith(prefix)
    }
    if "source" not in given:
        raise CallError("--data is missing; expected the file or the name of labelled texts")
    fitted = data_settings(run)
    data = replace(fitted, **{name: getattr(parsed, name) for name in given})
    if absolute_source(data.source) != absolute_source(fitted.source):
        data = _of_another_file(data, fitted, given)
    # Newly labelled texts need not have the columns that the training file was split by.
    optional = {"split_column", "group_column"} - given
    plain = replace(data, **{name: getattr(DataSettings, name) for name in optional})
    try:
        require_texts(data)
    except TfcmpError:
        if plain == data:
            raise
        require_texts(plain)
        return plain
    return data


def _of_another_file(data: DataSettings, fitted: DataSettings, given: set[str]) -> DataSettings:
    """The settings without what holds for the run's own file only, unless it is given.

    Raises:
        CallError: the file seems to be UTF-8, and the run's own was something else.
    """
    own = {"train_size", "validation", "test"}
    kind = split_name(data.source)[0]
    if split_name(fitted.source)[0] != kind:
        own |= {"delimiter", "quoting"}
    data = replace(data, **{name: getattr(DataSettings, name) for name in own - given})
    if "encoding" not in given and kind in TEXTUAL and Path(data.source).is_file():
        require_encoding(Path(data.source), data.encoding, "--data.encoding")
    return data
