"""From defaults, a file and flags to one configuration: later ones win.

defaults of the code < the model's own defaults < the file < flags
"""

from argparse import SUPPRESS, Namespace
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tfcmp.command.parser import CommandParser, Options, StrictParser
from tfcmp.config.checks import check_configuration, check_given
from tfcmp.config.class_weights import resolve_class_weights
from tfcmp.config.default_paths import DEFAULT_CACHE, absolute_path, absolute_source
from tfcmp.config.fields import (
    Configuration,
    DataSettings,
    NewClasses,
    Precision,
    Strategy,
    TrainingSettings,
)
from tfcmp.config.file import read_settings
from tfcmp.config.initial import InitialSettings, initial_settings
from tfcmp.config.values import local_path, output_folder
from tfcmp.errors import CallError
from tfcmp.models.catalogue import ModelRecord, default_configuration, find_model

AddOptions = Callable[[CommandParser], None]

TRUST = "--trust-saved-model"
# Fields of a configuration that belong to no group, but for the model.
OF_THE_RUN = (
    "seed",
    "device",
    "precision",
    "deterministic",
    "threads",
    "strategy",
    "replicas",
    "init_from",
    "new_classes",
)


def parse_configuration(
    arguments: list[str], program: str, description: str, add_options: AddOptions
) -> tuple[Configuration, Options]:
    """Parses a command line that describes a run.

    Args:
        arguments: the command line, without the program.
        program: name of the command, for its usage text.
        description: what the command does, for `--help`.
        add_options: adds the options that are the command's own.

    Returns:
        The configuration, and all options.

    Raises:
        CallError: an option, a setting or a value is not as expected.
    """
    first = _first_look(arguments)
    file = str(absolute_path(first.config[0])) if first.config else None
    settings = read_settings(file) if file is not None else {}
    initial = initial_settings(first.init_from, settings.get("init_from"))
    name = first.model or settings.get("model") or (initial and initial.model)
    record = find_model(name) if name else None
    parser = _make_parser(record, program, description, initial)
    add_options(parser)
    if record is not None:
        try:
            parser.take_values(settings)
        except CallError as error:
            raise CallError(f"--config {file}: {error}") from None
    options = parser.parse(arguments)
    if record is None:
        raise CallError("--model is missing; python -m tfcmp lists the models")
    data = DataSettings(**options.group("data"))
    configuration = Configuration(
        model=record.name,
        architecture=record.architecture(**options.group("architecture")),
        data=replace(data, source=absolute_source(data.source)),
        training=TrainingSettings(**options.group("training")),
        **{name: getattr(options, name) for name in OF_THE_RUN},
    )
    resolve_class_weights(configuration.training)
    if initial is not None:
        configuration.init_from = str(initial.path)
        initial.require_same_network(configuration)
    check_configuration(configuration)
    check_given(configuration, {f"--{name}" for name in options.given})
    return configuration, options


def parse_file(file: Path, where: str) -> Configuration:
    """The configuration that `fit --config FILE` takes.

    Of a run's file only what describes the run is taken, not where it is kept.

    Args:
        file: YAML file of settings.
        where: what errors begin with, in place of the file.

    Raises:
        CallError: a setting is wrong, or the file names no model.
    """
    try:
        return parse_configuration(["--config", str(file)], "", "", lambda _: None)[0]
    except CallError as error:
        raise CallError(f"{where}: {str(error).replace(f'--config {file}: ', '')}") from None


def parse_resumed(arguments: list[str], program: str, add_options: AddOptions) -> Options | None:
    """The options of a command line that goes on with a run; None if it starts one.

    Raises:
        CallError: settings are given with `--resume`: a resumed run keeps its own.
    """
    if _first_look(arguments).resume is None:
        return None
    parser = CommandParser(program)
    parser.add_argument("--resume", type=local_path)
    add_options(parser)
    for word in parser.parse_known_args(arguments)[1]:
        if word.startswith("--"):
            raise CallError(
                f"{word.split('=', 1)[0]} and --resume contradict each other: a resumed run keeps "
                "its settings; leave one of them out"
            )
    return parser.parse(arguments)


def _first_look(arguments: list[str]) -> Namespace:
    """The options by which the others are known, or their defaults.

    Raises:
        CallError: more than one file is given.
    """
    parser = StrictParser(add_help=False)
    for option in ("--model", "--init_from", "--resume"):
        parser.add_argument(option)
    parser.add_argument("--config", action="append")
    first = parser.parse_known_args(arguments)[0]
    if len(first.config or ()) > 1:
        raise CallError("--config is given more than once; expected one file")
    return first


def _make_parser(
    record: ModelRecord | None, program: str, description: str, initial: InitialSettings | None
) -> CommandParser:
    if record is None:
        description += "\n\nAdd --model NAME to see that model's own settings and defaults."
    usage = f"{program} --model NAME [--data X] [--config FILE] [options]"
    parser = CommandParser(program, description, usage)
    # What is said once and for no file: to be given and never kept.
    parser.add_argument("--config", default=SUPPRESS, help="YAML file of settings")
    parser.add_argument(
        "--print_config",
        action="store_true",
        default=SUPPRESS,
        help="print all settings as a file for --config, and do nothing",
    )
    parser.add_argument("--model", help="model to train; python -m tfcmp lists them")
    _add_run_options(parser)
    defaults = default_configuration(record) if record else None
    if defaults is not None and initial is not None and initial.model == defaults.model:
        defaults = initial.over(defaults)
    data = defaults.data if defaults else DataSettings()
    parser.add_settings("data", data, short={"source": "--data"})
    if defaults is not None:
        parser.add_settings("architecture", defaults.architecture)
    parser.add_settings("training", defaults.training if defaults else TrainingSettings())
    return parser


def _add_run_options(parser: CommandParser) -> None:
    """Adds the fields of `Configuration` that belong to no group, with its defaults."""
    add = parser.add_argument
    add("--seed", type=int, default=1, help="seed of the run")
    add("--device", choices=["auto", "cpu", "gpu"], default="auto", help="where to compute")
    add("--precision", type=Precision, default="auto", help="of the computation")
    add("--deterministic", type=bool, default=False, help="the same bits every time, slower")
    add("--threads", type=int | None, help="threads; null takes all")
    add(
        "--strategy",
        type=Strategy,
        default="none",
        help="one device, all of a machine, or all of the machines that TF_CONFIG lists",
    )
    add(
        "--replicas",
        type=int | None,
        help="devices of this process; null takes all GPUs, or one processor",
    )
    add(
        "--init_from",
        type=str | None,
        metavar="RUN",
        help="complete run whose vocabulary and weights training starts from",
    )
    add(
        "--new_classes",
        type=NewClasses,
        default="refuse",
        help="with --init_from, classes that RUN does not know: refuse, add to its own, or replace "
        "its own by those of the texts",
    )


def add_data(parser: CommandParser) -> None:
    """Adds --data to a command that reads the texts of a run once more."""
    parser.add_argument(
        "--data",
        type=str | None,
        metavar="PATH",
        help="where the texts of the run lie now, if no longer where they were",
    )


def add_cache(parser: CommandParser) -> None:
    """Adds --cache."""
    parser.add_argument(
        "--cache",
        type=output_folder,
        default=DEFAULT_CACHE,
        help="folder of token ids, vocabularies, weights",
    )


def add_engine(parser: CommandParser) -> None:
    """Adds what computes the answers: engine, precision and threads."""
    parser.add_argument(
        "--engine",
        choices=["keras", "onnx", "openvino"],
        default="keras",
        help="what computes the answers; onnx and openvino are extras of the installation",
    )
    parser.add_argument(
        "--precision",
        choices=["float32", "bf16", "int8"],
        help="float32 unless given; bf16 is of keras and openvino, int8 of onnx",
    )
    parser.add_argument(
        "--threads", type=int | None, help="processors of the engine; all unless given"
    )


def add_trust(parser: CommandParser) -> None:
    """Adds the option that lets a SavedModel run; no file gives it, as files are passed on."""
    parser.add_argument(
        TRUST,
        type=bool,
        default=SUPPRESS,
        help="run a SavedModel's program with your rights, where the model is or holds one",
    )


def is_trusting(options: Namespace) -> bool:
    """Whether the option of `add_trust` was given."""
    return bool(getattr(options, "trust_saved_model", False))
